"""PUT and PATCH: what a partial update keeps, what a replacement resets, lists, rollbacks, resident apps."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import compare, ports, reader
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.definition.reader import Rollback
from labengine.marathon.definition.settings import Settings

SETTINGS = Settings()
DEV = Settings(mesos_role="dev")


def stored(settings=SETTINGS, **fields):
    app = reader.read_app({"id": "a", **fields}, defaults=settings)
    app = ports.assign_service_ports(app, previous=None, taken=set(), settings=settings)
    return {**app, "version": "2020-01-01T00:00:00.000Z"}


def put(current, body, *, partial=True, settings=SETTINGS, **options):
    return reader.read_update(
        body, current=current, partial=partial, defaults=settings, url_id="/a", **options
    )


def without_version(app):
    return {key: value for key, value in app.items() if key != "version"}


BRIDGED = {"container": {"docker": {"image": "x", "network": "BRIDGE", "portMappings": [{"containerPort": 80}]}}}


@pytest.mark.parametrize(
    "fields",
    [
        {"cmd": "cc"},
        {"cmd": "cc", "ports": [0, 8080], "requirePorts": True},
        {"cmd": "cc", "env": {"A": "b"}, "labels": {"x": "y"}, "constraints": [["hostname", "UNIQUE"]]},
        BRIDGED,
        {**BRIDGED, "healthChecks": [{"path": "/"}]},
    ],
)
def test_an_empty_update_keeps_everything(fields):
    current = stored(**fields)
    assert put(current, {}) == without_version(current)
    assert put(current, {"env": None, "id": "/elsewhere"}) == without_version(current)


def test_fields_are_replaced_whole():
    current = stored(cmd="cc", labels={"a": "1", "b": "2"}, env={"A": "1"})
    result = put(current, {"labels": {"a": "3"}, "env": {}})
    assert result["labels"] == {"a": "3"}
    assert "env" not in result


def test_only_instances_is_a_scaling():
    current = stored(**BRIDGED)
    result = put(current, {"instances": 3})
    assert result == {**without_version(current), "instances": 3}
    assert not compare.is_upgrade(current, result)


def test_first_update_after_a_post_adds_the_port_index():
    current = stored(cmd="cc", healthChecks=[{"path": "/"}])
    assert "portIndex" not in current["healthChecks"][0]
    result = put(current, {"instances": 2})
    assert result["healthChecks"][0]["portIndex"] == 0
    assert compare.is_upgrade(current, result)


def test_limits_and_executor_resources_are_lost():
    current = stored(cmd="cc", executorResources={"cpus": 1}, resourceLimits={"mem": 512})
    result = put(current, {"instances": 2})
    assert not {"executorResources", "resourceLimits"} & result.keys()
    assert compare.is_upgrade(current, result)
    assert put(current, {"resourceLimits": {"mem": 512}})["resourceLimits"] == {"mem": 512.0}


def test_a_command_cannot_become_arguments():
    with pytest.raises(ApiError) as caught:
        put(stored(cmd="cc"), {"args": ["x"]})
    assert caught.value.body["details"][0]["path"] == "/"
    assert "cmd" not in put(stored(cmd="cc"), {"args": ["x"], **BRIDGED}, partial=False)


def test_replacement_resets_what_is_absent():
    current = stored(cmd="cc", instances=5, cpus=2, env={"A": "b"}, user="root", executorResources={})
    result = put(current, {"cmd": "cc", "executorResources": {}, "version": "2020-01-01T00:00:00.000Z"}, partial=False)
    assert (result["instances"], result["cpus"]) == (1, 1.0)
    assert not {"env", "user", "executorResources", "version"} & result.keys()


def test_replacement_keeps_limits_that_are_sent():
    result = put(stored(cmd="cc"), {"cmd": "cc", "resourceLimits": {"cpus": 2}}, partial=False)
    assert result["resourceLimits"] == {"cpus": 2.0}


def test_update_of_a_missing_app_creates_it():
    result = put(None, {"cmd": "cc", "healthChecks": [{}]})
    assert result["id"] == "/a"
    assert result["healthChecks"][0]["portIndex"] == 0
    with pytest.raises(ApiError) as caught:
        put(None, {})
    assert caught.value.body["message"] == "Object is not valid"


def test_switch_to_bridge_appends_a_mapping_for_each_old_definition():
    current = stored(cmd="cc", ports=[0, 0, 0])
    result = put(current, BRIDGED)
    assert [mapping["containerPort"] for mapping in result["container"]["portMappings"]] == [80, 0, 0]
    assert "portDefinitions" not in result


def test_switch_to_host_drops_the_mappings():
    result = put(stored(**BRIDGED), {"networks": [{"mode": "host"}]})
    assert "portMappings" not in result["container"]
    assert result["portDefinitions"] == [{"port": 0, "name": "default", "protocol": "tcp"}]


@pytest.mark.parametrize("version", ["2020-01-01T00:00:00.000Z", "2020-01-01T00:00Z", "2020-01-01T01:30:00+01:30"])
def test_rollback(version):
    assert put(stored(cmd="cc"), {"version": version, "id": "/a"}) == Rollback("2020-01-01T00:00:00.000Z")


@pytest.mark.parametrize("other", [{"instances": 1}, {"uris": ["x"]}, {"ports": []}, {"labels": {}}])
def test_rollback_alone(other):
    with pytest.raises(ApiError) as caught:
        put(stored(cmd="cc"), {"version": "2020-01-01T00:00:00.000Z", **other})
    text = "The 'version' field may only be combined with the 'id' field."
    assert caught.value.body["details"] == [{"path": "/", "errors": [text]}]


@pytest.mark.parametrize("path", ["cpus", "mem", "disk", "gpus"])
def test_type_failures_of_updates(path):
    with pytest.raises(ApiError) as caught:
        put(stored(cmd="cc"), {path: "x"})
    assert caught.value.body == {
        "message": "Invalid JSON",
        "details": [{"path": f"/{path}", "errors": ["error.expected.jsnumber"]}],
    }


def put_list(body, apps=None, partial=True):
    return reader.read_updates(body, current=(apps or {}).get, partial=partial, defaults=SETTINGS)


def test_list_of_updates():
    current = stored(cmd="cc")
    updates = dict(put_list([{"id": "/a", "instances": 2}, {"id": "b", "cmd": "dd"}], {"/a": current}))
    assert updates["/a"]["instances"] == 2
    assert updates["/b"]["portDefinitions"] == []
    replaced = dict(put_list([{"id": "b", "cmd": "dd"}], partial=False))
    assert len(replaced["/b"]["portDefinitions"]) == 1


def test_list_elements_need_an_id():
    with pytest.raises(ApiError) as caught:
        put_list([{"cmd": "cc"}])
    assert (caught.value.status, caught.value.body) == (
        422,
        {"message": "requirement failed: App Update must have app id set"},
    )


def test_type_failures_of_a_list():
    with pytest.raises(ApiError) as caught:
        put_list([{"id": "/a", "cpus": "x"}, {"id": "B"}])
    assert [detail["path"] for detail in caught.value.body["details"]] == ["(0)/cpus", "(1)/id"]


def test_role_of_an_existing_app_is_kept():
    current = {**stored(cmd="cc"), "id": "/g/a", "role": "old"}
    options = {"current": current, "defaults": DEV, "url_id": "/g/a"}
    assert reader.read_update({"role": "old"}, partial=True, **options)["role"] == "old"
    assert reader.read_update({"cmd": "cc"}, partial=False, **options)["role"] == "dev"
    assert reader.read_update({"cmd": "cc"}, partial=False, enforced_groups={"g"}, **options)["role"] == "g"


RESIDENT = {
    "cmd": "cc",
    "container": {"type": "MESOS", "volumes": [{"containerPath": "d", "mode": "RW", "persistent": {"size": 1}}]},
}
RESOURCES = (
    "Services with persistent volumes configured may not change resource requirements. "
    "If you need to make this change, please create a new service."
)


@pytest.mark.parametrize(
    ("change", "path", "text"),
    [
        ({"cpus": 2}, "/app(0)/cpus", RESOURCES),
        ({"requirePorts": True}, "/app(0)/requirePorts", RESOURCES),
        ({"container": {"type": "MESOS"}}, "/app(0)/", "Persistent volumes can not be changed!"),
        ({"ports": []}, "/app(0)/", "Services with persistent volumes configured may not change host ports. "
         "If you need to make this change, please create a new service."),
    ],
)  # fmt: skip
def test_resident_apps_keep_their_resources(change, path, text):
    current = stored(DEV, **RESIDENT)
    assert put(current, {"instances": 2}, settings=DEV)["instances"] == 2
    with pytest.raises(ApiError) as caught:
        put(current, change, settings=DEV)
    assert {"path": path, "errors": [text]} in caught.value.body["details"]


def test_role_of_a_resident_app_changes_only_by_force():
    current = {**stored(DEV, **RESIDENT), "id": "/g/a"}
    options = {"current": current, "partial": True, "defaults": DEV, "url_id": "/g/a"}
    with pytest.raises(ApiError) as caught:
        reader.read_update({"role": "g"}, **options)
    assert caught.value.body["details"][0]["path"] == "/role"
    assert reader.read_update({"role": "g"}, force=True, **options)["role"] == "g"
