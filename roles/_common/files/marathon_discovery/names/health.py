"""What Marathon knows of the tasks of Mesos: their health, and whether they can be reached by their own address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..apps.fields import FieldError
from ..apps.ports import has_own_address
from ..apps.tasks import Task, tasks


def known(apps: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Task], frozenset[str]]:
    """Tasks by their id, and which of them have no address but that of their agent.

    An app that is not as it must be says nothing of its tasks: Mesos alone decides over them.
    """
    found: dict[str, Task] = {}
    bridged: set[str] = set()
    for app in apps:
        try:
            of_app = {task.id: task for task in tasks(app, (), {})}
            own_address = has_own_address(app)
        except FieldError:
            continue
        found.update(of_app)
        bridged.update(() if own_address else of_app)
    return found, frozenset(bridged)
