"""Options of a role with a value that could end up elsewhere, from the role's argument specification."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

LONG = "x" * 140000
HOSTILE = [
    "x\nInjected=1", "x\n[Service]\nExecStartPre=/bin/touch /canary", "x\r\nInjected=1", "x\rInjected=1", "x\n", "\nx",
    "a%hb", "50%", "a%%b", "%", "$HOME", "a$HOMEb", "$$", "${java.home}", "$(touch /canary)", "`touch /canary`",
    "x; touch /canary", "a;b", ";", "a\\", "a\\nb", "\\", "a\\\nb", "'", '"', "'a", "a'b\"c", 'a" x="b', "-x",
    "--privileged", "-o APT::Update::Pre-Invoke=/bin/x", "#x", "é日本", "a\x00b", "a\x85INJECTED=1",
    "a\u2028INJECTED=1", "\ud800", "\ufffe", " a", "a ", "a b", "a\tb",
    "../../etc/cron.d/x", "/etc/../x", "/a:/etc", "a,b", "a=b", "2181\n",
    " 2181", "\uff12\uff11\uff18\uff11", "1secs\n", "true\n", "*", "x }; drop table inet quorum", "@/etc/shadow",
    "&& touch /canary", LONG,
]  # fmt: skip
MARKER = "zzmarkerzz"
# A name that a free dictionary takes; the roles know the names of these.
KEYS = {
    "mesos_master_flags": "modules_dir", "mesos_slave_flags": "modules_dir", "marathon_flags": "webui_url",
    "zookeeper_settings": "snapCount", "docker_daemon_options": "data-root", "docker_log_options": "tag",
}  # fmt: skip


class Case(NamedTuple):
    """An option, where in it the value stands, and the value."""

    option: str
    place: str
    value: str
    options: dict[str, Any]
    same: dict[str, Any]


def _key(option: str) -> str:
    return "MemoryMax" if option.endswith("_service_settings") else KEYS.get(option, "ZZ")


def _places(option: str, spec: dict[str, Any], value: str) -> Iterator[tuple[str, Any]]:
    """The option with the value in each place that its type has."""
    kind = spec.get("type", "str")
    if kind in ("dict", "raw") and "options" not in spec:
        yield "value", {_key(option): value}
        yield "name", {value: "1"}
    if kind == "list" and "options" not in spec:
        yield "item", [value]
    if kind in ("list", "raw") and "options" not in spec:
        yield "text", value
    if "options" in spec:
        for name, part in spec["options"].items():
            for place, item in _places(name, part, value):
                rest = {other: "zz" for other, its in spec["options"].items() if its.get("required") and other != name}
                inner = {**rest, name: item}
                yield f"{name}.{place}", [inner] if kind == "list" else inner
    if kind not in ("dict", "list", "raw"):
        yield "value", value


def cases(specs: dict[str, Any], seed: int, each: int) -> Iterator[Case]:
    """``each`` values for every place of every option; the same for the same seed."""
    chosen = random.Random(seed)
    for option, spec in specs.items():
        for index, (place, _options) in enumerate(_places(option, spec, MARKER)):
            for value in chosen.sample(HOSTILE, each):
                given, same = (list(_places(option, spec, text))[index][1] for text in (value, MARKER))
                yield Case(option, place, value, {option: given}, {option: same})
