"""The fields of an app: a row says all there is to a plain field, how it is read, stored, updated and compared.

What completes or checks a field, makes other fields of it, or passes it to Mesos, has a module of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum as Enumeration
from enum import auto
from typing import Any

from labengine.marathon.definition import schema
from labengine.marathon.definition.schema import CONSTRAINT, FILLED, ID, LABELS, SECONDS, STRING
from labengine.marathon.definition.types import (
    ABSENT,
    Boolean,
    Choice,
    Dictionary,
    Enum,
    Field,
    Integer,
    Many,
    Number,
    Record,
    Text,
    Timestamp,
    Type,
)


class Shown(Enumeration):
    """When a definition is stored and returned with a field."""

    ALWAYS = auto()
    SET = auto()
    FILLED = auto()
    # complete.py decides.
    COMPOSED = auto()


class Compared(Enumeration):
    """Whether another value replaces the instances."""

    AS_IS = auto()
    UNORDERED = auto()
    NEVER = auto()


@dataclass(frozen=True)
class AppField:
    """A field of a whole definition; ``default`` is what it has there when it is not given."""

    type: Type
    default: Any = ABSENT
    shown: Shown = Shown.SET
    compared: Compared = Compared.AS_IS
    # Whether an update that does not mention it leaves it as it is.
    kept: bool = True


def _replaced(type_: Type) -> AppField:
    """Read and checked, but not stored as it is."""
    return AppField(type_, shown=Shown.COMPOSED, compared=Compared.NEVER)


APP_FIELDS = {
    "id": AppField(ID, shown=Shown.ALWAYS, compared=Compared.NEVER),
    "acceptedResourceRoles": AppField(Many(STRING, unique=True), shown=Shown.FILLED, compared=Compared.UNORDERED),
    "args": AppField(Many(STRING), shown=Shown.FILLED),
    "backoffFactor": AppField(Number(low=1), 1.15, Shown.ALWAYS),
    "backoffSeconds": AppField(SECONDS, 1, Shown.ALWAYS),
    "cmd": AppField(FILLED),
    "constraints": AppField(Many(CONSTRAINT, unique=True), shown=Shown.FILLED, compared=Compared.UNORDERED),
    "container": AppField(schema.CONTAINER, shown=Shown.COMPOSED),
    "cpus": AppField(Number(low=0), 1.0, Shown.ALWAYS),
    "dependencies": AppField(Many(ID, unique=True), shown=Shown.FILLED, compared=Compared.UNORDERED),
    "disk": AppField(Number(low=0), 0.0, Shown.ALWAYS),
    "env": AppField(Dictionary(Choice(schema.env_kind)), shown=Shown.FILLED),
    "executor": AppField(Text(pattern=schema.EXECUTOR_PATTERN), "", Shown.ALWAYS),
    "executorResources": AppField(schema.EXECUTOR_RESOURCES, compared=Compared.NEVER, kept=False),
    "fetch": AppField(Many(schema.ARTIFACT), shown=Shown.FILLED),
    "healthChecks": AppField(Many(schema.HEALTH_CHECK, unique=True), shown=Shown.COMPOSED, compared=Compared.UNORDERED),
    "check": AppField(schema.CHECK, shown=Shown.COMPOSED),
    "instances": AppField(Integer(low=0), 1, Shown.ALWAYS, Compared.NEVER),
    "labels": AppField(LABELS, {}, Shown.ALWAYS),
    "maxLaunchDelaySeconds": AppField(SECONDS, 300, Shown.ALWAYS),
    "mem": AppField(Number(low=0), 128.0, Shown.ALWAYS),
    "gpus": AppField(Integer(low=0), 0, Shown.ALWAYS),
    "ipAddress": _replaced(schema.IP_ADDRESS),
    "networks": AppField(Many(schema.NETWORK), [], Shown.COMPOSED),
    "ports": _replaced(Many(Integer())),
    "portDefinitions": AppField(Many(schema.PORT_DEFINITION), shown=Shown.COMPOSED),
    "readinessChecks": AppField(Many(schema.READINESS_CHECK), shown=Shown.FILLED),
    "residency": _replaced(schema.RESIDENCY),
    "resourceLimits": AppField(schema.RESOURCE_LIMITS, kept=False),
    "requirePorts": AppField(Boolean(), False, Shown.ALWAYS),
    "secrets": AppField(Dictionary(Record({"source": schema.required(FILLED)})), shown=Shown.FILLED),
    "taskKillGracePeriodSeconds": AppField(SECONDS),
    "upgradeStrategy": AppField(schema.UPGRADE_STRATEGY),
    "uris": _replaced(Many(STRING)),
    "user": AppField(STRING),
    "version": _replaced(Timestamp()),
    "killSelection": AppField(Enum(("YOUNGEST_FIRST", "OLDEST_FIRST")), "YOUNGEST_FIRST", Shown.ALWAYS),
    "unreachableStrategy": AppField(Choice(schema.unreachable_kind)),
    "tty": AppField(Boolean()),
    "role": AppField(FILLED),
}


def _record(*, needs_id: bool) -> Record:
    return Record({name: Field(row.type, required=needs_id and name == "id") for name, row in APP_FIELDS.items()})


APP = _record(needs_id=True)
APP_UPDATE = _record(needs_id=False)


def names(**wanted: Any) -> tuple[str, ...]:
    """The fields whose row has these values."""
    return tuple(
        name for name, row in APP_FIELDS.items() if all(getattr(row, key) == value for key, value in wanted.items())
    )


APP_DEFAULTS = {name: row.default for name, row in APP_FIELDS.items() if row.default is not ABSENT}
