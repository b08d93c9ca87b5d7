"""What a run is refused, check mode is refused in the same words; nothing is changed by either."""

from __future__ import annotations

import json

import case_playbook
import pytest

SLEEP = {"cmd": "sleep 1", "cpus": 0.1, "mem": 32}
CONTAINER = {"name": "one", "resources": {"cpus": 0.1, "mem": 32}, "exec": {"command": {"shell": "sleep 1"}}}
POD = {"containers": [CONTAINER], "networks": [{"mode": "host"}]}
SINGLE = {"MARATHON_SINGLE_INSTANCE_APP": "true"}
SHARED = {"name": "shared", "provider": "dvdi", "options": {"dvdi/driver": "rexray"}}
VOLUME = {"type": "MESOS", "volumes": [{"containerPath": "data", "mode": "RW", "external": SHARED}]}

# The module, what is asked of it, and the words of both refusals. IN is the group of the test.
CASES = {
    "negative": ("marathon_app", {"id": "IN/one", "definition": {**SLEEP, "instances": -1}}, "/instances is -1"),
    "port": (
        "marathon_app",
        {"id": "IN/two", "definition": {**SLEEP, "portDefinitions": [{"port": 70000, "protocol": "icmp"}]}},
        "/portDefinitions(0)/port is 70000",
    ),
    "protocol": (
        "marathon_app",
        {"id": "IN/two", "definition": {**SLEEP, "portDefinitions": [{"port": 80, "protocol": "icmp"}]}},
        '/portDefinitions(0)/protocol: is not one of the allowed words (error.unknown.enum.literal), it is "icmp"',
    ),
    "single": (
        "marathon_app",
        {"id": "IN/three", "definition": {**SLEEP, "labels": SINGLE}},
        "/upgradeStrategy/minimumHealthCapacity is 1.0, but must be 0 with the label MARATHON_SINGLE_INSTANCE_APP",
    ),
    "no-command": ("marathon_app", {"id": "IN/four", "definition": {"cpus": 0.1}}, "AppDefinition must either contain"),
    "constraint": (
        "marathon_app",
        {"id": "IN/five", "definition": {**SLEEP, "constraints": [["rack", "NOPE"]]}},
        '/constraints(0) is "NOPE", but must have an operator of UNIQUE, CLUSTER',
    ),
    "below-an-app": ("marathon_app", {"id": "IN/there/below", "definition": SLEEP}, "cannot be below IN/there"),
    "id-of-a-group": ("marathon_app", {"id": "IN/full", "definition": SLEEP}, "IN/full of the definition is a group"),
    "role": ("marathon_app", {"id": "IN/six", "definition": {**SLEEP, "role": "x"}}, '/role is "x", but must'),
    "dependency": (
        "marathon_app",
        {"id": "IN/self", "definition": {**SLEEP, "dependencies": ["IN/self"]}},
        "IN/self -> IN/self",
    ),
    "pod": (
        "marathon_pod",
        {"definition": {"id": "IN/pod", **POD, "containers": [{**CONTAINER, "exec": {"command": {"shell": ""}}}]}},
        '/containers(0)/exec/command/shell is "", but must not be empty',
    ),
    "pod-negative": (
        "marathon_pod",
        {"definition": {"id": "IN/pod", **POD, "scaling": {"kind": "fixed", "instances": -1}}},
        "/scaling/instances is -1, but must be between 0 and 2147483647",
    ),
    "pod-below-an-app": ("marathon_pod", {"definition": {"id": "IN/there/pod", **POD}}, "cannot be below IN/there"),
    "pod-for-app": ("marathon_app", {"definition": {"id": "IN/pod", **POD}}, "is that of a pod, not of an app"),
    "group": (
        "marathon_group",
        {"id": "IN/g", "definition": {"apps": [{"id": "a", **SLEEP}, {"id": "b", **SLEEP, "labels": SINGLE}]}},
        "must be 0 with the label MARATHON_SINGLE_INSTANCE_APP. Correct that in the definition of IN/g/b",
    ),
    "set": (
        "marathon_apps",
        {"definitions": [{"id": f"IN/s/{name}", "cpus": 0.1, "mem": 32} for name in "abc"]},
        "Marathon refuses 3 definitions: IN/s/a (definitions[0]): Object is not valid; /: AppDefinition must either",
    ),
    "volumes": (
        "marathon_apps",
        {"definitions": [{"id": f"IN/s/{name}", **SLEEP, "container": VOLUME} for name in "ab"]},
        'the external name is "shared", but must not be the name of a volume of IN/s/b',
    ),
}


@pytest.fixture(scope="module")
def there(marathon, module_group):
    """An app, and a group with an app in it."""
    for name in ("there", "full/app"):
        assert marathon.write("PUT", f"/v2/apps{module_group}/{name}", {**SLEEP, "instances": 0}).ok
    marathon.settle(module_group)
    return module_group


def test_check_mode_and_run_are_refused_in_the_same_words(ansible, marathon, there, tmp_path):
    cases = {}
    for name, (module, options, _words) in CASES.items():
        arguments = json.loads(json.dumps({"url": marathon.url, **options}).replace("IN/", f"{there}/"))
        cases |= {f"{name}-check": (module, arguments), f"{name}-run": (module, arguments)}
    before = marathon.write("GET", f"/v2/groups{there}").json()
    checked = [name for name in cases if name.endswith("-check")]
    results = case_playbook.run(ansible.play, tmp_path, cases, checked)
    told = {name: result.get("msg", result) for name, result in results.items()}
    for name, (_module, _options, words) in CASES.items():
        assert words.replace("IN/", f"{there}/") in told[f"{name}-check"], name
        assert told[f"{name}-check"] == told[f"{name}-run"], name
        assert results[f"{name}-run"]["failed"] and not results[f"{name}-run"].get("changed"), name
    assert marathon.write("GET", f"/v2/groups{there}").json() == before


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        (
            [{"mem": f"{number}G", "cmd": "x"} for number in range(4)],
            ["%s/b0.json, %g/b0: /mem", "%s/b3.json, %g/b3: /mem"],
        ),
        ([{"mem": 32} for _number in range(3)], ["(%s/b0.json)", "(%s/b2.json)"]),
        (["{", "[", {"cmd": "sleep 1"}], ["b0.json", "b1.json"]),
    ],
)
@pytest.mark.parametrize("switches", [(), ("--check",)])
def test_all_broken_files_and_all_refused_apps_are_named(ansible, group, tmp_path, bodies, words, switches):
    for number, body in enumerate(bodies):
        text = body if isinstance(body, str) else json.dumps({"id": f"{group}/b{number}", "cpus": 0.1, **body})
        (tmp_path / f"b{number}.json").write_text(text, encoding="utf-8")
    result = ansible.module(*switches, module="quorum.mesos.marathon_apps", src=[str(tmp_path)])
    assert result["failed"]
    for word in words:
        assert word.replace("%s", str(tmp_path)).replace("%g", group) in result["msg"], result["msg"]
