"""What of an app counts when it leaves, and what the load balancers need of it."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._leave import apps

WEB: dict[str, Any] = {
    "id": "/shop/web", "instances": 2, "tasksRunning": 2, "tasksHealthy": 1, "cmd": "run --password=fake-1",
    "env": {"PASSWORD": "fake-2"},
    "labels": {"HAPROXY_0_VHOST": "shop.example.org,www.example.org", "OWNER": "fake-3"},
    "container": {
        "docker": {"image": "shop:1", "parameters": [{"key": "env", "value": "fake-4"}]},
        "portMappings": [{"containerPort": 8080, "hostPort": 0, "servicePort": 10001}],
        "volumes": [{"containerPath": "/data", "hostPath": "/fake-5", "mode": "RW"}],
    },
    "networks": [{"mode": "container/bridge"}],
    "healthChecks": [
        {"protocol": "COMMAND", "command": {"value": "fake-6"}},
        {"protocol": "MESOS_HTTP", "path": "/ready", "portIndex": 0},
    ],
    "deployments": [{"id": "d1"}],
}  # fmt: skip


def test_what_counts() -> None:
    found = apps.seen(WEB)
    assert (found["instances"], found["running"], found["healthy"], found["is_checked"]) == (2, 2, 1, True)
    assert found["deployments"] == ["d1"]
    assert not (found["has_fixed_ports"] or found["persistent"] or found["external"] or found["framework"])


def test_what_cannot_move() -> None:
    volumes = [{"containerPath": "db", "persistent": {"size": 1}}, {"containerPath": "/net", "external": {"name": "x"}}]
    labels = {
        "DCOS_PACKAGE_FRAMEWORK_NAME": "kafka",
        "MARATHON_SINGLE_INSTANCE_APP": "true",
        "HAPROXY_DEPLOYMENT_GROUP": "g",
    }
    container = {"volumes": volumes, "docker": {"image": "127.0.0.1:5000/x"}, "portMappings": [{"hostPort": 80}]}
    found = apps.seen({"id": "/x", "labels": labels, "container": container})
    assert (found["persistent"], found["external"], found["framework"]) == (["db"], ["/net"], "kafka")
    assert (found["deployment_group"], found["is_single"], found["local_image"]) == ("g", True, True)
    assert found["has_fixed_ports"]
    assert apps.seen({"id": "/x", "requirePorts": True})["has_fixed_ports"]


def test_the_load_balancers_get_no_secret() -> None:
    found = apps.served(WEB)
    assert "fake-" not in json.dumps(found)
    assert found["labels"] == {"HAPROXY_0_VHOST": "shop.example.org,www.example.org"}
    assert found["container"] == {"portMappings": WEB["container"]["portMappings"]}
    assert [check["protocol"] for check in found["healthChecks"]] == ["MESOS_HTTP"]


def test_each_task_is_asked_as_clients_and_the_check_ask() -> None:
    places = {"running": ["10.0.0.1", "10.0.0.2"], "ports": {"0": 10001}}
    state = {"app": apps.served(WEB), "modes": {"0": "http"}, **places}
    found = apps.questions(state)
    assert [(one["address"], one["port"]) for one in found] == [("10.0.0.1", 10001), ("10.0.0.2", 10001)]
    assert (found[0]["host"], found[0]["path"], found[0]["checked"], found[0]["tls"]) == (
        "shop.example.org", "/ready", True, False,
    )  # fmt: skip
    (one, _two) = apps.questions({**state, "modes": {"0": "tcp"}})
    assert (one["mode"], one["checked"]) == ("tcp", False)


def test_each_id_has_a_directory_of_its_own() -> None:
    names = {apps.directory_name(one) for one in ("/shop/web", "/shop_web", "/shop/web_", "/web")}
    assert len(names) == 4
    assert apps.directory_name("/shop/web") == "shop_web"


def test_a_definition_that_has_changed_is_seen_and_a_scaled_one_is_not() -> None:
    assert apps.differing(WEB, {**WEB, "instances": 0}) == []
    assert apps.differing({**WEB, "cmd": "a"}, {**WEB, "cmd": "b", "cpus": 1}) == ["cmd", "cpus"]
    assert apps.differing({**WEB, "cmd": "a"}, WEB) == ["cmd"]
