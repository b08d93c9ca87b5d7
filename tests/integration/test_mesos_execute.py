"""mesos_execute on masters and agents that run: what it returns, and that nothing of it is left, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import examples
import pytest
import requests
import yaml
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

CHECKOUT = Path(__file__).resolve().parents[2]
SECRET = "hunter22secret"


class Mesos:
    def __init__(self, ansible: Any, cluster: LocalCluster) -> None:
        self._ansible = ansible
        self.cluster = cluster
        self.urls = [master.url for master in cluster.masters]

    def execute(self, *switches: str, **options: Any) -> dict[str, Any]:
        options = {"module": "quorum.mesos.mesos_execute", "url": self.urls, "wait_timeout": 60, **options}
        return self._ansible.module(*switches, **options)

    def play(self, plays: list[dict[str, Any]], directory: Path) -> Any:
        playbook = directory / "play.yml"
        playbook.write_text(yaml.safe_dump(plays, sort_keys=False))
        return self._ansible.play(str(playbook))

    def started(self, directory: Path, command: str) -> subprocess.Popen[bytes]:
        """A run of Ansible in a session of its own, whose task has begun."""
        arguments = json.dumps({"url": self.urls, "cmd": command, "wait_timeout": 300})
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
                       "ANSIBLE_HOME": str(directory / "home"), "ANSIBLE_REMOTE_TMP": str(directory / "remote"),
                       # The module is found by the path of its file.
                       "ANSIBLE_PIPELINING": "false"}
        log = (directory / "log").open("wb")
        run = subprocess.Popen(
            [str(Path(sys.executable).parent / "ansible"), "localhost", "--connection=local",
             f"--extra-vars=ansible_python_interpreter={sys.executable}",
             "--module-name=quorum.mesos.mesos_execute", f"--args={arguments}"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
        wait_until("the task runs", lambda: self.states() == ["TASK_RUNNING"], 60)
        return run

    def frameworks(self) -> list[dict[str, Any]]:
        return list(self._get("/frameworks")["frameworks"])

    def states(self) -> list[str]:
        return [task["state"] for framework in self.frameworks() for task in framework["tasks"]]

    def completed(self) -> int:
        return len(self._get("/frameworks")["completed_frameworks"])

    def _get(self, path: str) -> dict[str, Any]:
        return dict(requests.get(self.cluster.leader().url + path, timeout=5).json())

    def nothing_is_left(self, argument: str) -> None:
        """No framework, and no process with this last argument."""
        wait_until("no framework is left", lambda: not self.frameworks(), 30)
        wait_until("no process is left", lambda: not processes(argument), 30)


def processes(text: str) -> list[int]:
    """Those whose last argument is this text: of a task, not of the module that asked for it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = entry.read_bytes().split(b"\0")[:-1]
        except OSError:
            continue
        if arguments and arguments[-1].decode(errors="replace") == text:
            found.append(int(entry.parent.name))
    return found


def children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def modules(directory: Path) -> list[int]:
    """The processes of the module that was put below this directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "AnsiballZ_mesos_execute" in words and not words.startswith("/bin/sh") and str(directory) in words:
            found.append(int(entry.parent.name))
    return found


@pytest.fixture(scope="module")
def mesos(tmp_path_factory: pytest.TempPathFactory, ansible: Any) -> Iterator[Mesos]:
    flags = {"containerizers": "mesos", "resources": "cpus:1;mem:512;disk:512;ports:[31000-31010]",
             "attributes": "rack:r1;level:3"}
    with LocalCluster(tmp_path_factory.mktemp("execute"), masters=3, agents=2, agent_flags=flags) as cluster:
        yield Mesos(ansible, cluster)


def test_a_command_with_its_output_and_no_secret(mesos: Mesos) -> None:
    options = {"cmd": "echo $GREETING from $LIBPROCESS_IP; echo with $DB_PASSWORD and $KEY >&2",
               "attributes": {"rack": "r1", "level": 3}, "secret_env": ["KEY"],
               "env": {"GREETING": "hello", "DB_PASSWORD": SECRET, "KEY": "other-secret"}}
    before = mesos.completed()
    shown = mesos.execute("--check", **options)
    assert not shown["failed"], shown["output"]
    assert shown["changed"]
    assert len(shown["agents_now"]) == 2 and shown["agents_later"] == []
    assert shown["task"]["command"]["value"] == options["cmd"]
    assert mesos.completed() == before

    for number in (1, 2):
        done = mesos.execute(**options)
        assert not done["failed"], done["output"]
        assert (done["changed"], done["state"], done["rc"]) == (True, "TASK_FINISHED", 0)
        assert done["stdout"].startswith("hello from")
        assert "with ******** and ********" in done["stderr"]
        assert done["agent"]["hostname"] in shown["agents_now"]
        assert mesos.frameworks() == []
        assert mesos.completed() == before + number
    for result in (shown, done):
        told = {name: value for name, value in result.items() if name != "output"}
        assert SECRET not in json.dumps(told) and "other-secret" not in json.dumps(told)


@pytest.mark.parametrize("plugin", ["modules/mesos_info", "modules/mesos_execute"])
def test_examples(mesos: Mesos, tmp_path: Path, plugin: str) -> None:
    tasks = list(examples.tasks(examples.localised(examples.text(plugin), mesos.urls[0], "")))
    for task in tasks:
        # No agent here has Docker.
        task.get("quorum.mesos.mesos_execute", {}).pop("image", None)
    done = mesos.play(examples.play(tasks, sys.executable), tmp_path)
    assert done.code == 0, done.output
    assert f"ok={len(tasks)} " in done.output


def test_a_command_that_fails_on_the_agent_that_was_named(mesos: Mesos) -> None:
    agent = mesos.cluster.agents[1]
    failed = mesos.execute(cmd="echo why >&2; exit 3", address=f"{agent.ip}:{agent.port}")
    assert failed["failed"] and failed["changed"]
    assert (failed["state"], failed["rc"]) == ("TASK_FAILED", 3)
    assert f"The command failed on {failed['agent']['hostname']}: Command exited with status 3" in failed["msg"]
    assert "why" in failed["stderr"]
    assert mesos.frameworks() == []


def test_time_is_up(mesos: Mesos) -> None:
    failed = mesos.execute(cmd="echo begun; exec sleep 4242", wait_timeout=6)
    assert failed["failed"]
    assert "The command did not end within 6 s (wait_timeout); its task was killed" in failed["msg"]
    assert (failed["state"], failed["rc"]) == ("TASK_KILLED", None)
    assert failed["stdout"].endswith("begun\n")
    mesos.nothing_is_left("4242")


@pytest.mark.parametrize(("options", "words"), [
    ({}, "neither cmd nor image is set: give a command, an image, or both"),
    ({"cmd": " ", "cpus": 0}, "cmd is empty: give a command, or leave it out; cpus is 0: give a number of at least"),
    ({"cmd": "true", "mem": "much"}, "mem must be a number, not"),
    ({"cmd": "true", "wait_timeout": 0}, "wait_timeout is 0: give at least 1 second"),
    ({"cmd": "true", "secret_env": ["KEY"]}, "secret_env names KEY, which env does not have: correct it"),
    ({"cmd": "true", "cpus": 8}, "has only cpus 1 of 8 for the role *"),
    ({"cmd": "true", "attributes": {"rack": "r2"}}, "has the attribute rack=r1, not r2"),
    ({"cmd": "true", "hostname": "nobody"}, "No registered agent has the hostname nobody (registered: "),
    ({"cmd": "true", "url": "http://127.0.0.1:1"}, "No Mesos master answers at http://127.0.0.1:1 (connection refused"),
])
def test_what_cannot_run_is_refused_in_check_mode_too(mesos: Mesos, options: dict[str, Any], words: str) -> None:
    before = mesos.completed()
    failed = mesos.execute("--check", **options)
    assert failed["failed"]
    assert words in failed["msg"]
    assert mesos.completed() == before


def test_mesos_refuses_the_framework(mesos: Mesos) -> None:
    failed = mesos.execute(cmd="true", role="a b")
    assert failed["failed"]
    assert "Mesos takes no such framework: 'FrameworkInfo.roles' contains invalid role" in failed["msg"]


@pytest.mark.parametrize("how", [
    "SIGINT to Ansible", "SIGTERM to the module", "SIGKILL to the module",
    "SIGKILL to Ansible"])
def test_an_interrupted_run_leaves_nothing(mesos: Mesos, tmp_path: Path, how: str) -> None:
    seconds = str(90000 + len(how))
    run = mesos.started(tmp_path, f"exec sleep {seconds}")
    wait_until("the command runs", lambda: processes(seconds), 30)
    name, _to, whom = how.partition(" to ")
    number = getattr(signal, name)
    if whom == "Ansible":
        # A run that is killed hard does not end its own workers, which have sessions of their own.
        workers = children(run.pid) if number == signal.SIGKILL else []
        assert workers or number != signal.SIGKILL
        for pid in (run.pid, *workers):
            os.kill(pid, number)
    else:
        found = modules(tmp_path)
        assert found
        for pid in found:
            os.kill(pid, number)
    mesos.nothing_is_left(seconds)
    run.wait(30)
    if how == "SIGTERM to the module":
        assert "It was interrupted by SIGTERM; its task was killed" in (tmp_path / "log").read_text()


def test_another_master_leads_before_the_command_has_ended(mesos: Mesos, tmp_path: Path) -> None:
    flag = tmp_path / "go-on"
    command = f"until [ -e {flag} ]; do sleep 0.2; done; echo went on"
    run = mesos.started(tmp_path, command)
    wait_until("the command runs", lambda: processes(command), 30)
    leader = mesos.cluster.leader()
    leader.kill()
    mesos.cluster.wait_leader()
    wait_until("it is registered again", lambda: any(one["connected"] for one in mesos.frameworks()), 60)
    flag.touch()
    assert run.wait(60) == 0, (tmp_path / "log").read_text()
    leader.start()
    assert "went on" in (tmp_path / "log").read_text()
    mesos.nothing_is_left(command)
