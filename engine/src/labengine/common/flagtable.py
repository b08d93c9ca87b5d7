"""What the two dialects of flags (Mesos' and Marathon's) share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labengine import LAB_ENGINE_VERSION

# Credentials of registries.
_SECRET_FLAGS = frozenset({"docker_config"})
_CREDENTIALS_OF_ZK = re.compile(r"(?<=^zk://)[^/]*@")


class FlagError(ValueError):
    """A value that the flag's type refuses."""


@dataclass(frozen=True)
class Flag:
    """One row of a table; ``default`` is text, as in the program's help."""

    name: str
    type: str
    default: str | None
    aliases: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    env: str | None = None
    required: bool = False


class Flags:
    """The values of all flags of a program; unset ones without a default are None."""

    def __init__(self, values: Mapping[str, Any], texts: Mapping[str, str], explicit: set[str]) -> None:
        self._values = dict(values)
        self._texts = dict(texts)
        self.explicit = frozenset(explicit)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"no flag '{name}'") from None

    def as_strings(self) -> dict[str, str]:
        """Name -> text of every flag that has a value, sorted; no secrets, Marathon's durations in their own units."""
        return {name: _shown(name, text) for name, text in sorted(self._texts.items())}


def _shown(name: str, text: str) -> str:
    if name in _SECRET_FLAGS:
        return "xxxxxxxx"
    return _CREDENTIALS_OF_ZK.sub("xxxxxxxx:xxxxxxxx@", text)


def help_text(program: str, flags: list[Flag], usage: str) -> str:
    lines = [
        f"{program} of the lab engine {LAB_ENGINE_VERSION}: a small stand-in for labs and tests, not the real program.",
        "",
        f"Usage: {usage}",
        "",
        "It accepts every flag of the real program:",
        "",
    ]
    for flag in flags:
        default = f" (default: {flag.default})" if flag.default is not None else ""
        lines.append(f"  --{flag.name}{'' if flag.type in ('bool', 'toggle', 'switch') else '=VALUE'}{default}")
    return "\n".join(lines)
