"""When a service is as it is wanted."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._swarm import tasks as looks

NEW, OLD = {"ContainerSpec": {"Image": "web:2"}}, {"ContainerSpec": {"Image": "web:1"}}


def service(replicas: int = 2, state: str = "", mode: Any = None) -> dict[str, Any]:
    spec = {"Name": "web", "Mode": mode or {"Replicated": {"Replicas": replicas}}, "TaskTemplate": NEW}
    return {"Spec": spec, "UpdateStatus": {"State": state} if state else None}


def task(number: int, state: str = "running", spec: Any = None, desired: str = "running") -> dict[str, Any]:
    return {"ID": f"t{number}", "Spec": spec or NEW, "DesiredState": desired, "Status": {"State": state}}


def test_all_tasks_of_the_new_version_must_run() -> None:
    assert looks.look(service(), [task(1), task(2)], 3).state == looks.DONE
    found = looks.look(service(), [task(1), task(2, "starting")], 3)
    assert (found.state, found.line) == (looks.WAITING, "1 of 2 tasks run")
    found = looks.look(service(), [task(1), task(2, spec=OLD)], 3)
    assert (found.state, found.line) == (looks.WAITING, "1 of 2 tasks run, 1 of the version before")


def test_the_update_must_be_completed() -> None:
    assert looks.look(service(state="updating"), [task(1), task(2)], 3).state == looks.WAITING
    assert looks.look(service(state="completed"), [task(1), task(2)], 3).state == looks.DONE
    found = looks.look(service(state="paused"), [task(1), task(2, spec=OLD)], 3)
    assert (found.state, found.line) == (
        looks.FAILED, "1 of 2 tasks run, 1 of the version before; the update is paused",
    )  # fmt: skip


def test_what_is_to_stop_does_not_count() -> None:
    assert looks.look(service(1), [task(1), task(2, spec=OLD, desired="shutdown")], 3).state == looks.DONE
    assert looks.look(service(1), [task(1, desired="shutdown")], 3).state == looks.WAITING
    assert looks.look(service(0), [], 3).state == looks.DONE


def test_one_on_each_node_and_jobs() -> None:
    everywhere = service(mode={"Global": {}})
    assert looks.look(everywhere, [task(1), task(2)], 2).state == looks.DONE
    assert looks.look(everywhere, [task(1), task(2, "pending")], 2).state == looks.WAITING
    assert looks.look(everywhere, [], 2).state == looks.WAITING
    job = service(mode={"ReplicatedJob": {"TotalCompletions": 1}})
    assert looks.look(job, [task(1)], 2).state == looks.WAITING
    assert looks.look(job, [task(1, "complete", desired="complete")], 2).state == looks.DONE


def test_which_tasks_tell_why() -> None:
    several = [task(1, "failed", desired="shutdown"), task(2, "pending"), task(3, "rejected", spec=OLD), task(4)]
    assert [one["ID"] for one in looks.ended(service(), several)] == ["t1"]
    assert [one["ID"] for one in looks.unfinished(service(), several)] == ["t2"]
