"""Of two runs that change one cluster one goes on; a lock that a run has left is taken over by its own controller."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.action import _cluster_lock as action
from ansible_collections.quorum.mesos.plugins.module_utils._host import cluster_lock
from ansible_collections.quorum.mesos.plugins.plugin_utils import this_run

ALICE = {"run": "a", "who": "alice@one", "machine": "m", "process": 1, "start": "5"}
BOB = {"run": "b", "who": "bob@two", "machine": "n", "process": 2, "start": "6"}


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "quorum-mesos" / "lock")


def test_the_second_is_told_of_the_first(path: str) -> None:
    assert cluster_lock.take(ALICE, 100, path=path)["run"] == "a"
    assert cluster_lock.take(BOB, 160, path=path) == {**ALICE, "since": 100}
    # Again by the same run, which still has it since then.
    assert cluster_lock.take(ALICE, 200, path=path)["since"] == 100
    assert os.listdir(Path(path).parent) == ["lock"]


def test_only_its_run_releases_it(path: str) -> None:
    cluster_lock.take(ALICE, 100, path=path)
    assert not cluster_lock.release("b", path)
    assert cluster_lock.release("a", path)
    assert not cluster_lock.release("a", path)
    assert cluster_lock.take(BOB, 160, path=path)["run"] == "b"


def test_it_is_taken_over_only_from_the_run_that_was_named(path: str) -> None:
    cluster_lock.take(ALICE, 100, path=path)
    assert cluster_lock.take(BOB, 160, "c", path)["run"] == "a"
    assert cluster_lock.take(BOB, 160, "a", path)["run"] == "b"


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_what_cannot_be_understood_is_somebodys(path: str, text: str) -> None:
    os.makedirs(Path(path).parent)
    Path(path).write_text(text)
    assert cluster_lock.take(BOB, 160, path=path)["who"] == "somebody"
    assert cluster_lock.take(BOB, 160, "?", path)["run"] == "b"


@pytest.mark.parametrize("what", ["directory", "link", "loose link", "pipe", "no run", "no time", "a long one"])
def test_what_is_no_lock_is_somebodys_until_it_is_broken(path: str, what: str, tmp_path: Path) -> None:
    place = Path(path)
    os.makedirs(place.parent)
    other = tmp_path / "other"
    if what == "directory":
        (place / "full").mkdir(parents=True)
    elif what == "pipe":
        os.mkfifo(place)
    elif what.endswith("link"):
        place.symlink_to(other)
        if what == "link":
            other.write_text(json.dumps({**ALICE, "since": 1}))
    else:
        bad = {"no run": {"run": {}, "since": 1}, "no time": {"run": "a", "since": "x"}}.get(what, [])
        place.write_text(json.dumps(bad) if bad else "[" * 100_000)
    assert cluster_lock.take(BOB, 160, path=path)["who"] == "somebody"
    assert not cluster_lock.release("b", path)
    before = cluster_lock.read(path)
    assert before is not None
    assert cluster_lock.take(BOB, 160, before["run"], path)["run"] == "b"
    assert os.listdir(place.parent) == ["lock"]
    assert other.exists() == (what == "link")


def test_a_host_that_cannot_give_it_back(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster_lock.take(ALICE, 100, path=path)

    def refuse(*_names: str) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(cluster_lock.LockError, match="Read-only file system"):
        cluster_lock.release("a", path)


def test_a_host_that_cannot_keep_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(cluster_lock.LockError, match="cannot be written"):
        cluster_lock.take(BOB, 160, path=str(tmp_path / "file" / "lock"))


def _race(number: int, path: str, barrier: Any, found: Any) -> None:
    barrier.wait()
    found.put(cluster_lock.take({**BOB, "run": str(number)}, 1, path=path)["run"] == str(number))


def test_one_of_many_gets_it(path: str) -> None:
    context = multiprocessing.get_context("fork")
    barrier, found = context.Barrier(8), context.Queue()
    racers = [context.Process(target=_race, args=(number, path, barrier, found)) for number in range(8)]
    for racer in racers:
        racer.start()
    assert sorted(found.get(timeout=30) for _racer in racers) == [False] * 7 + [True]
    for racer in racers:
        racer.join()


@pytest.mark.parametrize(("seconds", "said"), [(-3, "0 s"), (59.9, "59 s"), (720, "12 min"), (9000, "2 h")])
def test_ages(seconds: float, said: str) -> None:
    assert cluster_lock.age(seconds) == said


def test_whether_a_run_of_this_controller_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        run = this_run.owner(other.pid)
        assert not this_run.has_ended(run)
        # Whatever it is, it is not the process that had this number.
        assert this_run.has_ended({**run, "start": "1"})
        # Nothing is known of the processes of another controller.
        assert not this_run.has_ended({**run, "start": "1", "machine": "another"})
        other.kill()
        other.wait()
        assert this_run.has_ended(run)
    assert not this_run.has_ended({})
    assert json.loads(json.dumps(run)) == run


def test_a_run_that_proc_hides_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        run = this_run.owner(other.pid)

        def refuse(_process: int, _signal: int) -> None:
            raise PermissionError

        # As hidepid does for the processes of other users.
        monkeypatch.setattr(this_run, "started", lambda _process: "")
        with monkeypatch.context() as patch:
            patch.setattr(os, "kill", refuse)
            assert not this_run.has_ended(run)
        other.kill()
        other.wait()
        assert this_run.has_ended(run)


class Action(action.ActionModule):
    """With a host whose lock another run has, unless it is named."""

    def __init__(self, other: dict[str, Any]) -> None:
        self._task = SimpleNamespace(args={"state": "held"})
        self.other, self.asked = other, []

    def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        self.asked.append(module_args.get("replace"))
        held = module_args.get("replace") == self.other["run"]
        return {"held": held, "other": {} if held else self.other}


@pytest.mark.parametrize(("change", "held"), [({"start": "1"}, True), ({}, False), ({"machine": "x"}, False)])
def test_the_lock_of_an_ended_run_is_taken_over(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], held: bool
) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    other = {**this_run.owner(os.getpid()), **change, "run": "another"}
    taken = Action(other)
    assert taken.run() == {"held": held}
    assert taken.asked == [None, *(["another"] if held else [])]


def test_who_only_reads_it_is_told_that_the_host_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise AnsibleConnectionFailure("no route to host")

    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    monkeypatch.setattr(ActionBase, "_execute_module", refuse)
    asked = action.ActionModule.__new__(action.ActionModule)
    asked._task = SimpleNamespace(args={"state": "held"})
    assert asked.run() == {"failed": True, "msg": "no route to host"}
    asked._task.args["state"] = "read"
    with pytest.raises(AnsibleConnectionFailure):
        asked.run()
