"""Which definitions Marathon refuses, with which status, at which path and in which words."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import jsontext, reader
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.definition.settings import Settings

PLAIN = Settings()
FEATURED = Settings(enable_features=frozenset({"secrets", "external_volumes", "gpu_resources"}), mesos_role="dev")
BRIDGE = {"networks": [{"mode": "container/bridge"}]}
IMAGE = {"docker": {"image": "x"}}
RUN = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."
INDEX = "Health check port indices must address an element of the ports array or container port mappings."


def refusal(sent, settings=PLAIN):
    with pytest.raises(ApiError) as caught:
        reader.read_app(sent, defaults=settings)
    return caught.value


def pairs(error):
    return {(detail["path"], text) for detail in error.body["details"] for text in detail["errors"]}


@pytest.mark.parametrize(
    ("field", "value", "path", "text"),
    [
        ("id", "A", "/id", "error.pattern"),
        ("id", "a_b", "/id", "error.pattern"),
        ("id", "", "/id", "error.minLength"),
        ("cmd", "", "/cmd", "error.minLength"),
        ("cmd", 1, "/cmd", "error.expected.jsstring"),
        ("env", {"A": 1}, "/env/A", "error.expected.jsobject"),
        ("env", {"A": {}}, "/env/A/secret", "error.path.missing"),
        ("labels", {"A": True}, "/labels/A", "error.expected.jsstring"),
        ("cpus", -0.1, "/cpus", "error.min"),
        ("cpus", "1", "/cpus", "error.expected.jsnumber"),
        ("cpus", True, "/cpus", "error.expected.jsnumber"),
        ("cpus", float("inf"), "/cpus", "error.expected.jsnumber"),
        ("mem", 10**400, "/mem", "error.expected.jsnumber"),
        ("instances", float("inf"), "/instances", "error.expected.int"),
        ("instances", -1, "/instances", "error.min"),
        ("instances", "2", "/instances", "error.expected.jsnumber"),
        ("instances", 2.5, "/instances", "error.expected.int"),
        ("instances", 2**31, "/instances", "error.expected.int"),
        ("backoffFactor", 0.5, "/backoffFactor", "error.min"),
        ("args", "x", "/args", "error.expected.jsarray"),
        ("constraints", [["a", "MAX_PER", 1]], "/constraints(0)(2)", "error.expected.jsstring"),
        ("ports", ["80"], "/ports(0)", "error.expected.jsnumber"),
        ("fetch", [{}], "/fetch(0)/uri", "'uri' is undefined on object: {}"),
        ("fetch", [{"uri": "x" * 1025}], "/fetch(0)/uri", "error.maxLength"),
        ("upgradeStrategy", {"minimumHealthCapacity": 0}, "/upgradeStrategy/maximumOverCapacity",
         "'maximumOverCapacity' is undefined on object: {\"minimumHealthCapacity\":0}"),
        ("upgradeStrategy", {"minimumHealthCapacity": 2, "maximumOverCapacity": 0},
         "/upgradeStrategy/minimumHealthCapacity", "error.max"),
        ("killSelection", "ANY", "/killSelection", "error.unknown.enum.literal"),
        ("killSelection", 1, "/killSelection", "error.unknown.enum.literal"),
        ("container", {"docker": {"image": ""}}, "/container/docker/image", "error.minLength"),
        ("container", {"docker": {}}, "/container/docker/image", "'image' is undefined on object: {}"),
        ("container", {**IMAGE, "portMappings": [{"hostPort": "x"}]},
         "/container/portMappings(0)/hostPort", "error.expected.jsnumber"),
        ("container", {**IMAGE, "volumes": [{"containerPath": "/c", "hostPath": "/h"}]},
         "/container/volumes(0)/mode", "'mode' is undefined on object: {\"containerPath\":\"/c\",\"hostPath\":\"/h\"}"),
        ("container", {**IMAGE, "volumes": [{"containerPath": "c", "mode": "RW", "persistent": {}}]},
         "/container/volumes(0)/persistent/size", "'size' is undefined on object: {}"),
        ("portDefinitions", [{"name": "A"}], "/portDefinitions(0)/name", "error.pattern"),
        ("networks", [{"mode": "overlay"}], "/networks(0)/mode", "error.unknown.enum.literal"),
        ("healthChecks", [{"command": {}}], "/healthChecks(0)/command/value", "error.path.missing"),
        ("readinessChecks", [{"httpStatusCodesForReady": []}],
         "/readinessChecks(0)/httpStatusCodesForReady", "error.minLength"),
        ("check", {"exec": {"command": {}}}, "/check/exec/command/shell", "error.path.missing"),
        ("role", "", "/role", "error.minLength"),
        ("executor", "a//b", "/executor", "error.pattern"),
        ("id", "a\n", "/id", "error.pattern"),
        ("version", "yesterday", "/version", "error.expected.date.isoformat"),
        ("version", "2020-01-01", "/version", "error.expected.date.isoformat"),
        ("version", "0001-01-01T00:00:00+10:00", "/version", "error.expected.date.isoformat"),
        ("version", "2020-13-01T00:00:00Z", "/version", "error.expected.date.isoformat"),
    ],
)  # fmt: skip
def test_types(field, value, path, text):
    error = refusal({"id": "a", "cmd": "cc", field: value})
    assert (error.status, error.body["message"]) == (422, "Invalid JSON")
    assert pairs(error) == {(path, text)}


def test_type_failures_are_reported_together():
    error = refusal({"cmd": 1, "cpus": "x", "container": {"docker": {"image": 1}}})
    assert {path for path, _text in pairs(error)} == {"/id", "/cmd", "/cpus", "/container/docker/image"}


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_a_body_that_is_no_object(body):
    assert refusal(body).body["message"] == "Invalid JSON"


@pytest.mark.parametrize(
    ("sent", "path", "text"),
    [
        ({"id": "x/restart"}, "/id", "must not end with any of the following reserved keywords: "
         "restart, tasks, versions, ., .."),
        ({"cmd": "c"}, "/", "must not be an empty string"),
        ({"cmd": None}, "/", RUN),
        ({"args": ["x"]}, "/", RUN),
        ({"cmd": None, "container": {"type": "DOCKER"}}, "/container/docker", "not defined"),
        ({"constraints": [["a"]]}, "/constraints", "Each constraint must have either 2 or 3 fields"),
        ({"constraints": [["a", "NEAR"]]}, "/constraints",
         "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS"),
        ({"container": {"docker": {"image": "x", "credential": {"principal": "p"}}}},
         "/container/docker/credential", "must be empty"),
        ({"container": {"type": "MESOS", "docker": {"image": "x", "network": "HOST"}}},
         "/container/docker/network", "must be empty"),
        ({"container": {"type": "MESOS", "docker": {"image": "x", "parameters": [{"key": "k", "value": "v"}]}}},
         "/container/docker/parameters", "must be empty"),
        ({"container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}},
         "/container/docker/pullConfig", "pullConfig is not supported with Docker containerizer"),
        ({"container": {"docker": {"image": "x", "network": "HOST"}}, **BRIDGE},
         "/", "must not specify both container.docker.network and networks"),
        ({"ipAddress": {}, **BRIDGE}, "/", "must not specify both networks and ipAddress"),
        ({"ipAddress": {}, "ports": [0]}, "/", "cannot specify both an IP address and port"),
        ({"ports": [0], "portDefinitions": [{"port": 80}]}, "/", "cannot specify both ports and port definitions"),
        ({"ports": [80, 80]}, "/", "ports must be unique"),
        ({"portDefinitions": [{"port": 80}, {"port": 80}]}, "/portDefinitions", "Ports must be unique."),
        ({"portDefinitions": [{"name": "a"}, {"name": "a"}]}, "/portDefinitions", "Port names must be unique."),
        ({"container": {**IMAGE, "portMappings": [{"name": "a"}, {"name": "a"}]}, **BRIDGE},
         "/container/portMappings", "Port names must be unique."),
        ({"networks": [{}]}, "/networks", "Network name must be specified when container network is selected."),
        ({"networks": [{"mode": "host"}, {"mode": "host"}]}, "/networks",
         "May specify a single host network, single bridge network, or else 1-to-n container networks"),
        ({"networks": [{"name": "a"}, {"name": "a"}]}, "/networks", "Duplicate networks are not allowed"),
        ({"networks": [{"mode": "host", "name": "a"}]}, "/networks", "Host networks may not have names or labels"),
        ({"networks": [{"mode": "container/bridge", "name": "a"}]}, "/networks", "Bridge networks may not have names"),
        ({"networks": [{"name": "a"}, {"name": "b"}], "container": IMAGE}, "/",
         "may only specify a single container network when using the Docker container engine"),
        ({"networks": [{"name": "a"}, {"name": "b"}],
          "container": {"type": "MESOS", "portMappings": [{"hostPort": 0}]}},
         "/container/portMappings(0)",
         "networkNames must be a single item list when hostPort is specified and more than 1 container network is "
         "defined"),
        ({"networks": [{"name": "a"}, {"name": "b"}],
          "container": {"type": "MESOS", "portMappings": [{"networkNames": ["c"]}]}},
         "/container/portMappings(0)/networkNames(0)", "is not one of (a,b)"),
        ({"uris": ["http://h/a"], "fetch": [{"uri": "http://h/b"}]}, "/uris",
         "may not be set in conjunction with fetch"),
        ({"uris": ["http://h/a b"]}, "/uris(0)", "URI has invalid syntax."),
        ({"fetch": [{"uri": "http://h/%zz"}]}, "/fetch(0)/uri", "URI has invalid syntax."),
        ({"healthChecks": [{"portIndex": 1}]}, "/healthChecks(0)", INDEX),
        ({"ports": [], "healthChecks": [{}]}, "/healthChecks(0)", INDEX),
        ({"ports": [], "healthChecks": [{"protocol": "MESOS_TCP"}]}, "/healthChecks(0)", INDEX),
        ({"healthChecks": [{"protocol": "MESOS_TCP"}, {"protocol": "MESOS_HTTP"}]}, "/",
         "AppDefinition can contain at most one Mesos health check"),
        ({"healthChecks": [{"ipProtocol": "IPv6"}]}, "/healthChecks(0)",
         "IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks"),
        ({"check": {"tcp": {"portIndex": 0}}, "container": IMAGE}, "/",
         "AppDefinition must not use 'checks' if using docker"),
        ({"check": {"http": {"portIndex": 3}}}, "/check",
         "check port index must address an element of the ports array or container port mappings."),
        ({"readinessChecks": [{}]}, "/readinessChecks(0)/portName",
         "No port definition reference for portName http-api"),
        ({"readinessChecks": [{"timeoutSeconds": 30, "portName": "default"}]},
         "/readinessChecks(0)/timeoutSeconds", "got 30, expected less than 30"),
        ({"readinessChecks": [{"portName": "default"}] * 2}, "/readinessChecks/size", "got 2, expected 1 or less"),
        ({"instances": 2, "labels": {"MARATHON_SINGLE_INSTANCE_APP": "true"}}, "/",
         "Single instance app may only have one instance"),
        ({"labels": {"MARATHON_SINGLE_INSTANCE_APP": "true"},
          "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 0}},
         "/upgradeStrategy/minimumHealthCapacity", "got 1.0, expected 0.0"),
        ({"labels": {"DCOS_MIGRATION_API_VERSION": "v1"}}, "/",
         "DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using "
         "DCOS_MIGRATION_API_VERSION"),
        ({"role": "foo"}, "/role", "got foo, expected one of: [*]"),
        ({"id": "/dev/a", "role": "foo"}, "/role", "got foo, expected one of: [*, dev]"),
        ({"id": "/dev/a", "role": "dev", "acceptedResourceRoles": ["foo"]}, "/acceptedResourceRoles",
         "acceptedResourceRoles can only contain * and dev"),
        ({"acceptedResourceRoles": []}, "/acceptedResourceRoles", "must not be empty"),
        ({"acceptedResourceRoles": ["-x"]}, "/acceptedResourceRoles(0)", "A role name must not start with a '-'."),
        ({"gpus": 1, "container": IMAGE}, "/", "GPU resources only work with the Mesos containerizer"),
        ({"gpus": 1}, "/", "Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)"),
        ({"secrets": {"s": {"source": "x"}}}, "/secrets",
         "Feature secrets is not enabled. Enable with --enable_features secrets)"),
        ({"env": {"A": {"secret": "s"}}}, "/env",
         "use of secret-references in the environment requires the secrets feature to be enabled"),
        ({"env": {"": "x"}}, "/env/keys(0)", "must not be empty"),
        ({"resourceLimits": {"cpus": 0.5}}, "/resourceLimits/cpus",
         "resource limit must be greater than or equal to requested resource (1.0)"),
        ({"unreachableStrategy": {"inactiveAfterSeconds": 20, "expungeAfterSeconds": 10}},
         "/unreachableStrategy/inactiveAfterSeconds",
         "inactiveAfterSeconds (20) must be less or equal to expungeAfterSeconds, which is 10"),
        ({"container": {"type": "MESOS", "linuxInfo": {"seccomp": {"profileName": "p", "unconfined": True}}}},
         "/container/linuxInfo/seccomp", "Seccomp unconfined can NOT be true when Profile is defined"),
        ({"container": {"type": "MESOS", "linuxInfo": {"seccomp": {}}}},
         "/container/linuxInfo/seccomp", "Seccomp unconfined must be true when Profile is NOT defined"),
        ({"container": {"type": "MESOS", "linuxInfo": {"ipcInfo": {"mode": "SHARE_PARENT", "shmSize": 1}}}},
         "/container/linuxInfo/ipcInfo", "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT"),
    ],
)  # fmt: skip
def test_rules(sent, path, text):
    error = refusal({"id": "a", "cmd": "cc", **sent})
    assert (error.status, error.body["message"]) == (422, "Object is not valid")
    assert (path, text) in pairs(error)


def test_root_is_no_app():
    assert pairs(refusal({"id": "/", "cmd": "cc"})) == {
        ("/", "must not be root"),
        ("/id", "Path must contain at least one path element"),
    }


def volume(**fields):
    kind = {"containerPath": "data", "mode": "RW", **fields}
    return {"container": {"type": "MESOS", "volumes": [kind]}}


DVDI = {"name": "v", "provider": "dvdi", "options": {"dvdi/driver": "rexray"}}


@pytest.mark.parametrize(
    ("sent", "path", "text"),
    [
        (volume(containerPath="a/b", persistent={"size": 1}), "/container/volumes(0)/containerPath",
         'value must not contain "/"'),
        (volume(containerPath="..", persistent={"size": 1}), "/container/volumes(0)/containerPath",
         "can not be one of (.,..)"),
        (volume(persistent={"size": 0}), "/container/volumes(0)/persistent/size", "got 0, expected more than 0"),
        (volume(persistent={"size": 1, "maxSize": 2}), "/container/volumes(0)/persistent",
         "Only mount volumes can have maxSize"),
        (volume(persistent={"size": 3, "maxSize": 2, "type": "mount"}), "/container/volumes(0)/persistent",
         "Max size must be larger than size"),
        (volume(persistent={"size": 1, "constraints": [["path", "LIKE", "x"]]}), "/container/volumes(0)/persistent",
         "Constraints on root volumes are not supported"),
        ({**volume(persistent={"size": 1}), "unreachableStrategy": {}}, "/",
         "unreachableStrategy must be disabled for resident tasks"),
        ({**volume(persistent={"size": 1}), "acceptedResourceRoles": ["dev"]}, "/acceptedResourceRoles",
         'A resident app must have `acceptedResourceRoles = ["*"]`.'),
        (volume(secret="s"), "/container/volumes(0)", "volume.secret must refer to an existing secret"),
        ({**volume(external=DVDI), "instances": 2}, "/",
         "Number of instances is limited to 1 when declaring DVDI volumes in app [/a]"),
        (volume(external={**DVDI, "provider": "nfs"}), "/container/volumes(0)/external/provider",
         "is unknown provider"),
        ({"container": {"type": "MESOS", "volumes": [
            {"containerPath": path, "mode": "RW", "external": DVDI} for path in ("c", "d")]}},
         "/container/volumes", "Volume names must be unique"),
        ({"container": {"type": "MESOS", "docker": {"image": "x", "pullConfig": {"secret": "s"}}}},
         "/container/docker/pullConfig", "pullConfig.secret must refer to an existing secret"),
        ({"env": {"A": {"secret": "s"}}}, "/env/A/secret", "references an undefined secret"),
    ],
)  # fmt: skip
def test_rules_of_features(sent, path, text):
    error = refusal({"id": "a", "cmd": "cc", **sent}, FEATURED)
    assert (path, text) in pairs(error)


def test_external_volumes_are_a_feature():
    error = refusal({"id": "a", "cmd": "cc", **volume(external=DVDI)})
    text = "Feature external_volumes is not enabled. Enable with --enable_features external_volumes)"
    assert ("/container/volumes(0)", text) in pairs(error)


def test_resident_apps_need_a_role():
    error = refusal({"id": "a", "cmd": "cc", **volume(persistent={"size": 1})})
    assert pairs(error) == {("/role", "Resident apps cannot have the role *")}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"constraints": [["a", "unique"]]}, "illegal constraint specification a,unique"),
        ({"container": {"docker": {"image": "x", "network": "NONE"}}}, "unsupported docker network type NONE"),
        ({"container": {"docker": {"image": "x", "network": "BRIDGE", "portMappings": [{}]}, "portMappings": [{}]}},
         "cannot specify both portMappings and docker.portMappings"),
        ({"ipAddress": {"networkName": "n", "discovery": {"ports": [{"name": "x"}]}},
          "container": {"type": "MESOS", "portMappings": []}},
         "container.portMappings and ipAddress.discovery.ports must not both be set"),
        ({"check": {}}, "illegal RAML Check: expected one of http, tcp or exec checks"),
        ({"healthChecks": [{"protocol": "COMMAND"}]}, "illegal protocol COMMAND for non-command health check"),
        ({"healthChecks": [{"command": {"value": "x"}}]}, "illegal protocol HTTP specified with command"),
    ],
)  # fmt: skip
def test_conversions_that_fail(sent, message):
    error = refusal({"id": "a", "cmd": "cc", **sent})
    assert (error.status, error.body) == (500, {"message": message})


def test_command_check_with_a_port():
    check = {"protocol": "COMMAND", "command": {"value": "x"}, "port": 1}
    error = refusal({"id": "a", "cmd": "cc", "healthChecks": [check]})
    assert error.status == 500
    assert error.body["message"].startswith("Invalid combination of HealthCheck parameters in ")


def test_types_come_before_old_fields_and_those_before_rules():
    sent = {"id": "a", "cmd": "c", "ports": [80, 80], "cpus": -1}
    assert pairs(refusal(sent)) == {("/cpus", "error.min")}
    sent["cpus"] = 1
    assert pairs(refusal(sent)) == {("/", "ports must be unique")}
    sent["ports"] = []
    assert pairs(refusal(sent)) == {("/", "must not be an empty string")}


@pytest.mark.parametrize("uri", ["http://h/a?b=c#d", "/local/a.tgz", "docker:a:b", "http://[::1]/%20", "ä"])
def test_valid_uris(uri):
    assert reader.read_app({"id": "a", "cmd": "cc", "uris": [uri]}, defaults=PLAIN)["fetch"][0]["uri"] == uri


@pytest.mark.parametrize("raw", [b"", b"  \n"])
def test_empty_body(raw):
    with pytest.raises(ApiError) as caught:
        jsontext.parse(raw)
    assert caught.value.status == 400
    assert caught.value.body["message"] == "Please specify data in JSON format"
    assert caught.value.body["details"].startswith("No content to map due to end-of-input")


@pytest.mark.parametrize("raw", [b"{", b"{'a': 1}", b"NaN", b"\xff", b"[" * 100000, b"{} x"])
def test_bad_syntax(raw):
    with pytest.raises(ApiError) as caught:
        jsontext.parse(raw)
    assert (caught.value.status, caught.value.body["message"]) == (400, "Invalid JSON")
    assert isinstance(caught.value.body["details"], str)
