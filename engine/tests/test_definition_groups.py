"""Bodies of group requests: ids, roles, nested groups and what is refused."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import reader
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.definition.groups import Existing
from labengine.marathon.definition.settings import Settings

SETTINGS = Settings()


def read(body, base="/", settings=SETTINGS, **options):
    return reader.read_group_update(body, base=base, defaults=settings, **options)


def refusal(body, base="/", **options):
    with pytest.raises(ApiError) as caught:
        read(body, base, **options)
    return caught.value


def app(app_id, **fields):
    return {"id": app_id, "cmd": "cc", **fields}


def test_ids_are_relative_to_their_group():
    body = {
        "apps": [app("web", dependencies=["db", "../ops/log"])],
        "groups": [{"id": "db", "apps": [app("pg")], "dependencies": ["../cache"]}],
        "dependencies": ["/base"],
    }
    group = read(body, "/prod")
    assert group.id == "/prod"
    assert group.apps[0]["id"] == "/prod/web"
    assert group.apps[0]["dependencies"] == ["/prod/db", "/ops/log"]
    assert group.dependencies == ["/base"]
    nested = group.groups[0]
    assert (nested.id, nested.apps[0]["id"], nested.dependencies) == ("/prod/db", "/prod/db/pg", ["/prod/cache"])
    assert nested.groups is None


def test_absent_and_empty_are_different():
    assert read({}, "/g").apps is None
    assert read({"apps": [], "groups": []}, "/g").apps == []


def test_apps_are_complete():
    group = read({"apps": [app("a", healthChecks=[{"path": "/"}])]}, "/g")
    assert group.apps[0] == reader.read_app(app("/g/a", healthChecks=[{"path": "/"}]), defaults=SETTINGS)


@pytest.mark.parametrize(("creating", "message"), [(True, None), (False, "Identifier is not child of '/g/g'")])
def test_relative_id_of_the_body(creating, message):
    body = {"id": "g", "apps": [app("a")]}
    if message is None:
        assert read(body, creating=creating).apps[0]["id"] == "/g/a"
    else:
        details = refusal(body, creating=creating).body["details"]
        assert details == [{"path": "/apps(0)/id", "errors": [message]}]


def test_scale_and_rollback():
    assert read({"scaleBy": 1.5}, "/g").scale_by == 1.5
    assert read({"version": "2020-01-01T00:00:00.000Z"}, "/g").version == "2020-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ({"scaleBy": 2, "id": "/g"}, "/scaleBy", "not allowed in conjunction with other properties."),
        ({"version": "2020-01-01T00:00:00Z", "apps": []}, "/version",
         "not allowed in conjunction with other properties."),
        ({"id": "/g/h", "enforceRole": True}, "/enforceRole",
         "enforceRole can only be set for top-level groups, and /g/h is not top-level"),
        ({"apps": [{"id": "x/y", "cmd": "cc"}]}, "/apps(0)/id", "Identifier is not child of '/g'"),
        ({"groups": [{"id": "h", "apps": [{"id": "/g/y", "cmd": "cc"}]}]}, "/groups(0)/apps(0)/id",
         "Identifier is not child of '/g/h'"),
        ({"apps": [{"id": "x"}]}, "/",
         "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."),
        ({"apps": [{"id": "x", "cmd": "cc", "ports": [], "healthChecks": [{"protocol": "MESOS_TCP"}]}]},
         "/apps//g/x/healthChecks(0)",
         "Health check port indices must address an element of the ports array or container port mappings."),
    ],
)  # fmt: skip
def test_refusals(body, path, text):
    error = refusal(body, "/g")
    assert (error.status, error.body["message"]) == (422, "Object is not valid")
    assert error.body["details"] == [{"path": path, "errors": [text]}]


def test_type_failures_have_the_path_of_the_group():
    error = refusal({"groups": [{"id": "a", "apps": [{"id": "b", "cpus": "x"}]}]})
    assert error.body == {
        "message": "Invalid JSON",
        "details": [{"path": "/groups(0)/apps(0)/cpus", "errors": ["error.expected.jsnumber"]}],
    }


def test_nested_groups_need_an_id():
    error = refusal({"groups": [{"apps": []}]}, "/g")
    assert (error.status, error.body) == (500, {"message": "None.get"})


def test_roles_follow_the_top_level_group():
    enforced = read({"enforceRole": True, "apps": [app("a")], "groups": [{"id": "h", "apps": [app("b")]}]}, "/g")
    assert enforced.enforce_role is True
    assert enforced.apps[0]["role"] == "g"
    assert enforced.groups[0].apps[0]["role"] == "g"
    assert enforced.groups[0].enforce_role is False
    assert read({"apps": [app("a")]}, "/g").apps[0]["role"] == "*"
    top = Settings(new_group_enforce_role="top")
    assert read({"apps": [app("a")]}, "/g", top).apps[0]["role"] == "g"
    below = Existing(enforce_role={"/g": True}.get)
    assert read({"apps": [app("a")]}, "/g/h", existing=below).apps[0]["role"] == "g"


def test_an_existing_app_may_keep_its_role():
    body = {"apps": [app("a", role="old")]}
    assert refusal(body, "/g").body["details"][0]["path"] == "/role"
    existing = Existing(app=lambda app_id: {"id": app_id, "role": "old"})
    assert read(body, "/g", existing=existing).apps[0]["role"] == "old"


@pytest.mark.parametrize(
    ("base", "body", "current", "refused_at"),
    [
        ("/g", {"id": "/g", "apps": []}, True, "/enforceRole"),
        ("/g", {"id": "/g", "apps": [], "enforceRole": True}, True, None),
        ("/g", {"apps": []}, True, None),
        ("/g", {"id": "/g"}, True, None),
        ("/", {"groups": [{"id": "g", "apps": []}]}, True, "/groups(0)/enforceRole"),
        ("/", {"groups": [{"id": "g", "apps": []}]}, False, None),
        ("/g", {"id": "/g", "apps": []}, None, None),
        ("/g", {"apps": [], "groups": [{"id": "h"}]}, None, "/groups(0)/enforceRole"),
    ],
)
def test_enforce_role_changes_alone(base, body, current, refused_at):
    existing = Existing(has_group=lambda group_id: group_id in ("/g", "/g/h"), enforce_role=lambda group_id: current)
    if refused_at is None:
        read(body, base, existing=existing)
    else:
        assert refusal(body, base, existing=existing).body["details"][0]["path"] == refused_at
