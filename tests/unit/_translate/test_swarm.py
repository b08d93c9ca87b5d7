"""What the vectors leave open of the services of Docker Swarm, and their stack files."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.swarm import stack, validate

IMAGE = {"type": "DOCKER", "docker": {"image": "a"}}
APP = {"id": "/shop/a", "container": IMAGE, "portDefinitions": []}


def spec_of(app, **options):
    return translation.for_target(app, options, "swarm")["objects"][0]


def notes_of(app, **options):
    return {(one["level"], one["field"]) for one in translation.for_target(app, options, "swarm")["notes"]}


def stacks(*definitions, **options):
    return stack.files(translation.translate([(one, "x") for one in definitions], options, ["swarm"]))


def with_parameter(key, value):
    return {**APP, "container": {**IMAGE, "docker": {"image": "a", "parameters": [{"key": key, "value": value}]}}}


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("cap-add", "sys_ptrace", {"CapabilityAdd": ["CAP_SYS_PTRACE"]}),
        ("cap-drop", "ALL", {"CapabilityDrop": ["ALL"]}),
        ("dns", "10.0.0.1", {"DNSConfig": {"Nameservers": ["10.0.0.1"]}}),
        ("read-only", "true", {"ReadOnly": True}),
        ("u", "1000", {"User": "1000"}),
        ("w", "/srv", {"Dir": "/srv"}),
        ("add-host", "db:fe80::1", {"Hosts": ["fe80::1 db"]}),
        ("hostname", "{{ x }}", {"Hostname": '{{"{{"}} x }}'}),
        ("entrypoint", "sh -c 'a b'", {"Command": ["sh", "-c", "a b"]}),
        ("v", "/a:/b:ro", {"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": True}]}),
    ],
)
def test_options_of_docker_run(key, value, wanted):
    container = spec_of(with_parameter(key, value))["TaskTemplate"]["ContainerSpec"]
    assert {name: container.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ulimit", "nofile"),
        ("add-host", "db"),
        ("sysctl", "a"),
        ("init", "maybe"),
        ("device", "/dev/x"),
        ("pid", "host"),
    ],
)
def test_options_that_a_person_must_look_at(key, value):
    assert ("manual", "/container/docker/parameters/0") in notes_of(with_parameter(key, value))


def test_a_path_of_a_check_is_no_shell_code():
    app = {**APP, "portDefinitions": [{"port": 0}], "healthChecks": [{"protocol": "HTTP", "path": "/a b;$(x)'"}]}
    (_kind, command) = spec_of(app)["TaskTemplate"]["ContainerSpec"]["Healthcheck"]["Test"]
    assert "'http://127.0.0.1:10000/a b;$(x)'\\'''" in command


def test_the_hosts_network():
    app = {**APP, "portDefinitions": [{"port": 80}], "requirePorts": True}
    spec = spec_of(app, host_network=True)
    assert spec["TaskTemplate"]["Networks"] == [{"Target": "host"}]
    assert "EndpointSpec" not in spec
    assert ("approximate", "/networks") not in notes_of(app, host_network=True)


def test_memory_is_what_mesos_gave_at_least():
    resources = spec_of({**APP, "mem": 1})["TaskTemplate"]["Resources"]
    assert resources["Limits"]["MemoryBytes"] == 32 * 2**20
    assert spec_of({**APP, "mem": 100}, mem_headroom=10)["TaskTemplate"]["Resources"] == {
        "Reservations": {"MemoryBytes": 100 * 2**20, "NanoCPUs": 10**9},
        "Limits": {"MemoryBytes": 110 * 2**20},
    }


def test_one_port_is_published_by_one_service():
    definitions = [{**APP, "id": one, "portDefinitions": [{"port": 10050}]} for one in ("/a", "/b")]
    found = translation.for_target(definitions, {}, "swarm")["notes"]
    told = [one for one in found if one["level"] == "manual" and one["field"] == "/ports"]
    assert [one["id"] for one in told] == ["/b"]
    assert "/a publishes the port 10050/tcp already" in told[0]["text"]


@pytest.mark.parametrize("name", ["", "A=B"])
def test_a_variable_without_a_name(name):
    assert ("dropped", f"/env/{name}") in notes_of({**APP, "env": {name: "x"}})


def test_a_stack_for_each_group_with_the_names_of_the_services():
    found = stacks(APP, {**APP, "id": "/shop/eu/b"}, {**APP, "id": "/c"})
    assert {name: list(content["services"]) for name, content in found.items()} == {
        "shop": ["a"],
        "shop-eu": ["b"],
        "other": ["c"],
    }


def test_nothing_in_a_stack_is_taken_from_the_callers_environment():
    app = {**APP, "cmd": "echo $HOME ${A:-b} $$", "env": {"A": "${B}", "T": "{{ x }}"}, "labels": {"l": "$x"}}
    service = stacks(app)["shop"]["services"]["a"]
    assert service["command"] == ["-c", "echo $$HOME $${A:-b} $$$$"]
    assert sorted(service["environment"]) == ["A=$${B}", 'T={{"{{"}} x }}']
    assert service["deploy"]["labels"]["l"] == "$$x"


def test_what_a_stack_must_name():
    app = {
        **APP,
        "role": "x",
        "env": {"PW": {"secret": "s"}},
        "portDefinitions": [{"port": 10050}],
        "container": {**IMAGE, "volumes": [{"containerPath": "data", "persistent": {"size": 5}}]},
    }
    content = stacks(app)["shop"]
    assert content["networks"] == {"apps": {"external": True, "name": "apps"}}
    assert content["secrets"] == {"shop_a.s": {"external": True, "name": "shop_a.s"}}
    assert content["volumes"] == {"shop_a-data-slot": {"name": "shop_a-data-{{.Task.Slot}}"}}
    service = content["services"]["a"]
    assert service["volumes"][0]["source"] == "shop_a-data-slot"
    assert service["secrets"][0]["source"] == "shop_a.s"
    assert service["ports"] == [{"target": 10000, "published": 10050, "protocol": "tcp", "mode": "ingress"}]


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("Name",), "a.b", "the name a.b"),
        (("Name",), "a" * 64, "the name"),
        (("TaskTemplate", "Resources", "Limits", "MemoryBytes"), 2**20, "memory is less than 4 MiB"),
        (("TaskTemplate", "Resources", "Reservations", "NanoCPUs"), 1, "cpus is less than 0.001"),
        (("TaskTemplate", "ContainerSpec", "Image"), " ", "no image"),
        (("TaskTemplate", "ContainerSpec", "Env"), ["=a"], "has no name"),
    ],
)
def test_what_the_engine_would_refuse(place, value, told):
    spec = spec_of(APP)
    assert validate.problems(spec) == []
    part = spec
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert told in " ".join(validate.problems(spec))


@pytest.mark.parametrize(
    ("constraint", "wanted"),
    [
        (["rack", "IS", "r1"], ["node.labels.rack==r1"]),
        (["a/b c", "IS", "r1"], ["node.labels.a.b.c==r1"]),
        (["rack", "IS", ""], []),
        (["rack", "CLUSTER", "a,b"], []),
        (["rack", "LIKE", "a@b"], []),
        (["rack", "UNLIKE", "(a|b)"], ["node.labels.rack!=a", "node.labels.rack!=b"]),
        (["hostname", "LIKE", "a\\.example\\.com"], ["node.hostname==a.example.com"]),
    ],
)
def test_constraints_that_the_engine_takes(constraint, wanted):
    app = {**APP, "constraints": [constraint]}
    placement = spec_of(app)["TaskTemplate"].get("Placement", {})
    assert placement.get("Constraints", []) == wanted
    if not wanted or "/" in constraint[0]:
        assert ("manual", "/constraints/0") in notes_of(app)
    assert validate.problems(spec_of(app)) == []


def test_a_constraint_that_the_engine_does_not_take_is_found():
    spec = spec_of({**APP, "constraints": [["rack", "IS", "r1"]]})
    spec["TaskTemplate"]["Placement"]["Constraints"] = ["node.labels.a/b==c"]
    assert "is no constraint" in " ".join(validate.problems(spec))
