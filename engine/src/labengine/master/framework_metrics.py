"""What is counted of each framework, under the names of the real master."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from labengine.master import operations, scheduler_calls
from labengine.master.model import TERMINAL, Framework

_CALLS = tuple(name.lower() for name in scheduler_calls.TYPES if name != "UNKNOWN")
_EVENTS = (
    "subscribed",
    "offers",
    "inverse_offers",
    "rescind",
    "rescind_inverse_offer",
    "update",
    "update_operation_status",
    "message",
    "failure",
    "error",
    "heartbeat",
)
_OPERATIONS = tuple(name.lower() for name in (*operations.LAUNCHING, *operations.OTHERS))
_ACTIVE = ("killing", "running", "staging", "starting", "unknown", "unreachable")
_COUNTED = (
    *("offers/sent", "offers/accepted", "offers/declined", "offers/rescinded", "calls", "events", "operations"),
    *(f"calls/{name}" for name in _CALLS),
    *(f"events/{name}" for name in _EVENTS),
    *(f"operations/{name}" for name in _OPERATIONS),
    *(f"tasks/terminal/{state.lower()}" for state in TERMINAL),
)


def of(framework: Framework) -> dict[str, float]:
    active = Counter(task.state for task in framework.tasks.values()) + Counter(
        task.state for task in framework.unreachable.values()
    )
    values = {name: framework.counters[name] for name in _COUNTED}
    values |= {f"tasks/active/task_{name}": active[f"TASK_{name.upper()}"] for name in _ACTIVE}
    values |= {f"roles/{role}/suppressed": role in framework.suppressed for role in framework.roles}
    values["subscribed"] = framework.connected
    prefix = f"master/frameworks/{quote(framework.name, safe='')}/{framework.id}/"
    return {prefix + name: float(value) for name, value in values.items()}
