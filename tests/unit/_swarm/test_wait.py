"""The wait for a service, on a clock of its own."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import EngineRefusal, EngineSilence
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import wait

TEMPLATE = {"ContainerSpec": {"Image": "web:2"}}


class Docker:
    """Answers with the tasks of each look, the last one again and again."""

    def __init__(self, *looks: Any, update: str = "") -> None:
        self.looks = list(looks)
        self.now = 0.0
        self.update = update

    def get(self, path: str, **_query: Any) -> Any:
        if path.startswith("/services"):
            if len(self.looks) > 1:
                self.looks.pop(0)
            if isinstance(self.looks[0], Exception):
                raise self.looks[0]
            spec = {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}, "TaskTemplate": TEMPLATE}
            return {"Spec": spec, "UpdateStatus": {"State": self.update}}
        return [] if path == "/nodes" else self.looks[0]

    def last_lines(self, _task: str, _count: int) -> list[str]:
        return ["it is", "broken"]

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self, timeout: float = 60) -> str:
        shown: list[str] = []
        self.last = wait.until_it_runs(self, "s1", timeout, shown.append, lambda: self.now, self.sleep)
        return self.last


def task(name: str, state: str, said: str = "") -> dict[str, Any]:
    status = {"State": state, "Err": said}
    return {"ID": name, "Spec": TEMPLATE, "NodeID": "n1", "DesiredState": "running", "Status": status}


def test_it_runs_when_the_same_tasks_have_stayed() -> None:
    docker = Docker([], [task("a", "running")], [task("b", "starting")], [task("b", "running")])
    assert docker.wait() == "1 of 1 tasks run"
    assert docker.now >= 2 + wait.STAY


def test_a_silence_or_a_refusal_meanwhile_is_waited_out() -> None:
    docker = Docker([], EngineSilence("no"), EngineRefusal(500, "no leader"), [task("a", "running")])
    assert docker.wait() == "1 of 1 tasks run"


def test_the_reason_and_the_last_lines_are_said() -> None:
    docker = Docker([], [task("a", "failed", "task: non-zero exit (3)")])
    with pytest.raises(wait.WaitFailed) as failed:
        docker.wait(10)
    assert "not within 10 seconds: 0 of 1 tasks run" in str(failed.value)
    assert "exit code 3; it printed last: it is | broken" in str(failed.value)
    assert [reason.kind for reason in failed.value.reasons] == ["exit"]


def test_an_update_that_docker_has_paused_ends_the_wait() -> None:
    docker = Docker([], [task("a", "rejected", "No such image: web:2")], update="paused")
    with pytest.raises(wait.WaitFailed, match=r"the update is paused\. image: web:2 cannot be had"):
        docker.wait()
    assert docker.now < 5


def test_a_service_that_is_gone_ends_the_wait() -> None:
    with pytest.raises(wait.WaitFailed, match="removed meanwhile"):
        Docker([], EngineRefusal(404, "not found")).wait()
