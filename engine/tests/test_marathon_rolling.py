"""How many instances to launch and to end: every rule of the upgrade strategy, without a clock."""

from __future__ import annotations

import itertools
import time

import pytest

from labengine.marathon import rolling
from labengine.marathon.instances import Instance

OLD, NEW = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
_numbers = itertools.count()


def app(instances: int, minimum: float = 1.0, over: float = 1.0, **fields: object) -> dict:
    return {"id": "/a", "instances": instances, "version": NEW, "killSelection": "YOUNGEST_FIRST",
            "versionInfo": {"lastConfigChangeAt": NEW, "lastScalingAt": NEW},
            "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
            "upgradeStrategy": {"minimumHealthCapacity": minimum, "maximumOverCapacity": over}, **fields}


def some(count: int, version: str = NEW, state: str = "TASK_RUNNING", **fields: object) -> list[Instance]:
    made = []
    for _ in range(count):
        number = next(_numbers)
        made.append(Instance(f"i{number}", f"t{number}", "/a", version, "agent", "host", "*", state=state,
                             started_at=float(number), **fields))  # type: ignore[arg-type]
    return made


def ready(instance: Instance) -> bool:
    return instance.running and instance.healthy is not False


@pytest.mark.parametrize(("definition", "old", "new", "ready_new", "launch", "kill", "done"), [
    # All new ones beside the old ones, then one old one goes for each that is ready.
    (app(3), 3, 0, 0, 3, 0, False),
    (app(3), 3, 3, 0, 0, 0, False),
    (app(3), 3, 3, 1, 0, 1, False),
    (app(3), 3, 3, 3, 0, 3, False),
    (app(3), 0, 3, 3, 0, 0, True),
    (app(3), 0, 3, 2, 0, 0, False),
    # Half may be missing, none may be added.
    (app(4, 0.5, 0.0), 4, 0, 0, 0, 2, False),
    (app(4, 0.5, 0.0), 2, 0, 0, 2, 0, False),
    (app(4, 0.5, 0.0), 2, 2, 1, 0, 1, False),
    # No room to move: one more than wanted is allowed.
    (app(2, 1.0, 0.0), 2, 0, 0, 1, 0, False),
    (app(2, 1.0, 0.0), 2, 1, 1, 0, 1, False),
    # Everything may go at once.
    (app(1, 0.0, 0.0), 1, 0, 0, 0, 1, False),
    (app(1, 0.0, 0.0), 0, 0, 0, 1, 0, False),
    # Fewer are wanted than there were.
    (app(1), 3, 1, 1, 0, 3, False),
])
def test_restart(definition: dict, old: int, new: int, ready_new: int, launch: int, kill: int, done: bool) -> None:
    instances = some(old, OLD) + some(ready_new) + some(new - ready_new, state="TASK_STAGING")
    wish = rolling.restart(definition, instances, ready)
    assert (wish.launch, len(wish.kill), wish.done) == (launch, kill, done)
    assert all(one.version == OLD for one in wish.kill)


def test_instances_being_ended_take_room_until_they_are_gone() -> None:
    instances = some(1, OLD, kill_reason="")
    assert rolling.restart(app(1, 0.0, 0.0), instances, ready) == rolling.Wish(0, [], False)


def test_an_unhealthy_old_instance_goes_before_a_healthy_one() -> None:
    sick, well = some(1, OLD, healthy=False), some(3, OLD)
    wish = rolling.restart(app(4, 0.75, 0.0), [*well, *sick], ready)
    assert wish.kill == sick


def test_surplus_new_instances_are_ended() -> None:
    wish = rolling.restart(app(1), some(2), ready)
    assert len(wish.kill) == 1 and not wish.done


def test_scaling_up_waits_only_for_what_was_missing() -> None:
    sick = some(1, healthy=False)
    initial = {one.task_id for one in sick}
    assert rolling.scale(app(2), sick, initial, ready).launch == 1
    added = some(1)
    assert rolling.scale(app(2), sick + added, initial, ready).done
    assert not rolling.scale(app(2), sick + some(1, healthy=False), initial, ready).done


def test_scaling_down_ends_the_youngest_or_the_oldest() -> None:
    instances = some(3)
    assert rolling.scale(app(1), instances, set(), ready).kill == [instances[2], instances[1]]
    oldest = rolling.scale(app(1, killSelection="OLDEST_FIRST"), instances, set(), ready)
    assert oldest.kill == instances[:2]
    staged = some(1, state="TASK_STAGING")
    assert rolling.scale(app(3), instances + staged, set(), ready).kill == staged
    ended = some(2, kill_reason="")
    assert not rolling.scale(app(1), some(1) + ended, set(), ready).done


def test_unreachable_instances_count_until_they_are_given_up() -> None:
    gone = some(1, state="TASK_UNREACHABLE", unreachable_since=time.time() - 10)
    assert rolling.keep(app(1), gone).launch == 1
    patient = app(1, unreachableStrategy={"inactiveAfterSeconds": 60, "expungeAfterSeconds": 120})
    assert rolling.keep(patient, gone).launch == 0
    assert rolling.keep(app(1, unreachableStrategy="disabled"), gone).launch == 0
    assert rolling.stop(some(1, state="TASK_UNREACHABLE", kill_reason="")).done


def test_waiting_for_its_step_an_app_is_only_kept_alive() -> None:
    assert rolling.hold(None, []) == rolling.Wish()
    assert rolling.hold(app(2), some(1)).launch == 1
    assert rolling.hold(app(1), some(2)) == rolling.Wish()


def test_stopping() -> None:
    running = some(2)
    assert rolling.stop(running) == rolling.Wish(0, running, False)
    assert not rolling.stop(some(1, kill_reason="")).done
    assert rolling.stop([]).done
