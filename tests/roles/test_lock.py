"""What changes a cluster takes its lock first, whichever tags are run or left out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from rendered_role import ROLES as DIRECTORY
from rendered_role import Role

from lab import playbook

ROLES = ["zookeeper", "mesos_master", "mesos_slave", "marathon"]
ALL = ["docker", "haproxy", "mesos_dns", *ROLES]
MAIN = {role: yaml.safe_load((DIRECTORY / role / "tasks" / "main.yml").read_text()) for role in ALL}
LAYERS = ["mesos_masters", "mesos_slaves", "marathon", "load_balancers", "dns"]
TAGS = ["network", "install", "configure", "service", "images"]
TASK = re.compile(r"^ {6}(.*?)\tTAGS: \[(.*)\]$", re.MULTILINE)
HOSTS = {group: {"hosts": {"a": {}}} for group in ("zookeeper", *LAYERS)}


def tasks(directory: Path, name: str, *arguments: str) -> list[tuple[str, set[str]]]:
    """The tasks that a playbook would run, with their tags."""
    inventory = directory / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": HOSTS}}))
    done = playbook.run(f"quorum.mesos.{name}", inventory, "--list-tasks", *arguments, capture=True)
    assert done.returncode == 0, done.stdout
    return [(task, set(tags.split(", "))) for task, tags in TASK.findall(done.stdout)]


RUNS = [("site", "install"), ("site", "network,install,images"), ("docker", "images"), ("zookeeper", "install")]


@pytest.mark.parametrize(("name", "skipped"), [*RUNS, *((name, "configure") for name in LAYERS)])
def test_the_lock_comes_before_every_change(tmp_path: Path, name: str, skipped: str) -> None:
    found = tasks(tmp_path, name, "--skip-tags", skipped)
    names = [task for task, _tags in found]
    taken = next((place for place, task in enumerate(names) if "Take the lock " in task), None)
    changes = [place for place, (_task, tags) in enumerate(found) if tags & set(TAGS)]
    assert changes
    assert taken is not None
    assert taken < changes[0]
    assert any("Release the lock" in task for task in names)


@pytest.mark.parametrize("name", ["uninstall", "mesos_masters_remove", "mesos_slave_drain", "mesos_slave_activate"])
def test_what_has_no_tags_takes_it_too(tmp_path: Path, name: str) -> None:
    names = [task for task, _tags in tasks(tmp_path, name, "--skip-tags", "install")]
    assert any("Take the lock " in task for task in names)
    assert any("Release the lock" in task for task in names)


# What is run and left out, and whether something of it may change the cluster.
CHOSEN = {
    "everything": ([], [], True),
    "a step": (["install"], [], True),
    "one step left out": ([], ["install"], True),
    "a tag of the play": (["mine"], [], True),
    "only looks": (["preflight", "health"], [], False),
    "all steps left out": ([], ["network", "install", "configure", "service", "images"], False),
}


@pytest.mark.parametrize("chosen", list(CHOSEN))
@pytest.mark.parametrize("role", ALL)
def test_a_role_takes_it_before_what_changes_the_cluster(role: str, chosen: str) -> None:
    run, skipped, taken = CHOSEN[chosen]
    (lock,) = [task for task in MAIN[role] if "Take the lock" in task["name"]]
    options = {"ansible_run_tags": run or ["all"], "ansible_skip_tags": skipped, **lock["vars"]}
    assert Role("_common").value("__common_lock_wanted", options) is taken
    assert not Role("_common").value("__common_lock_wanted", {**options, "__common_locked": "playbook"})
    assert not Role("_common").value("__common_lock_wanted", {**options, "ansible_check_mode": True})


@pytest.mark.parametrize("role", ALL)
def test_a_role_takes_it_for_each_of_its_steps(role: str) -> None:
    (lock,) = [task for task in MAIN[role] if "Take the lock" in task["name"]]
    steps = {tag for task in MAIN[role] for tag in task.get("tags", [])}
    assert set(lock["vars"]["_common_lock_steps"]) == steps - {"always", "preflight", "health"}


@pytest.mark.parametrize("chosen", ["a step", "only looks", "all steps left out"])
def test_a_playbook_takes_it_before_what_changes_the_cluster(tmp_path: Path, chosen: str) -> None:
    """No host answers, so that one which is asked for it says so."""
    run, skipped, taken = CHOSEN[chosen]
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": {"zookeeper": {"hosts": {"a": DOWN}}}}}))
    arguments = [
        word
        for option, tags in (("--tags", run), ("--skip-tags", skipped))
        if tags
        for word in (option, ",".join(tags))
    ]
    done = playbook.run("quorum.mesos.lock", inventory, *arguments, capture=True)
    assert ("the lock of the cluster needs 1 of the hosts a, and 0 can keep it" in done.stdout) == taken, done.stdout
    if not taken:
        always = playbook.run("quorum.mesos.lock", inventory, *arguments, "-e", "lock_always=true", capture=True)
        assert "the lock of the cluster needs 1 of the hosts a" in always.stdout, always.stdout


DOWN = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
HERE = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
AFTER = """
- name: Change something
  hosts: mesos_slaves
  gather_facts: false
  tasks:
    - name: Go on
      ansible.builtin.debug:
        msg: "the run goes on, locked by {{ __common_locked }}"
"""


@pytest.mark.parametrize("broken", [False, True])
def test_hosts_that_are_down_are_said_and_end_no_run_that_needs_no_lock(tmp_path: Path, broken: bool) -> None:
    hosts = {"zookeeper": {"hosts": {"a": DOWN, "b": DOWN, "c": DOWN}}, "mesos_slaves": {"hosts": {"d": HERE}}}
    inventory, path = tmp_path / "inventory.yml", tmp_path / "play.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": hosts}}))
    lock = "- name: Take the lock\n  ansible.builtin.import_playbook: quorum.mesos.lock\n"
    unlock = "- name: Release the lock\n  ansible.builtin.import_playbook: quorum.mesos.unlock\n"
    path.write_text(lock + AFTER + unlock)
    arguments = ["--limit", "d", *(["-e", "quorum_lock_break=true"] if broken else [])]
    done = playbook.run(str(path), inventory, *arguments, capture=True, seconds=300)
    said = "the lock of the cluster needs 2 of the hosts a, b, c, and 0 can keep it"
    assert (said in done.stdout) == (not broken), done.stdout
    assert ("the run goes on, locked by playbook" in done.stdout) == broken, done.stdout
    assert ("The lock of the cluster is not released there" in done.stdout) == broken
    assert (done.returncode == 0) == broken
