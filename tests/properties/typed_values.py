"""Values of the types that the API's own type files give, by a generator with a seed; now and then a wrong one."""

from __future__ import annotations

import random
from typing import Any

from labengine.marathon.definition import pod_schema, schema, types

WORDS = [
    "alpha",
    "beta-1",
    "web",
    "http",
    "a b",
    "Delta",
    "ü",
    "x_y",
    "",
    "/db",
    "s0",
    "data",
    "/etc/a",
    "*",
    "dev",
]
URIS = ["http://h/a.tgz", "file:///x", "not a uri", "h ttp://"]
WRONG = [None, True, -1, 0.5, 70000, 2**40, "", "text", "12", [], ["x"], {}, {"x": 1}]

_SOME_CONSTRAINTS = [
    ["hostname", "UNIQUE"],
    ["rack", "GROUP_BY", "2"],
    ["rack", "LIKE", "r[12]"],
    ["rack", "MAX_PER"],
    ["rack", "unique", ""],
    ["rack"],
    ["rack", "NOPE"],
]
_ALTERNATIVES = {
    schema._external_kind: [schema.CSI, schema.DVDI],
    schema._volume_kind: [*schema.VOLUME_KINDS.values(), schema.HOST_VOLUME],
    schema.command_kind: [schema.SHELL, schema.ARGV],
    schema._limit_kind: [types.Enum(("unlimited",)), types.Number(low=0, high=64)],
    schema.unreachable_kind: [schema.UNREACHABLE_ENABLED, types.Enum(("disabled",))],
    schema.env_kind: [schema.STRING, schema.STRING, schema.ENV_SECRET],
    pod_schema._volume_kind: [*pod_schema._VOLUMES.values(), pod_schema._EPHEMERAL],
}


class Values:
    def __init__(self, rng: random.Random, wrong: float) -> None:
        """wrong is how likely each value is of another type, or out of its bounds."""
        self._rng = rng
        self._wrong = wrong

    def of(self, kind: Any) -> Any:
        rng = self._rng
        if rng.random() < self._wrong:
            return rng.choice(WRONG)
        if kind is schema.CONSTRAINT:
            return list(rng.choice(_SOME_CONSTRAINTS))
        if kind is schema.URI:
            return rng.choice(URIS)
        if isinstance(kind, types.Record):
            return self._record(kind)
        if isinstance(kind, types.Choice):
            return self.of(rng.choice(_ALTERNATIVES[kind.select]))
        if isinstance(kind, types.Many):
            return [self.of(kind.item) for _ in range(rng.choice([kind.fewest, 1, 1, 2]))]
        if isinstance(kind, types.Dictionary):
            return {rng.choice(["A", "b.c", "s0", ""]): self.of(kind.value) for _ in range(rng.choice([0, 1, 1, 2]))}
        if isinstance(kind, types.Text):
            return rng.choice([word for word in WORDS if _fits(kind, word)])
        if isinstance(kind, types.Enum):
            return rng.choice([*kind.values, rng.choice(kind.values).lower()])
        if isinstance(kind, types.Boolean):
            return rng.random() < 0.5
        if isinstance(kind, types.Timestamp):
            return "2020-01-01T00:00:00.000Z"
        low = kind.low if kind.low is not None else 0
        high = kind.high if kind.high is not None else 100
        number = rng.choice([low, low, high, (low + high) / 2, rng.uniform(low, high)])
        return int(number) if isinstance(kind, types.Integer) else round(number, 3)

    def _record(self, kind: types.Record) -> dict[str, Any]:
        rng = self._rng
        found = {}
        for name, field in kind.fields.items():
            present = rng.random() > self._wrong / 4 if field.required else rng.random() < 0.35
            if present:
                found[name] = self.of(field.type)
        return found


def _fits(kind: types.Text, word: str) -> bool:
    failures: list[Any] = []
    kind.read(word, "", failures)
    return not failures
