"""The status as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..report import prometheus
from .status import COUNTS, SOURCES

_PREFIX = "marathon_dns"
_HELP = {
    "mesos_reads": "Full reads of the state of Mesos.",
    "marathon_reads": "Full reads of Marathon's apps.",
    "mesos_failures": "Reads of Mesos that failed.",
    "marathon_failures": "Reads of Marathon that failed.",
    "dns_failures": "Updates of the zone that failed.",
    "changes": "Sets of records that were changed.",
}


def text(status: Mapping[str, Any]) -> str:
    lines: list[str] = []

    def add(name: str, kind: str, description: str, value: Any) -> None:
        prometheus.add(lines, _PREFIX, name, kind, description, [("", value)])

    for name in COUNTS:
        add(f"{name}_total", "counter", _HELP[name], status["counts"][name])
    for source in SOURCES:
        title, seen = source.capitalize(), status[source]
        last = seen["last_read"] or 0
        add(f"{source}_last_read_timestamp_seconds", "gauge", f"When {title} was last read; 0: never.", last)
        add(f"{source}_error", "gauge", f"1 where the last read of {title} failed.", int(seen["error"] is not None))
    applied = status["dns"]["last_applied"] or 0
    add("last_applied_timestamp_seconds", "gauge", "When the zone last had what Mesos runs.", applied)
    add("dns_error", "gauge", "1 where the last update of the zone failed.", int(status["dns"]["error"] is not None))
    add("guard_held", "gauge", "1 while lost tasks are not believed.", int(status["guard"]["why"] is not None))
    add("events_connected", "gauge", "1 while the event stream is open.", int(status["events"]["connected"]))
    add("event_connects_total", "counter", "Connects to the event stream.", status["events"]["connects"])
    add("events_total", "counter", "Events received.", status["events"]["received"])
    add("records", "gauge", "Records that the zone must have.", status["records"])
    add("names", "gauge", "Names that have records.", status["names"])
    add("excluded", "gauge", "Names left out because of a wrong field.", len(status["excluded"]))
    add("tasks_waiting", "gauge", "Tasks that run and have no names.", len(status["waiting"]))
    add("names_cut", "gauge", "Names with more values than a message of DNS holds.", len(status["cut"]))
    return "\n".join(lines) + "\n"
