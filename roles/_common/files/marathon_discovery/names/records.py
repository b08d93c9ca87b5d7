"""The state of Mesos to the records that Mesos-DNS makes of it, less what cannot be held or is not healthy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..apps import fields
from ..apps.fields import FieldError
from ..apps.model import Excluded, Waiting
from ..apps.tasks import SERVE, verdict
from ..mesos import state as mesos
from . import labels
from .model import Key, Names, Now, Settings

# What a name may have: more does not fit into one message of DNS, which has 64 KB, and 12 to 20 for each value besides.
MOST_BYTES = 48_000
_MORE_BYTES = 20
_RESERVED = re.compile(r"leader|master[0-9]*|slave")
_BOTH = ("tcp", "udp")


class Builder:
    def __init__(self, settings: Settings, now: Now) -> None:
        self.settings = settings
        self.now = now
        self.values: dict[Key, set[str]] = {}

    def addresses(self, name: str, found: Iterable[str]) -> None:
        for address in found:
            self._add(name, "AAAA" if ":" in address else "A", address)

    def service(self, name: str, target: str, port: int) -> None:
        self._add(name, "SRV", f"0 1 {port} {labels.checked(f'{target}.{self.settings.domain}')}.")

    def take(self, other: Builder) -> None:
        for key, values in other.values.items():
            self.values.setdefault(key, set()).update(values)

    def _add(self, name: str, kind: str, value: str) -> None:
        self.values.setdefault((labels.checked(f"{name}.{self.settings.domain}"), kind), set()).add(value)


def build(state: Mapping[str, Any], settings: Settings, now: Now) -> Names:
    """Whoever has a field that is wrong is left out, by name and reason; all others have their records."""
    builder = Builder(settings, now)
    _nameserver(builder)
    _masters(builder, state)
    excluded: dict[str, str] = {}
    waiting: list[Waiting] = []
    tasks: set[str] = set()
    agents = _agents(builder, state)
    for framework in mesos.entries(state, "frameworks"):
        try:
            domain = _framework(builder, framework)
        except FieldError as error:
            excluded[f"framework {fields.shown(framework.get('name'))}"] = str(error)
            continue
        for entry in mesos.running(framework):
            try:
                _task(builder, mesos.task(entry), domain, agents, tasks, waiting, excluded)
            except FieldError as error:
                excluded[_named(entry)] = str(error)
    records = {key: _held(values) for key, values in builder.values.items()}
    return Names(
        records=records,
        tasks=frozenset(tasks),
        excluded=tuple(Excluded(name, excluded[name]) for name in sorted(excluded)),
        waiting=tuple(sorted(waiting, key=lambda one: (one.app, one.task))),
        cut=tuple(sorted({key[0] for key, values in builder.values.items() if len(records[key]) < len(values)})),
    )


def _held(values: set[str]) -> frozenset[str]:
    if size(values) <= MOST_BYTES:
        return frozenset(values)
    kept: list[str] = []
    room = MOST_BYTES
    for value in sorted(values):
        room -= size([value])
        if room < 0:
            break
        kept.append(value)
    return frozenset(kept)


def size(values: Iterable[str]) -> int:
    """Bytes in a message of DNS, at most."""
    return sum(len(value) + _MORE_BYTES for value in values)


def _named(entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) and labels.clean(name) == name else fields.shown(name)


def _nameserver(builder: Builder) -> None:
    builder.addresses(builder.settings.nameserver, builder.settings.nameservers)


def _masters(builder: Builder, state: Mapping[str, Any]) -> None:
    masters = list(builder.settings.masters)
    leader = mesos.place(state.get("leader"))
    if leader:
        address, port = leader
        if address not in masters:
            masters.append(address)
        builder.addresses("leader", [address])
        for protocol in _BOTH:
            builder.service(f"_leader._{protocol}", "leader", port)
    builder.addresses("master", masters)
    for number, address in enumerate(masters):
        builder.addresses(f"master{number}", [address])


def _agents(builder: Builder, state: Mapping[str, Any]) -> dict[str, str]:
    """The address of each agent by its id."""
    found = {}
    for agent in mesos.entries(state, "slaves"):
        address = mesos.address(agent, builder.now.addresses)
        if address is None:
            continue
        found[str(agent.get("id"))] = address
        builder.addresses("slave", [address])
        place = mesos.place(agent.get("pid"))
        if place:
            builder.service("_slave._tcp", "slave", place[1])
    return found


def _framework(builder: Builder, framework: Mapping[str, Any]) -> str:
    """Its name below the domain."""
    name = framework.get("name")
    domain = labels.framework(name, builder.settings.enforce_rfc952) if isinstance(name, str) else ""
    last = domain.rpartition(".")[2]
    if not domain:
        raise FieldError(f"name: {fields.shown(name)} has no letter or digit that DNS can hold")
    if _RESERVED.fullmatch(last) or last == builder.settings.nameserver:
        raise FieldError(f"name: {last}.{builder.settings.domain} is a name of the cluster itself")
    address = mesos.address(framework, builder.now.addresses)
    if address:
        builder.addresses(domain, [address])
        place = mesos.place(framework.get("pid"))
        if place:
            builder.service(f"_framework._tcp.{domain}", domain, place[1])
    return domain


def _task(
    builder: Builder,
    task: mesos.Task,
    domain: str,
    agents: Mapping[str, str],
    tasks: set[str],
    waiting: list[Waiting],
    excluded: dict[str, str],
) -> None:
    host = agents.get(task.agent)
    if host is None:
        return
    rfc952 = builder.settings.enforce_rfc952
    label = labels.clean(task.name, rfc952)
    if not label:
        raise FieldError(f"name: {fields.shown(task.name)} has no letter or digit that DNS can hold")
    end = labels.of_task(task.id, task.agent)
    forms = [(labels.clean(task.name, rfc952, labels.LONGEST - 1), label)]
    alias = labels.unique(task.name, rfc952)
    if alias:
        forms.append((alias, alias))
    # All of them or nothing: a field that is wrong leaves no half of its task behind.
    own = Builder(builder.settings, builder.now)
    for service, form in forms:
        _family(own, task, service, form, end, domain, host)
    if task.discovery:
        dotted = task.discovery.name.lower()
        try:
            raw = Builder(builder.settings, builder.now)
            _family(raw, task, dotted, dotted, end, domain, host)
            own.take(raw)
        except FieldError as error:
            excluded[f"{label}.{domain}, as {fields.shown(task.discovery.name)}"] = str(error)
    tasks.add(end)
    reason = _waits(builder, task, f"{labels.with_end(label, end)}.{domain}.{builder.settings.domain}")
    if reason:
        waiting.append(Waiting(f"{label}.{domain}", task.id, reason))
    else:
        builder.take(own)


def _family(builder: Builder, task: mesos.Task, service: str, label: str, end: str, domain: str, host: str) -> None:
    """The records of a task by one form of its name. ``service`` is the form that takes an underscore before it."""
    below_agents = f"{domain}.slave"
    single = labels.with_end(label, end)
    addresses = _addresses(builder, task, host)
    for name in (label, single):
        builder.addresses(f"{name}.{domain}", addresses)
        builder.addresses(f"{name}.{below_agents}", [host])
    for port in task.ports:
        for protocol in _BOTH:
            builder.service(f"_{service}._{protocol}.{below_agents}", f"{single}.{below_agents}", port)
            if task.discovery is None:
                builder.service(f"_{service}._{protocol}.{domain}", f"{single}.{below_agents}", port)
    for one in task.discovery.ports if task.discovery else ():
        for protocol in one.protocols:
            spoken = labels.clean(protocol, longest=labels.LONGEST - 1)
            if not spoken:
                raise FieldError(f"discovery.ports.protocol: {fields.shown(protocol)} is none")
            builder.service(f"_{service}._{spoken}.{domain}", f"{single}.{domain}", one.number)
            called = labels.clean(one.name, builder.settings.enforce_rfc952, labels.LONGEST - 1)
            if called:
                builder.service(f"_{called}._{service}._{spoken}.{domain}", f"{single}.{domain}", one.number)


def _addresses(builder: Builder, task: mesos.Task, host: str) -> tuple[str, ...]:
    if task.id not in builder.now.bridged:
        for source in builder.settings.ip_sources:
            if source == "host":
                return (host,)
            if task.own_addresses:
                return task.own_addresses
    return (host,)


def _waits(builder: Builder, task: mesos.Task, single: str) -> str | None:
    known = builder.now.tasks.get(task.id)
    if known is None:
        return "its health checks fail" if task.healthy is False else None
    decision, reason = verdict(known, single in builder.now.served)
    return None if decision == SERVE else reason or f"Marathon has it as {known.state}"
