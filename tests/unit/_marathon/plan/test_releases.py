"""What older releases are told, and what they cannot be told: api.md 3.7, 4.1, 9, the schemas of the releases."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import releases
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

BRIDGE = {"docker": {"image": "x", "network": "BRIDGE", "portMappings": [{"containerPort": 80}]}}
RESIDENT = {
    "type": "MESOS",
    "volumes": [{"containerPath": "d", "mode": "RW", "persistent": {"size": 1, "type": "root"}}],
}
NAMED = [{"mode": "container", "name": "dcos"}]
HTTP = [{"containerPort": 80, "name": "http"}]


def wanted(**app):
    return Wanted(app_definition.declared({"id": "/a", "cmd": "sleep 1", **app}))


def body(release, **app):
    return plan_present(wanted(**app), None, release).request.body


# Field, its value, the first release that has it, and one before.
KNOWN_SINCE = [
    ("resourceLimits", {"resourceLimits": {"mem": 256}}, (1, 10), (1, 9, 100)),
    (
        "container/volumes(0)/external/options",
        {
            "container": {
                "type": "MESOS",
                "volumes": [{"external": {"name": "v", "provider": "csi", "options": {"pluginName": "nfs"}}}],
            }
        },
        (1, 11),
        (1, 10, 17),
    ),
    ("role", {"role": "dev"}, (1, 9), (1, 8, 200)),
    (
        "container/linuxInfo/ipcInfo",
        {"container": {"type": "MESOS", "linuxInfo": {"ipcInfo": {"mode": "PRIVATE"}}}},
        (1, 9),
        (1, 8),
    ),
    (
        "container/volumes(0)/external/shared",
        {"container": {"type": "MESOS", "volumes": [{"external": {"name": "v", "provider": "dvdi", "shared": True}}]}},
        (1, 8),
        (1, 7),
    ),
    (
        "container/portMappings(0)/networkNames",
        {
            "container": {"type": "MESOS", "portMappings": [{"name": "a", "networkNames": ["dcos"]}]},
            "networks": [{"mode": "container", "name": "dcos"}],
        },
        (1, 5),
        (1, 4),
    ),
    ("check", {"check": {"exec": {"command": {"shell": "true"}}}}, (1, 8), (1, 7)),
    ("executorResources", {"executorResources": {"cpus": 1}}, (1, 6), (1, 5, 15)),
    ("constraints(0) with the operator IS", {"constraints": [["a", "IS", "b"]]}, (1, 6), (1, 5)),
    ("healthChecks(0)/ipProtocol", {"healthChecks": [{"protocol": "MESOS_TCP", "ipProtocol": "IPv6"}]}, (1, 6), (1, 5)),
    ("tty", {"tty": True}, (1, 5), (1, 4, 13)),
    (
        "container/docker/pullConfig",
        {"container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}},
        (1, 5),
        (1, 4),
    ),
    ("container/volumes(0)/secret", {"container": {"type": "MESOS", "volumes": [{"secret": "s"}]}}, (1, 5), (1, 4)),
    ("killSelection", {"killSelection": "OLDEST_FIRST"}, (1, 4), (1, 3, 14)),
    ("unreachableStrategy", {"unreachableStrategy": "disabled"}, (1, 4), (1, 3)),
    ("healthChecks(0)/delaySeconds", {"healthChecks": [{"delaySeconds": 3}]}, (1, 4), (1, 3)),
    ("healthChecks(0)/protocol MESOS_TCP", {"healthChecks": [{"protocol": "mesos_tcp"}]}, (1, 4), (1, 3)),
    ("gpus", {"gpus": 1}, (1, 3), (1, 1, 7)),
    ("secrets", {"secrets": {"s": {"source": "p"}}}, (1, 3), (1, 1)),
    ("taskKillGracePeriodSeconds", {"taskKillGracePeriodSeconds": 5}, (1, 3), (1, 1)),
    ("networks with the name dcos", {"networks": NAMED}, (1, 5), (1, 1)),
    ("readinessChecks", {"readinessChecks": [{}]}, (1, 1), (0, 15)),
    ("container/volumes(0)/persistent", {"container": RESIDENT}, (1, 4), (0, 15)),
    ("portDefinitions(0)/name", {"portDefinitions": [{"name": "http"}]}, (1, 1), (0, 15)),
    ("portDefinitions(0)/protocol", {"portDefinitions": [{"protocol": "udp"}]}, (1, 1), (0, 15)),
    ("fetch(0)/executable", {"fetch": [{"uri": "a.tgz", "executable": True}]}, (0, 15), (0, 14)),
    ("networks with the mode container", {"networks": [{}]}, (0, 14), (0, 13, 1)),
    ("healthChecks(0)/port", {"healthChecks": [{"port": 80}]}, (0, 14), (0, 13)),
    (
        "container/linuxInfo",
        {"container": {"type": "MESOS", "linuxInfo": {"seccomp": {"unconfined": True}}}},
        (1, 8),
        (1, 7),
    ),
]


@pytest.mark.parametrize(("place", "app", "since", "before"), [pytest.param(*row, id=row[0]) for row in KNOWN_SINCE])
def test_a_declared_field_that_the_release_would_drop_is_refused(place, app, since, before):
    assert plan_present(wanted(**app), None, since).action == app_plan.CREATED
    with pytest.raises(DefinitionError) as failure:
        plan_present(wanted(**app), None, before)
    assert str(failure.value).startswith(f"/{place} came with Marathon ")
    assert f"this one is {'.'.join(map(str, before))}, which would drop it without a word" in str(failure.value)


def test_it_is_refused_for_an_app_that_exists_as_well():
    with pytest.raises(DefinitionError, match=r"/tty came with Marathon 1\.5"):
        plan_present(wanted(tty=True), answer(), (1, 4))


@pytest.mark.parametrize(
    "nothing",
    [{"gpus": 0}, {"tty": False}, {"killSelection": "youngest_first"}, {"healthChecks": [{"ipProtocol": "IPv4"}]}],
)
def test_what_asks_for_nothing_is_left_out(nothing):
    sent = body((1, 1), **nothing)
    assert not {"gpus", "tty", "killSelection"} & set(sent)
    assert all("ipProtocol" not in check for check in sent.get("healthChecks", []))


BODIES = [
    ("a bridge", (1, 4), {"container": BRIDGE}, {"container": {"type": "DOCKER", **BRIDGE}}),
    (
        "the host's network is named",
        (1, 3),
        {"container": {"docker": {"image": "x"}}, "networks": [{"mode": "host"}]},
        {"container": {"type": "DOCKER", "docker": {"image": "x", "network": "HOST"}}},
    ),
    (
        "no network is declared",
        (1, 4),
        {"container": {"docker": {"image": "x"}}},
        {"container": {"type": "DOCKER", "docker": {"image": "x"}}},
    ),
    (
        "a named network of Docker",
        (1, 4),
        {"container": {"docker": {"image": "x"}, "portMappings": HTTP}, "networks": NAMED},
        {
            "container": {"type": "DOCKER", "docker": {"image": "x", "network": "USER", "portMappings": HTTP}},
            "ipAddress": {"labels": {}, "networkName": "dcos"},
        },
    ),
    (
        "ports that Mesos announces",
        (1, 4),
        {"container": {"type": "MESOS", "portMappings": HTTP}, "networks": [{**NAMED[0], "labels": {"a": "b"}}]},
        {
            "container": None,
            "ipAddress": {
                "labels": {"a": "b"},
                "networkName": "dcos",
                "discovery": {"ports": [{"number": 80, "name": "http", "protocol": "tcp"}]},
            },
        },
    ),
    ("an address per task", (0, 15), {"networks": [{"mode": "container"}]}, {"ipAddress": {"labels": {}}}),
    ("ports", (1, 0), {"ports": [0, 80]}, {"ports": [0, 80], "portDefinitions": None}),
    (
        "port definitions",
        (1, 1),
        {"portDefinitions": [{"port": 80, "name": "http"}]},
        {"portDefinitions": [{"port": 80, "name": "http"}], "ports": None},
    ),
    ("no ports", (0, 13), {"ports": []}, {"ports": []}),
    ("uris", (0, 14), {"uris": ["a.tgz", "b.jar"]}, {"uris": ["a.tgz", "b.jar"], "fetch": None}),
    (
        "fetch",
        (0, 15),
        {"uris": ["a.tgz", "b.jar"]},
        {"fetch": [{"uri": "a.tgz", "extract": True}, {"uri": "b.jar", "extract": False}], "uris": None},
    ),
    ("fetch that is like uris", (0, 13), {"fetch": [{"uri": "a.tgz", "cache": False}]}, {"uris": ["a.tgz"]}),
    (
        "a place to fetch to has another name in 1.3",
        (1, 3),
        {"fetch": [{"uri": "a", "destPath": "b"}]},
        {"fetch": [{"uri": "a", "outputFile": "b"}]},
    ),
    (
        "and its own in 1.4",
        (1, 4),
        {"fetch": [{"uri": "a", "outputFile": "b"}]},
        {"fetch": [{"uri": "a", "destPath": "b"}]},
    ),
]


@pytest.mark.parametrize(("release", "app", "parts"), [pytest.param(*row[1:], id=row[0]) for row in BODIES])
def test_the_form_of_the_release(release, app, parts):
    sent = body(release, **app)
    assert {name: sent.get(name) for name in parts} == parts
    assert "networks" not in sent


@pytest.mark.parametrize(
    ("release", "app", "words"),
    [
        (
            (0, 13),
            {"fetch": [{"uri": "b.jar"}]},
            r"/fetch\(0\): b.jar is never unpacked by Marathon 0.13, .*extract: false",
        ),
        ((0, 13), {"fetch": [{"uri": "a.tgz", "extract": False}]}, "a.tgz is always unpacked by Marathon 0.13"),
        (
            (1, 4),
            {"networks": [{"mode": "container/bridge"}]},
            "container/bridge for a container that is not Docker's came",
        ),
        ((1, 4), {"networks": [{"name": "a"}, {"name": "b"}]}, "/networks with more than one network came"),
        (
            (1, 4),
            {"container": BRIDGE | {"portMappings": None}, "ipAddress": {"labels": {"a": "b"}}},
            "/networks with labels for the mode container/bridge came",
        ),
        (
            (1, 4),
            {"container": {"type": "MESOS", "portMappings": [{"hostPort": 80}]}, "networks": NAMED},
            r"/container/portMappings\(0\)/hostPort for a container that is not Docker's",
        ),
        (
            (1, 4),
            {"container": {"type": "MESOS", "portMappings": [{"containerPort": 80}]}, "networks": NAMED},
            r"/container/portMappings\(0\) needs a name on Marathon 1.4",
        ),
    ],
)
def test_what_has_no_form_there_is_refused(release, app, words):
    with pytest.raises(DefinitionError, match=words):
        body(release, **app)


def answer(release=(1, 4), **app):
    """As in 3.7: nulls for what is not set, the old and the new form side by side, empty collections."""
    found = {
        "id": "/a",
        "cmd": "sleep 1",
        "args": None,
        "user": None,
        "env": {},
        "instances": 1,
        "cpus": 1,
        "mem": 128,
        "disk": 0,
        "executor": "",
        "constraints": [],
        "uris": [],
        "fetch": [],
        "storeUrls": [],
        "ports": [10000],
        "portDefinitions": [{"port": 10000, "protocol": "tcp", "labels": {}}],
        "requirePorts": False,
        "backoffSeconds": 1,
        "backoffFactor": 1.15,
        "maxLaunchDelaySeconds": 3600,
        "container": None,
        "healthChecks": [],
        "readinessChecks": [],
        "dependencies": [],
        "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1},
        "labels": {},
        "acceptedResourceRoles": None,
        "ipAddress": None,
        "version": "2020-10-29T12:00:00.000Z",
        "versionInfo": {"lastScalingAt": "v", "lastConfigChangeAt": "v"},
        "tasksRunning": 1,
        "tasks": [],
        "deployments": [],
    }
    if release >= (1, 3):
        found |= {"gpus": 0, "secrets": {}, "taskKillGracePeriodSeconds": None, "residency": None}
    if release >= (1, 4):
        patient = {"inactiveAfterSeconds": 300, "expungeAfterSeconds": 600}
        found |= {"killSelection": "YOUNGEST_FIRST", "unreachableStrategy": patient if release < (1, 4, 6) else {}}
        found["unreachableStrategy"] = found["unreachableStrategy"] or {
            "inactiveAfterSeconds": 0,
            "expungeAfterSeconds": 0,
        }
    if release < (1, 1):
        del found["portDefinitions"], found["readinessChecks"]
    if release < (0, 15):
        del found["fetch"], found["ipAddress"]
    return {**found, **app}


OLD_BRIDGE = {
    "type": "DOCKER",
    "volumes": [],
    "docker": {
        "image": "x",
        "network": "BRIDGE",
        "privileged": False,
        "parameters": [],
        "forcePullImage": False,
        "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 10000, "protocol": "tcp", "labels": {}}],
    },
}
RELEASES = [(0, 13, 1), (0, 15), (1, 1, 7), (1, 3, 14), (1, 4, 0), (1, 4, 13)]
SAME = [
    ("nothing but a command", {}, {}),
    ("a port without the name default", {"portDefinitions": None}, {"portDefinitions": None}),
    ("a bridge", {"container": BRIDGE}, {"container": OLD_BRIDGE}),
    (
        "a bridge without mappings",
        {"container": {"docker": {"image": "x", "network": "BRIDGE"}}},
        {"container": {**OLD_BRIDGE, "docker": {**OLD_BRIDGE["docker"], "portMappings": None}}},
    ),
    (
        "Docker on the host's network",
        {"container": {"docker": {"image": "x"}}},
        {"container": {**OLD_BRIDGE, "docker": {**OLD_BRIDGE["docker"], "network": None, "portMappings": []}}},
    ),
    (
        "one instance per host",
        {"constraints": [["hostname", "UNIQUE", ""]]},
        {"constraints": [["hostname", "UNIQUE", ""]]},
    ),
    (
        "the same without the empty value",
        {"constraints": [["hostname", "UNIQUE"]]},
        {"constraints": [["hostname", "UNIQUE", ""]]},
    ),
    ("files", {"uris": ["a.tgz"]}, {"uris": ["a.tgz"]}),
]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: ".".join(map(str, release)))
@pytest.mark.parametrize(("app", "found"), [pytest.param(*row[1:], id=row[0]) for row in SAME])
def test_the_answer_of_an_old_release_plans_to_nothing(release, app, found):
    found = {name: value for name, value in found.items() if value is not None or name != "portDefinitions"}
    if "uris" in found and release >= (0, 15):
        found["fetch"] = [{"uri": "a.tgz", "extract": True, "executable": False, "cache": False}]
    app = {name: value for name, value in app.items() if value is not None}
    plan = plan_present(wanted(**app), answer(release, **found), release)
    assert (plan.action, plan.before) == (app_plan.NONE, plan.after)


def test_what_the_release_does_not_have_is_not_in_the_plan():
    plan = plan_present(wanted(cpus=2), answer((1, 1, 7)), (1, 1, 7))
    assert not {"gpus", "killSelection", "unreachableStrategy"} & {*plan.before, *plan.after}


class TestPartialWrites:
    """Up to 1.3 there is no other kind of PUT: what goes away has to be named."""

    def test_everything_is_named(self):
        current = answer((1, 3), env={"A": "1"}, constraints=[["hostname", "UNIQUE"]], uris=["a"], mem=256)
        current["fetch"] = [{"uri": "a", "extract": False, "executable": False, "cache": False}]
        plan = plan_present(wanted(cpus=2), current, (1, 3))
        assert plan.request.partial
        sent = plan.request.body
        assert (sent["env"], sent["constraints"], sent["fetch"], sent["cpus"], sent["mem"]) == ({}, [], [], 2.0, 128.0)
        assert sent["portDefinitions"] == [{"port": 10000, "protocol": "tcp"}]

    def test_arguments_give_way_to_a_command(self):
        plan = plan_present(wanted(), answer((1, 3), cmd=None, args=["a"]), (1, 3))
        assert (plan.request.body["cmd"], plan.request.body["args"]) == ("sleep 1", [])

    @pytest.mark.parametrize(
        ("name", "found", "app"),
        [
            ("user", {"user": "www"}, {}),
            ("cmd", {}, {"cmd": None, "args": ["a"]}),
            ("container", {"container": OLD_BRIDGE}, {}),
            ("taskKillGracePeriodSeconds", {"taskKillGracePeriodSeconds": 9}, {}),
            ("acceptedResourceRoles", {"acceptedResourceRoles": ["*"]}, {}),
            ("ipAddress", {"ipAddress": {"networkName": "a"}}, {}),
        ],
    )
    def test_what_cannot_be_taken_away_is_refused_with_the_remedy(self, name, found, app):
        with pytest.raises(DefinitionError) as failure:
            plan_present(wanted(**app), answer((1, 3), **found), (1, 3, 14))
        assert str(failure.value) == (
            f"/a: {name} cannot be taken away from an app on Marathon 1.3.14, whose PUT keeps what it does not name: "
            "remove the app and create it again, or upgrade to 1.4"
        )
        plan = plan_present(wanted(**app), answer((1, 4), **found), (1, 4, 13))
        assert not plan.request.partial
        assert name not in plan.request.body

    def test_a_creation_and_scaling(self):
        assert plan_present(wanted(), None, (1, 3)).request.partial
        plan = plan_present(wanted(instances=3), answer((1, 3)), (1, 3))
        assert plan.request == app_plan.Request("PUT", {"instances": 3}, partial=True)


def test_a_full_write_of_1_4_is_declared_in_its_own_form():
    plan = plan_present(wanted(container=BRIDGE, mem=64), answer(container=OLD_BRIDGE), (1, 4, 13))
    assert not plan.request.partial
    assert plan.request.body == {
        "id": "/a",
        "cmd": "sleep 1",
        "mem": 64.0,
        "instances": 1,
        "container": {"type": "DOCKER", **BRIDGE},
    }


@pytest.mark.parametrize(
    ("release", "strategy"),
    [((1, 4, 0), 300), ((1, 4, 5), 300), ((1, 4, 6), 0), ((1, 5, 0), 300), ((1, 5, 1), 0), ((1, 11), 0)],
)
def test_how_patient_a_release_is_with_unreachable_instances(release, strategy):
    assert app_definition.canonical({"id": "/a"}, release)["unreachableStrategy"]["inactiveAfterSeconds"] == strategy


def test_a_canonical_body_is_left_as_it_is():
    app = {"id": "/a", "networks": [{"mode": "host"}]}
    assert releases.body(app, (1, 5)) is app
