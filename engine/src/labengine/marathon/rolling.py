"""How many instances to launch and which to end, from what an app has now. Pure: called again after every change.

Nothing here remembers how far a deployment came, so a new leader goes on where the old one stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from labengine.marathon.instances import UNREACHABLE, Instance, has_config, kill_order
from labengine.marathon.tree import App

Ready = Callable[[Instance], bool]


@dataclass
class Wish:
    launch: int = 0
    kill: list[Instance] = field(default_factory=list)
    done: bool = False


def active(app: App, instances: list[Instance]) -> list[Instance]:
    """Those that count: not being ended, and not unreachable for too long."""
    return [one for one in instances if not one.killing and not one.expired(app, "inactiveAfterSeconds")]


def ending(instances: list[Instance]) -> list[Instance]:
    """Those being ended whose end can be awaited."""
    return [one for one in instances if one.killing and one.state != UNREACHABLE]


def keep(app: App, instances: list[Instance]) -> Wish:
    """Outside of deployments: the wanted number, of whatever version."""
    counted = active(app, instances)
    surplus = len(counted) - app["instances"]
    return Wish(max(0, -surplus), kill_order(app, counted)[:surplus] if surplus > 0 else [])


def hold(original: App | None, instances: list[Instance]) -> Wish:
    """While the app waits for its step: what runs is replaced when it dies, nothing else."""
    if original is None:
        return Wish()
    return Wish(max(0, original["instances"] - len(active(original, instances))))


def scale(app: App, instances: list[Instance], initial: Collection[str], ready: Ready) -> Wish:
    """``initial`` are the tasks that were there when the step began: only additional ones must become ready."""
    wish = keep(app, instances)
    good = [one for one in active(app, instances) if one.task_id in initial or ready(one)]
    wish.done = not wish.launch and not wish.kill and not ending(instances) and len(good) >= app["instances"]
    return wish


def stop(instances: list[Instance]) -> Wish:
    left = [one for one in instances if not one.killing]
    return Wish(kill=left, done=not left and not ending(instances))


def restart(app: App, instances: list[Instance], ready: Ready) -> Wish:
    """Replace the instances of older configurations within the bounds of ``upgradeStrategy``."""
    wanted = app["instances"]
    counted = active(app, instances)
    new = [one for one in counted if has_config(one, app)]
    old = [one for one in counted if not has_config(one, app)]
    minimum, maximum = bounds(app, len(old))
    surplus = kill_order(app, new)[: max(0, len(new) - wanted)]
    new = [one for one in new if one not in surplus]
    ready_new = sum(1 for one in new if ready(one))
    # The least useful go first, so that what stays is as healthy as it can be.
    old_order = sorted(kill_order(app, old), key=ready)
    expendable = old_order[: max(0, len(old) - max(0, minimum - ready_new))]
    present = len(new) + len(old) + len(ending(instances))
    launch = max(0, min(wanted - len(new), maximum - present))
    left_old = [
        one
        for one in instances
        if not has_config(one, app) and not one.expired(app, "inactiveAfterSeconds") and one.state != UNREACHABLE
    ]
    return Wish(
        launch,
        surplus + expendable,
        not launch and not surplus and not left_old and len(new) == wanted and ready_new >= wanted,
    )


def bounds(app: App, old: int) -> tuple[int, int]:
    """Least instances that stay ready, most that may exist at once."""
    strategy = app["upgradeStrategy"]
    minimum = math.ceil(round(app["instances"] * strategy["minimumHealthCapacity"], 9))
    maximum = math.trunc(round(app["instances"] * (1 + strategy["maximumOverCapacity"]), 9))
    if minimum == maximum <= old:
        # Without room to move nothing could be replaced.
        maximum += 1
    return minimum, maximum
