"""What Marathon stores of what is sent: networks, ports, artifacts, health checks, volumes, defaults."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import reader
from labengine.marathon.definition.settings import Settings

NAMED = Settings(default_network_name="dcos", mesos_role="dev")
HOST = [{"mode": "host"}]
BRIDGE = [{"mode": "container/bridge"}]
IMAGE = {"docker": {"image": "x"}}
DEFAULT_DEFINITION = {"port": 0, "name": "default", "protocol": "tcp"}
BLANK = {"containerPort": 0, "labels": {}, "protocol": "tcp", "servicePort": 0}
WEB = {**BLANK, "containerPort": 80}
ABSENT = object()


def read(settings=NAMED, **fields):
    return reader.read_app({"id": "a", **fields}, defaults=settings)


def docker(**fields):
    return {"docker": {"image": "x", **fields}}


@pytest.mark.parametrize(
    ("sent", "networks"),
    [
        ({"cmd": "cc"}, HOST),
        ({"cmd": "cc", "networks": []}, HOST),
        ({"container": docker(network="HOST")}, HOST),
        ({"container": docker(network="host")}, HOST),
        ({"container": docker(network="BRIDGE")}, BRIDGE),
        ({"container": docker(network="USER")}, [{"mode": "container", "name": "dcos"}]),
        (
            {"container": docker(network="USER"), "ipAddress": {"networkName": "foo", "labels": {"a": "b"}}},
            [{"mode": "container", "name": "foo", "labels": {"a": "b"}}],
        ),
        ({"container": docker(network="BRIDGE"), "ipAddress": {}}, BRIDGE),
        ({"container": docker(network="HOST"), "ipAddress": {}}, HOST),
        ({"cmd": "cc", "ipAddress": {}}, [{"mode": "container", "name": "dcos"}]),
        ({"cmd": "cc", "ipAddress": {"networkName": "mesos-bridge"}}, BRIDGE),
        ({"cmd": "cc", "networks": [{}]}, [{"mode": "container", "name": "dcos"}]),
        (
            {"cmd": "cc", "networks": [{"mode": "Container", "name": "n", "labels": {}}]},
            [{"mode": "container", "name": "n"}],
        ),
    ],
)
def test_networks(sent, networks):
    assert read(**sent)["networks"] == networks


def test_old_network_fields_are_never_returned():
    app = read(container=docker(network="BRIDGE", portMappings=[{"containerPort": 80}]), uris=["http://h/a"])
    assert not {"ports", "uris", "ipAddress"} & app.keys()
    assert app["container"]["docker"].keys() == {"forcePullImage", "image", "parameters", "privileged"}


@pytest.mark.parametrize(
    ("sent", "definitions"),
    [
        ({}, [DEFAULT_DEFINITION]),
        ({"ports": []}, []),
        ({"portDefinitions": []}, []),
        ({"ports": [0, 8000]}, [{"port": 0, "protocol": "tcp"}, {"port": 8000, "protocol": "tcp"}]),
        ({"ports": [8000], "portDefinitions": [{"port": 8000, "name": "n", "labels": {}}]},
         [{"port": 8000, "name": "n", "protocol": "tcp"}]),
        ({"portDefinitions": [{"protocol": "UDP,TCP", "labels": {"a": "b"}}]},
         [{"port": 0, "protocol": "udp,tcp", "labels": {"a": "b"}}]),
        ({"container": {**IMAGE, "portMappings": [{"containerPort": 80}]}}, [DEFAULT_DEFINITION]),
    ],
)  # fmt: skip
def test_host_ports(sent, definitions):
    app = read(cmd="cc", **sent)
    assert app["portDefinitions"] == definitions
    assert "portMappings" not in app.get("container", {})


@pytest.mark.parametrize(
    ("sent", "mappings"),
    [
        ({"container": docker(network="BRIDGE")}, [{**BLANK, "hostPort": 0, "name": "default"}]),
        ({"container": docker(network="USER")}, [{**BLANK, "name": "default"}]),
        ({"networks": BRIDGE, "container": {**IMAGE, "portMappings": [{"containerPort": 80}]}},
         [{**WEB, "hostPort": 0}]),
        ({"networks": [{}], "container": {**IMAGE, "portMappings": [{"containerPort": 80}]}}, [WEB]),
        ({"networks": BRIDGE, "container": {**IMAGE, "portMappings": []}}, []),
        ({"container": docker(network="BRIDGE", portMappings=[])}, []),
        ({"networks": BRIDGE, "container": {**IMAGE, "portMappings": [{"containerPort": 80}]}, "ports": [0, 0]},
         [{**WEB, "hostPort": 0}, {**BLANK, "hostPort": 0}]),
        ({"networks": BRIDGE, "container": IMAGE, "portDefinitions": [{"port": 0}, {"port": 0}]},
         [{**BLANK, "hostPort": 0, "name": "default"}, {**BLANK, "hostPort": 0}]),
        ({"networks": BRIDGE, "cmd": "cc"}, [{**BLANK, "hostPort": 0, "name": "default"}]),
        ({"ipAddress": {"discovery": {"ports": [{"number": 80, "name": "web"}]}}, "cmd": "cc"},
         [{**WEB, "name": "web"}]),
    ],
)  # fmt: skip
def test_port_mappings(sent, mappings):
    app = read(**sent)
    assert app["container"]["portMappings"] == mappings
    assert "portDefinitions" not in app


def test_container_is_added_for_other_networks():
    assert read(cmd="cc", networks=BRIDGE)["container"] == {
        "type": "MESOS",
        "volumes": [],
        "portMappings": [{**BLANK, "hostPort": 0, "name": "default"}],
    }


def test_require_ports_only_holds_in_host_mode():
    assert read(cmd="cc", ports=[8080], requirePorts=True)["requirePorts"] is True
    assert read(container=docker(network="BRIDGE"), requirePorts=True)["requirePorts"] is False


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"])
def test_uris_are_extracted_by_their_ending(ending):
    assert read(cmd="cc", uris=[f"http://h/a{ending}"])["fetch"][0]["extract"] is True


def test_fetch_extracts_by_default():
    fetched = {"extract": True, "executable": False, "cache": False}
    assert read(cmd="cc", fetch=[{"uri": "http://h/b.jar"}])["fetch"] == [{"uri": "http://h/b.jar", **fetched}]
    assert read(cmd="cc", uris=["http://h/b.jar"])["fetch"][0]["extract"] is False


CHECK = {
    "gracePeriodSeconds": 300,
    "intervalSeconds": 60,
    "maxConsecutiveFailures": 3,
    "ipProtocol": "IPv4",
    "timeoutSeconds": 20,
    "delaySeconds": 15,
}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"path": "/", "delaySeconds": 3, "ignoreHttp1xx": True},
         {**CHECK, "protocol": "HTTP", "path": "/", "ignoreHttp1xx": False, "portIndex": 0}),
        ({"protocol": "tcp", "path": "/"}, {**CHECK, "protocol": "TCP", "portIndex": 0}),
        ({"protocol": "TCP", "port": 80}, {**CHECK, "protocol": "TCP", "port": 80}),
        ({"protocol": "HTTPS", "port": 80, "portIndex": 0},
         {**CHECK, "protocol": "HTTPS", "port": 80, "portIndex": 0, "ignoreHttp1xx": False}),
        ({"protocol": "MESOS_HTTP", "path": "/x", "delaySeconds": 3},
         {**CHECK, "protocol": "MESOS_HTTP", "path": "/x", "portIndex": 0, "delaySeconds": 3}),
        ({"protocol": "MESOS_TCP"}, {**CHECK, "protocol": "MESOS_TCP", "portIndex": 0}),
        ({"protocol": "COMMAND", "command": {"value": "true"}, "portIndex": 0},
         {**CHECK, "protocol": "COMMAND", "command": {"value": "true"}}),
    ],
)  # fmt: skip
def test_health_checks(sent, stored):
    assert read(cmd="cc", portDefinitions=[{}], healthChecks=[sent])["healthChecks"] == [stored]


def test_ipv6_check_of_a_docker_container():
    check = {"protocol": "MESOS_HTTP", "ipProtocol": "ipv6"}
    app = read(container=docker(network="BRIDGE"), healthChecks=[check])
    assert app["healthChecks"][0]["ipProtocol"] == "IPv6"


def test_readiness_check_defaults():
    app = read(cmd="cc", portDefinitions=[{"name": "http-api"}], readinessChecks=[{}])
    assert app["readinessChecks"] == [
        {
            "name": "readinessCheck",
            "protocol": "HTTP",
            "path": "/",
            "portName": "http-api",
            "intervalSeconds": 30,
            "timeoutSeconds": 10,
            "httpStatusCodesForReady": [200],
            "preserveLastResponse": False,
        }
    ]


def test_persistent_volume_makes_the_app_resident():
    volume = {"containerPath": "data", "mode": "rw", "persistent": {"size": 10}}
    app = read(cmd="cc", container={"type": "mesos", "volumes": [volume]})
    assert app["container"]["volumes"] == [
        {"containerPath": "data", "mode": "RW", "persistent": {"size": 10, "type": "root", "constraints": []}}
    ]
    assert app["residency"] == {"relaunchEscalationTimeoutSeconds": 3600, "taskLostBehavior": "WAIT_FOREVER"}
    assert app["upgradeStrategy"] == {"maximumOverCapacity": 0.0, "minimumHealthCapacity": 0.5}
    assert app["unreachableStrategy"] == "disabled"


@pytest.mark.parametrize(
    ("sent", "field", "stored"),
    [
        ({"cpus": 20}, "cpus", 20.0),
        ({"instances": 2.0}, "instances", 2),
        ({"role": None}, "role", "dev"),
        ({"dependencies": ["db", "/x/../db", "/db"]}, "dependencies", ["/db"]),
        ({"killSelection": "oldest_first"}, "killSelection", "OLDEST_FIRST"),
        ({"unreachableStrategy": "never"}, "unreachableStrategy", "disabled"),
        ({"unreachableStrategy": {"expungeAfterSeconds": 5}}, "unreachableStrategy",
         {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 5}),
        ({"labels": {}}, "labels", {}),
        ({"env": {}}, "env", ABSENT),
        ({"constraints": []}, "constraints", ABSENT),
        ({"constraints": [["a", "CLUSTER", ""]]}, "constraints", [["a", "CLUSTER", ""]]),
        ({"constraints": [["a", "UNIQUE"], ["a", "UNIQUE"]]}, "constraints", [["a", "UNIQUE"]]),
        ({"resourceLimits": {"cpus": "Unlimited", "mem": 512}}, "resourceLimits", {"cpus": "unlimited", "mem": 512.0}),
        ({"executorResources": {}}, "executorResources", {"cpus": 0.1, "mem": 32.0, "disk": 10.0}),
        ({"tty": None}, "tty", ABSENT),
        ({"nonsense": 1}, "nonsense", ABSENT),
        ({"version": "2020-01-01T00:00:00.000Z"}, "version", ABSENT),
        ({"versionInfo": {}, "tasksRunning": 3}, "versionInfo", ABSENT),
        ({"container": {"type": "MESOS", **docker(privileged=True)}}, "container",
         {"type": "MESOS", "volumes": [],
          "docker": {"image": "x", "forcePullImage": False, "parameters": [], "privileged": False}}),
    ],
)  # fmt: skip
def test_fields(sent, field, stored):
    app = read(cmd="cc", **sent)
    assert app.get(field, ABSENT) == stored
    if stored is not ABSENT:
        assert type(app[field]) is type(stored)


@pytest.mark.parametrize(
    ("sent", "base", "stored"),
    [
        ("web", "/", "/web"),
        ("web", "/prod", "/prod/web"),
        ("../web", "/prod/x", "/prod/web"),
        ("//a//b/", "/x", "/a/b"),
    ],
)
def test_ids(sent, base, stored):
    assert reader.read_app({"id": sent, "cmd": "cc"}, defaults=NAMED, base=base)["id"] == stored


def test_stored_definition_reads_as_itself():
    app = read(
        container={**docker(network="BRIDGE", parameters=[{"key": "k", "value": "v"}]),
                   "volumes": [{"containerPath": "/c", "hostPath": "/h", "mode": "RO"}]},
        healthChecks=[{"path": "/"}],
        constraints=[["rack", "MAX_PER", "2"]],
        env={"A": "b"},
        fetch=[{"uri": "http://h/x", "destPath": "y"}],
    )  # fmt: skip
    assert reader.read_app(app, defaults=NAMED) == app
