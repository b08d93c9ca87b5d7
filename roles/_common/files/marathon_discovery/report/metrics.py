"""The status as metrics, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import prometheus
from .status import COUNTS

_PREFIX = "marathon_haproxy"
_HELP = {
    "reads": "Full reads of Marathon's apps.",
    "marathon_failures": "Reads of Marathon that failed.",
    "haproxy_failures": "Changes of HAProxy that failed.",
    "reloads": "Reloads of HAProxy.",
    "runtime_changes": "Commands that changed HAProxy without a reload.",
}


def text(status: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for name in COUNTS:
        prometheus.add(lines, _PREFIX, f"{name}_total", "counter", _HELP[name], [("", status["counts"][name])])
    marathon, haproxy = status["marathon"], status["haproxy"]
    gauges = [
        ("last_read_timestamp_seconds", "When Marathon was last read; 0: never.", marathon["last_read"] or 0),
        (
            "last_applied_timestamp_seconds",
            "When HAProxy last served what Marathon runs.",
            haproxy["last_applied"] or 0,
        ),
        ("marathon_error", "1 where the last read of Marathon failed.", int(marathon["error"] is not None)),
        ("haproxy_error", "1 where the last change of HAProxy failed.", int(haproxy["error"] is not None)),
        ("events_connected", "1 while the event stream is open.", int(marathon["events_connected"])),
        ("guard_held", "1 while far fewer servers are not believed.", int(status["guard"]["why"] is not None)),
        ("apps_excluded", "Apps left out because of a wrong field.", len(status["excluded"])),
        (
            "conflicts",
            "Ports, virtual hosts and names that an app wants and another one has.",
            len(status["conflicts"]),
        ),
        ("tasks_waiting", "Tasks that run and are not served.", len(status["waiting"])),
        ("backends", "Backends that are served.", len(status["backends"])),
    ]
    for name, description, value in gauges:
        prometheus.add(lines, _PREFIX, name, "gauge", description, [("", value)])
    prometheus.add(
        lines,
        _PREFIX,
        "event_connects_total",
        "counter",
        "Connects to the event stream.",
        [("", marathon["event_connects"])],
    )
    prometheus.add(lines, _PREFIX, "events_total", "counter", "Events received.", [("", marathon["events"])])
    servers = [
        (f'{{backend="{name}",state="{state}"}}', backend[state])
        for name, backend in status["backends"].items()
        for state in ("up", "draining")
    ]
    prometheus.add(lines, _PREFIX, "servers", "gauge", "Servers of a backend.", servers)
    return "\n".join(lines) + "\n"
