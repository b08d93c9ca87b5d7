"""The roles' argument_specs, defaults and READMEs say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import role_readme

ROLES = Path(__file__).resolve().parent.parent.parent / "roles"
SERVICES = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns"]
# It installs and restarts nothing: its service is that of the role docker.
PUBLIC = [*SERVICES, "docker_swarm"]


def load(role: str, path: str) -> Any:
    return yaml.safe_load((ROLES / role / path).read_text())


@pytest.mark.parametrize("role", PUBLIC)
def test_every_option_has_a_default(role: str) -> None:
    options = load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = load(role, "defaults/main.yml")
    assert list(options) == list(defaults)
    stated = {name: option["default"] for name, option in options.items() if "default" in option}
    assert stated == {name: defaults[name] for name in stated}


@pytest.mark.parametrize("role", PUBLIC)
def test_every_entry_point_is_there_and_described(role: str) -> None:
    specs = load(role, "meta/argument_specs.yml")["argument_specs"]
    assert set(specs) >= {"main", "preflight", "health", "uninstall", *(["restart"] if role in SERVICES else [])}
    for name, spec in specs.items():
        assert (ROLES / role / "tasks" / f"{name}.yml").is_file()
        assert spec["short_description"]
        assert spec["description"]
        assert spec["options"] == specs["main"]["options"]


@pytest.mark.parametrize("role", PUBLIC)
def test_each_step_has_its_tag(role: str) -> None:
    steps = {
        task["ansible.builtin.import_tasks"].removesuffix(".yml"): task.get("tags", [])
        for task in load(role, "tasks/main.yml")
        if "ansible.builtin.import_tasks" in task
    }
    for step in ("preflight", *(["install"] if role in SERVICES else []), "configure", "service", "health"):
        assert step in steps[step]


def refusals(tasks: list[dict[str, Any]], tags: frozenset[str] = frozenset()) -> list[tuple[str, frozenset[str]]]:
    """The tasks that refuse something, with the tags that they have where they stand."""
    found = []
    for task in tasks:
        own = task.get("tags") or []
        effective = tags | frozenset([own] if isinstance(own, str) else own)
        if {"ansible.builtin.fail", "ansible.builtin.assert"} & set(task):
            found.append((task["name"], effective))
        for part in ("block", "rescue", "always", "tasks", "pre_tasks"):
            found += refusals(task.get(part) or [], effective)
    return found


@pytest.mark.parametrize("role", PUBLIC)
def test_no_step_runs_without_the_checks(role: str) -> None:
    """They have the tag always; where they are left out all the same, each step misses the first of them."""
    first = load(role, "tasks/preflight.yml")[0]
    condition = f"{first['register']} | ansible.builtin.mandatory(__common_unchecked) is mapping"
    preflight, *steps = load(role, "tasks/main.yml")
    assert preflight["ansible.builtin.import_tasks"] == "preflight.yml"
    assert "always" in preflight["tags"]
    assert "when" not in preflight
    for step in steps:
        when = step.get("when")
        first_condition = when[0] if isinstance(when, list) else when
        assert first_condition == condition or "ansible.builtin.meta" in step, step["name"]


def test_the_variables_of_a_host_are_specified() -> None:
    """As the README lists them."""
    options = load("_common", "meta/argument_specs.yml")["argument_specs"]["network"]["options"]
    readme = (ROLES / "_common" / "README.md").read_text()
    assert set(options) == {*re.findall(r"^\| `(quorum_\w+)` \|", readme, re.MULTILINE), "quorum_uninstall"}


# Refusals that are no checks before a run, each with its reason.
LATER = {
    "docker/tasks/uninstall.yml": "an entry point of its own, without tags",
    "docker_swarm/tasks/uninstall.yml": "an entry point of its own, without tags",
    "zookeeper/tasks/uninstall.yml": "an entry point of its own, without tags",
    "mesos_master/tasks/uninstall.yml": "an entry point of its own, without tags",
    "mesos_slave/tasks/uninstall.yml": "an entry point of its own, without tags",
    "mesos_master/tasks/seed.yml": "says how a step of the run has ended",
    "_common/tasks/lock.yml": "only for steps that change something",
    "_common/tasks/package.yml": "says how a step of the run has ended",
    "smoke.yml": "says how the run has ended",
    "maintain.yml": "says how the run has ended",
    "upgrade.yml": "says how the run has ended",
    "translate.yml": "changes no host",
    "_common/tasks/backup.yml": "an entry point of its own, without tags",
    "backup.yml": "none of its steps has a tag: what skips the check skips all",
    "restore.yml": "none of its steps but those of verify has a tag: what skips the check skips all",
    "image.yml": "none of its steps but its check of options has a tag: what skips the check skips all",
    "docker/tasks/surge.yml": "says how a step of the run has ended",
    "mesos_slave/tasks/surge.yml": "says how a step of the run has ended",
}


def test_every_check_has_the_tag_always() -> None:
    playbooks = ROLES.parent / "playbooks"
    files = [*ROLES.glob("*/tasks/**/*.yml"), *playbooks.glob("*.yml")]
    without: dict[str, list[str]] = {}
    for path in files:
        name = str(path.relative_to(playbooks if path.parent == playbooks else ROLES))
        if path.name == "preflight.yml" and path.parent != playbooks:
            # Imported with the tag, as the test above says.
            continue
        for task, tags in refusals(yaml.safe_load(path.read_text()) or []):
            if "always" not in tags:
                without.setdefault(name, []).append(task)
    assert set(without) == set(LATER), without


def test_the_check_of_all_hosts_has_the_tag_always() -> None:
    _inventory, hosts = yaml.safe_load((ROLES.parent / "playbooks" / "preflight.yml").read_text())
    for task in hosts["tasks"]:
        assert "always" in task["tags"], task["name"]
        assert "always" in task["ansible.builtin.include_role"]["apply"]["tags"], task["name"]


@pytest.mark.parametrize("role", [role for role in SERVICES if role not in ("docker", "haproxy", "mesos_dns")])
def test_what_runs_is_compared_with_what_its_unit_records(role: str) -> None:
    """The unit, the start, the handlers and the gate name the same files and the same source of the program."""
    unit = role.replace("_", "-")
    template = (ROLES / role / "templates" / f"{unit}.service.j2").read_text()
    recorded = f"_unit_record('{unit}', __{role}_read_files, __{role}_source, __common_old_systemd)"
    assert f"quorum.mesos.{recorded}" in template
    same = {"unit": unit, "files": f"{{{{ __{role}_read_files }}}}", "source": f"{{{{ __{role}_source }}}}"}
    compared = [
        task[module]
        for path in ("tasks/service.yml", "tasks/health.yml", "handlers/main.yml")
        for task in load(role, path)
        for module in ("quorum.mesos._service_running", "quorum.mesos._service_health")
        if "unit" in task.get(module, {})
    ]
    assert len(compared) == 3
    assert [{name: options[name] for name in same} for options in compared] == [same] * 3


# Roles of two services: the unit, the start of its variables' names, and the file of its gate.
PAIRS = {
    "haproxy": [
        ("haproxy", "__haproxy", "health_balancer"),
        ("marathon-haproxy", "__haproxy_agent", "health_agent"),
        ("keepalived", "__haproxy_address", "health_address"),
    ],
    "mesos_dns": [("named", "__mesos_dns", "health_server"), ("marathon-dns", "__mesos_dns_agent", "health_agent")],
}


@pytest.mark.parametrize(("role", "unit", "prefix", "gate"), [(role, *one) for role in PAIRS for one in PAIRS[role]])
def test_both_services_of_a_role_are_compared_too(role: str, unit: str, prefix: str, gate: str) -> None:
    recorded = f"_unit_record('{unit}', {prefix}_read_files, {prefix}_source, __common_old_systemd)"
    assert f"quorum.mesos.{recorded}" in (ROLES / role / "templates" / f"{unit}.service.j2").read_text()
    same = {"unit": unit, "files": f"{{{{ {prefix}_read_files }}}}", "source": f"{{{{ {prefix}_source }}}}"}
    compared = [
        task[module]
        for path in ("tasks/service.yml", f"tasks/{gate}.yml", "handlers/main.yml")
        for task in load(role, path)
        for module in ("quorum.mesos._service_running", "quorum.mesos._service_health")
        if task.get(module, {}).get("unit") == unit
    ]
    assert [{name: options[name] for name in same} for options in compared] == [same] * 3


@pytest.mark.parametrize("role", PUBLIC)
def test_data_is_kept_unless_told_otherwise(role: str) -> None:
    assert load(role, "defaults/main.yml")[f"{role}_uninstall_data"] is False


@pytest.mark.parametrize("role", PUBLIC)
def test_the_readme_has_what_the_specification_says(role: str) -> None:
    assert (ROLES / role / "README.md").read_text() == role_readme.renewed(ROLES / role), "run `make docs`"


def test_how_a_readme_shows_an_option() -> None:
    options = {
        "a_list": {
            "type": "list", "elements": "dict", "default": [], "description": ["Has C(x|y) or V([]), <n> of them."],
            "options": {"name": {"required": True, "description": "One."}},
        },
        "a_way": {"choices": ["one", "two"], "default": "one", "description": ["A way."]},
        "a_rest": {"type": "int", "description": ["Computed."]},
    }  # fmt: skip
    assert list(role_readme.rows(options, {"a_rest": "{{ 1 }}"})) == [
        "| `a_list` | list of dict | `[]` | Has `x\\|y` or `[]`, &lt;n> of them. |",
        "| `a_list[].name` | str | required | One. |",
        "| `a_way` | `one` or `two` | `one` | A way. |",
        "| `a_rest` | int | computed | Computed. |",
    ]


def test_what_may_hold_a_secret_is_written_by_one_module() -> None:
    """The environment, the settings and what a role calls a file of its own; other templates are units and the like."""
    written = {
        task.get("ansible.builtin.template", {}).get("src"): path.parent.parent.name
        for path in ROLES.glob("*/tasks/**/*.yml")
        for task in yaml.safe_load(path.read_text()) or []
        if "ansible.builtin.template" in task
    }
    assert {name: role for name, role in written.items() if re.search(r"[.](env|cfg|conf|options)[.]j2$", name)} == {}
    for path in ROLES.glob("*/tasks/configure.yml"):
        for task in yaml.safe_load(path.read_text()):
            # It would hide what changes, too.
            assert "no_log" not in task or "quorum.mesos._docker_credentials" in task, f"{path}: {task['name']}"
            assert "src" not in task.get("ansible.builtin.copy", {}), f"{path}: {task['name']}"


def blocks(
    tasks: list[dict[str, Any]], after: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each block that rescues, with the tasks that come after it."""
    found = []
    for index, task in enumerate(tasks):
        rest = [*tasks[index + 1 :], *after]
        if "rescue" in task:
            found.append((task, rest))
        for part in ("block", "rescue", "always"):
            found += blocks(task.get(part) or [], rest)
    return found


def test_a_play_ends_behind_a_rescue() -> None:
    """Where any error is fatal, Ansible leaves the hosts that did not fail out of ansible_play_hosts from then on.

    So every rescue ends in a refusal, or is followed by one.
    """
    found = {
        path: blocks(yaml.safe_load(path.read_text()) or [], [])
        for directory in ("tasks", "handlers")
        for path in sorted(ROLES.glob(f"*/{directory}/**/*.yml"))
    }
    rescues = [(path, task, rest) for path, several in found.items() for task, rest in several]
    assert rescues
    goes_on = [
        f"{path.relative_to(ROLES)}: {task['name']}"
        for path, task, rest in rescues
        if not any("ansible.builtin.fail" in one for one in [*task["rescue"], *rest])
    ]
    assert goes_on == []


def calls_of_the_shared_role() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Where tasks of the shared role are called: the file, the tasks, and a mapping that they get with its name."""
    found = []
    for path in sorted(ROLES.glob("*/tasks/*.yml")):
        for task in yaml.safe_load(path.read_text()) or []:
            call = task.get("ansible.builtin.import_role") or task.get("ansible.builtin.include_role") or {}
            if call.get("name") == "quorum.mesos._common":
                found += [
                    (str(path.relative_to(ROLES)), call.get("tasks_from", "main"), name, value)
                    for name, value in task.get("vars", {}).items()
                    if isinstance(value, dict)
                ]
    return found


def test_the_shared_role_gets_all_that_it_reads() -> None:
    calls = calls_of_the_shared_role()
    assert len(calls) > 3
    for caller, tasks, name, value in calls:
        text = (ROLES / "_common" / "tasks" / f"{tasks}.yml").read_text()
        read = set(re.findall(rf"\b{name}\.(\w+)(?! *\| *default)\b", text))
        assert read <= set(value), f"{caller}: {name} lacks {sorted(read - set(value))}, which {tasks}.yml reads"
