"""Each rule of api.md 3.1 and 3.2: the networks and ports that are sent, and what GET returns for them."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

from ..rule_cases import ABSENT, BRIDGE, DEFAULT_MAPPING, HOST, MAPPING, UNASSIGNED, app, as_stored, docker, parts, rows

DEFAULT_PORT = [{"port": UNASSIGNED, "name": "default", "protocol": "tcp"}]
DCOS = [{"mode": "container", "name": "dcos"}]
HTTP = {"containerPort": 80, "name": "http"}

NETWORKS = [
    ("3.1", "nothing is the host's network", {}, {"networks": HOST}),
    ("3.1", "an empty list is the host's network", {"networks": []}, {"networks": HOST}),
    (
        "3.1",
        "docker.network HOST",
        {"container": docker(network="HOST")},
        {"networks": HOST, "container/docker/network": ABSENT},
    ),
    (
        "3.1",
        "docker.network BRIDGE",
        {"container": docker(network="BRIDGE")},
        {"networks": BRIDGE, "container/docker/network": ABSENT},
    ),
    ("3.1", "docker.network in any case", {"container": docker(network="bridge")}, {"networks": BRIDGE}),
    (
        "3.1",
        "docker.network USER with the name of ipAddress, whose labels move",
        {"container": docker(network="USER"), "ipAddress": {"networkName": "foo", "labels": {"k": "v"}}},
        {"networks": [{"mode": "container", "name": "foo", "labels": {"k": "v"}}], "ipAddress": ABSENT},
    ),
    (
        "3.1",
        "docker.network USER without a name waits for the flag's",
        {"container": docker(network="USER")},
        {"networks": [{"mode": "container"}]},
    ),
    (
        "3.1",
        "ipAddress alone is a container network, and a container is added",
        {"ipAddress": {}},
        {
            "networks": [{"mode": "container"}],
            "container": {"type": "MESOS", "volumes": [], "portMappings": [DEFAULT_MAPPING]},
            "portDefinitions": ABSENT,
        },
    ),
    (
        "3.1",
        "ipAddress with a name",
        {"ipAddress": {"networkName": "foo"}},
        {"networks": [{"mode": "container", "name": "foo"}], "container/type": "MESOS"},
    ),
    (
        "3.1",
        "ipAddress with the name of Mesos' bridge",
        {"ipAddress": {"networkName": "mesos-bridge"}},
        {"networks": BRIDGE, "container/portMappings": [{**DEFAULT_MAPPING, "hostPort": 0}]},
    ),
    (
        "3.1",
        "groups of ipAddress are lost",
        {"ipAddress": {"networkName": "foo", "groups": ["g"]}},
        {"networks": [{"mode": "container", "name": "foo"}]},
    ),
    (
        "3.1",
        "ports of ipAddress.discovery are mappings without a host port",
        {"ipAddress": {"discovery": {"ports": [{"number": 53, "name": "dns", "protocol": "udp"}]}}},
        {"container/portMappings": [{**MAPPING, "containerPort": 53, "name": "dns", "protocol": "udp"}]},
    ),
    (
        "3.1",
        "labels of a network are kept",
        {"networks": [{"mode": "container", "name": "dcos", "labels": {"a": 1}}]},
        {"networks": [{"mode": "container", "name": "dcos", "labels": {"a": "1"}}]},
    ),
    (
        "3.1",
        "empty labels of a network are not returned",
        {"networks": [{"mode": "container", "name": "dcos", "labels": {}}]},
        {"networks": DCOS},
    ),
    ("3.1", "a network is a container network by default", {"networks": [{"name": "dcos"}]}, {"networks": DCOS}),
    (
        "3.1",
        "a network that is not the host's has a container",
        {"networks": BRIDGE},
        {"container": {"type": "MESOS", "volumes": [], "portMappings": [{**DEFAULT_MAPPING, "hostPort": 0}]}},
    ),
    (
        "2.5",
        "several networks keep their order",
        {"container": {"type": "MESOS"}, "networks": [{"name": "b"}, {"name": "a"}]},
        {"networks": [{"mode": "container", "name": "b"}, {"mode": "container", "name": "a"}]},
    ),
]

PORTS = [
    ("3.2", "the host's network has one port named default", {}, {"portDefinitions": DEFAULT_PORT}),
    ("3.2", "an empty list of definitions is none", {"portDefinitions": []}, {"portDefinitions": []}),
    ("3.2", "an empty list of ports is none", {"ports": []}, {"portDefinitions": [], "ports": ABSENT}),
    (
        "3.2",
        "ports have no names",
        {"ports": [0, 8000]},
        {
            "portDefinitions": [{"port": UNASSIGNED, "protocol": "tcp"}, {"port": 8000, "protocol": "tcp"}],
            "ports": ABSENT,
        },
    ),
    (
        "3.2",
        "ports beside equal definitions",
        {"ports": [8000], "portDefinitions": [{"port": 8000, "name": "http", "protocol": "udp"}]},
        {"portDefinitions": [{"port": 8000, "name": "http", "protocol": "udp"}]},
    ),
    (
        "3.2",
        "the host's network drops mappings, also where it is the default",
        {"container": {**docker(), "portMappings": [{"containerPort": 80}]}},
        {"container/portMappings": ABSENT, "portDefinitions": DEFAULT_PORT},
    ),
    (
        "3.2",
        "the host's network drops docker.portMappings",
        {"container": docker(network="HOST", portMappings=[{"containerPort": 80}])},
        {"container/portMappings": ABSENT, "container/docker/portMappings": ABSENT, "portDefinitions": DEFAULT_PORT},
    ),
    (
        "3.2",
        "a bridge without mappings",
        {"container": docker(), "networks": BRIDGE},
        {"container/portMappings": [{**DEFAULT_MAPPING, "hostPort": 0}], "portDefinitions": ABSENT},
    ),
    (
        "3.2",
        "a container network without mappings",
        {"container": docker(), "networks": DCOS},
        {"container/portMappings": [DEFAULT_MAPPING], "portDefinitions": ABSENT},
    ),
    (
        "3.2",
        "a mapping of a bridge without a host port",
        {"container": {**docker(), "portMappings": [{"containerPort": 80}]}, "networks": BRIDGE},
        {"container/portMappings": [{**MAPPING, "containerPort": 80, "hostPort": 0}]},
    ),
    (
        "3.2",
        "a mapping of a container network without a host port",
        {"container": {**docker(), "portMappings": [{"containerPort": 80}]}, "networks": DCOS},
        {"container/portMappings": [{**MAPPING, "containerPort": 80}]},
    ),
    (
        "3.2",
        "an empty list of mappings stays empty",
        {"container": {**docker(), "portMappings": []}, "networks": BRIDGE},
        {"container/portMappings": []},
    ),
    (
        "3.2",
        "more ports than mappings append blank ones",
        {"container": {**docker(), "portMappings": [HTTP]}, "networks": BRIDGE, "ports": [0, 9000, 9001]},
        {
            "container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}, *[{**MAPPING, "hostPort": 0}] * 2],
            "portDefinitions": ABSENT,
        },
    ),
    (
        "3.2",
        "more definitions than mappings do so too",
        {"container": {**docker(), "portMappings": []}, "networks": DCOS, "portDefinitions": [{"name": "a"}]},
        {"container/portMappings": [MAPPING], "portDefinitions": ABSENT},
    ),
    (
        "3.2",
        "not more ports than mappings append none",
        {"container": {**docker(), "portMappings": [HTTP]}, "networks": BRIDGE, "ports": [9000]},
        {"container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}], "portDefinitions": ABSENT},
    ),
    (
        "3.2",
        "docker.portMappings move up",
        {"container": docker(network="BRIDGE", portMappings=[HTTP])},
        {"container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}], "container/docker/portMappings": ABSENT},
    ),
    (
        "3.2",
        "empty docker.portMappings beside others",
        {"container": {**docker(network="BRIDGE", portMappings=[]), "portMappings": [HTTP]}},
        {"container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}]},
    ),
    (
        "3.2",
        "docker.portMappings beside an empty list",
        {"container": {**docker(network="BRIDGE", portMappings=[HTTP]), "portMappings": []}},
        {"container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}]},
    ),
    (
        "3.2",
        "given numbers of ports stay",
        {
            "container": {**docker(), "portMappings": [{"containerPort": 80, "hostPort": 31001, "servicePort": 31002}]},
            "networks": BRIDGE,
        },
        {"container/portMappings": [{**MAPPING, "containerPort": 80, "hostPort": 31001, "servicePort": 31002}]},
    ),
    ("3.2", "requirePorts on the host's network", {"ports": [80], "requirePorts": True}, {"requirePorts": True}),
    (
        "3.2",
        "requirePorts is false on any other network",
        {"container": docker(), "networks": BRIDGE, "requirePorts": True},
        {"requirePorts": False},
    ),
    (
        "2.3",
        "the order of definitions is theirs",
        {"portDefinitions": [{"port": 2, "name": "b"}, {"port": 1, "name": "a"}]},
        {
            "portDefinitions(0)": {"port": 2, "name": "b", "protocol": "tcp"},
            "portDefinitions(1)": {"port": 1, "name": "a", "protocol": "tcp"},
        },
    ),
    (
        "2.5",
        "networkNames of a mapping are kept, an empty list is not",
        {
            "container": {"type": "MESOS", "portMappings": [{**HTTP, "networkNames": ["b"]}, {"networkNames": []}]},
            "networks": [{"name": "a"}, {"name": "b"}],
        },
        {"container/portMappings": [{**MAPPING, **HTTP, "networkNames": ["b"]}, MAPPING]},
    ),
    (
        "3.6c",
        "a Mesos container with an image on a container network",
        {"container": {"type": "MESOS", **docker(), "portMappings": [HTTP]}, "networks": DCOS},
        {
            "networks": DCOS,
            "container": {
                "type": "MESOS",
                "docker": {"image": "x", "forcePullImage": False, "privileged": False},
                "volumes": [],
                "portMappings": [{**MAPPING, **HTTP}],
            },
            "portDefinitions": ABSENT,
        },
    ),
]
RULES = rows(NETWORKS + PORTS)


@pytest.mark.parametrize(("sent", "expected"), RULES)
def test_what_get_returns(sent, expected):
    assert parts(app_definition.canonical(app(**sent)), expected) == expected


@pytest.mark.parametrize(("sent", "expected"), RULES)
def test_what_get_returns_plans_to_nothing_and_means_itself(sent, expected):
    found = as_stored(app(**sent))
    for definition in (app(**sent), found):
        plan = plan_present(Wanted(app_definition.declared(definition)), found)
        assert (plan.action, plan.before) == (app_plan.NONE, plan.after)


REFUSED = [
    ("3.1", "docker.network NONE", {"container": docker(network="NONE")}, "does not support .*NONE: use HOST, BRIDGE"),
    (
        "3.1",
        "docker.network and networks",
        {"container": docker(network="HOST"), "networks": BRIDGE},
        r"^container\.docker\.network and networks contradict each other: keep networks",
    ),
    (
        "3.1",
        "networks and ipAddress",
        {"networks": HOST, "ipAddress": {}},
        "^ipAddress and networks contradict each other: keep networks",
    ),
    (
        "3.1",
        "ipAddress.discovery.ports and mappings",
        {
            "container": {"type": "MESOS", "portMappings": [HTTP]},
            "ipAddress": {"discovery": {"ports": [{"number": 80, "name": "http"}]}},
        },
        r"^container\.portMappings and ipAddress\.discovery\.ports contradict each other",
    ),
    (
        "3.2",
        "ports and other definitions",
        {"ports": [8000], "portDefinitions": [{"port": 8001}]},
        "^ports and portDefinitions contradict each other: keep portDefinitions",
    ),
    (
        "3.2",
        "both kinds of mappings",
        {"container": {**docker(portMappings=[{"containerPort": 1}]), "portMappings": [{"containerPort": 2}]}},
        r"^container\.portMappings and container\.docker\.portMappings contradict each other",
    ),
]


@pytest.mark.parametrize(("sent", "words"), rows(REFUSED))
def test_what_marathon_refuses_is_not_sent(sent, words):
    with pytest.raises(DefinitionError, match=words):
        app_definition.canonical(app(**sent))


TRAPS = [
    (
        "3.2",
        "host to bridge does not inherit the old definitions",
        {"ports": [0, 0, 0]},
        {"container": {**docker(), "portMappings": [HTTP]}, "networks": BRIDGE},
        {"container/portMappings": [{**MAPPING, **HTTP, "hostPort": 0}], "portDefinitions": ABSENT},
    ),
    (
        "3.2",
        "bridge to host does not keep the old mappings",
        {"container": {**docker(), "portMappings": [HTTP]}, "networks": BRIDGE},
        {"container": docker(), "networks": HOST},
        {"container/portMappings": ABSENT, "portDefinitions": DEFAULT_PORT},
    ),
]


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize(("before", "after", "expected"), rows(TRAPS))
def test_traps_of_a_changed_network(before, after, expected, merge):
    plan = plan_present(Wanted(app_definition.declared(app(**after)), merge=merge), as_stored(app(**before)))
    assert parts(plan.after, expected) == expected
    # The write replaces the whole app, so that nothing of the old one is merged into it by the server.
    assert not plan.request.partial
    assert parts(app_definition.canonical(plan.request.body), expected) == expected


def test_a_name_that_a_flag_has_given_is_no_change():
    """3.1: Marathon fills it in from --default_network_name."""
    found = as_stored(app(networks=[{"mode": "container", "name": "of-the-flag"}]))
    for sent in ({"networks": [{"mode": "container"}]}, {"ipAddress": {}}):
        assert plan_present(Wanted(app_definition.declared(app(**sent))), found).action == app_plan.NONE
    assert plan_present(Wanted(app_definition.declared(app(networks=DCOS))), found).action == app_plan.UPDATED
