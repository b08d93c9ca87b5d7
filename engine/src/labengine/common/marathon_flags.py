"""Marathon's dialect: ``--name value``, ``--disable_name``, ``MARATHON_NAME=value``, ``MARATHON_DISABLE_NAME=``."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from labengine import BUILD_USER, LAB_ENGINE_VERSION, MARATHON_VERSION
from labengine.common.flagtable import Flag, Flags, help_text

UNKNOWN_VARIABLE_STATUS = 112

# What the real program computes on its host when the flag is not given.
_COMPUTED: dict[str, Callable[[], str]] = {
    "hostname": socket.getfqdn,
    "mesos_user": getpass.getuser,
    "max_parallel_offers": lambda: str(min(8, _cpus())),
}


def _cpus() -> int:
    return os.cpu_count() or 1


def refuse(message: str, status: int = 1) -> NoReturn:
    print(f"[scallop] Error: {message}", file=sys.stderr)
    raise SystemExit(status)


def load(program: str, table: list[Flag], argv: list[str], environ: Mapping[str, str]) -> Flags:
    flags = {flag.name: flag for flag in table}
    if "--help" in argv:
        print(help_text(program, table, f"{program} --master URL [options]"))
        raise SystemExit(0)
    if "--version" in argv:
        print(f"marathon {MARATHON_VERSION} ({BUILD_USER} {LAB_ENGINE_VERSION})")
        raise SystemExit(0)
    given = _read_arguments(flags, argv)
    for name, text in _read_environment(flags, environ).items():
        if name in given:
            refuse(f"Option '{name}' is given both on the command line and as MARATHON_{name.upper()}")
        given[name] = text
    return _result(flags, given, environ)


def _negated(flags: dict[str, Flag], name: str) -> Flag | None:
    flag = flags.get(name[len("disable_") :]) if name.startswith("disable_") else None
    return flag if flag and flag.type == "toggle" else None


def _read_arguments(flags: dict[str, Flag], argv: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}

    def store(name: str, text: str) -> None:
        if name in given:
            refuse(f"Option '{name}' is given more than once")
        given[name] = text

    arguments = iter(argv)
    for argument in arguments:
        if not argument.startswith("--"):
            refuse(f"Excess arguments provided: '{argument}'")
        name, equals, text = argument[2:].partition("=")
        negated = _negated(flags, name)
        if negated:
            store(negated.name, "false")
        elif name not in flags:
            refuse(f"Unknown option '{name}'")
        elif flags[name].type in ("toggle", "switch"):
            store(name, "true")
        else:
            value = text if equals else next(arguments, None)
            if value is None:
                refuse(f"Wrong arguments for option '{name}': a value is missing")
            store(name, value)
    return given


def _read_environment(flags: dict[str, Flag], environ: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    names = {name.upper(): name for name in flags}
    for key, text in sorted(environ.items()):
        # Marathon sets MARATHON_APP_* inside its tasks, and may itself be one.
        if not key.startswith("MARATHON_") or key.startswith("MARATHON_APP_"):
            continue
        upper = key[len("MARATHON_") :]
        negated = (
            _negated(flags, "disable_" + names.get(upper[len("DISABLE_") :], ""))
            if upper.startswith("DISABLE_")
            else None
        )
        if negated:
            given[negated.name] = "false"
        elif upper not in names:
            refuse(f"Unknown option '{upper.lower()}' (from the environment variable {key})", UNKNOWN_VARIABLE_STATUS)
        elif flags[names[upper]].type in ("toggle", "switch"):
            if text not in ("", "true"):
                refuse(
                    f"Bad arguments for option '{names[upper]}': '{text}' - set {key} empty, or "
                    f"MARATHON_DISABLE_{upper} to switch it off"
                )
            given[names[upper]] = "true"
        else:
            given[names[upper]] = text
    return given


def _result(flags: dict[str, Flag], given: dict[str, str], environ: Mapping[str, str]) -> Flags:
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for name, flag in flags.items():
        text = given.get(name)
        if text is None and flag.env:
            text = environ.get(flag.env)
        if text is None and name in _COMPUTED:
            text = _COMPUTED[name]()
        if text is None:
            text = flag.default
        if text is None:
            if flag.required:
                refuse(f"Required option '{name}' not found")
            values[name] = None
            continue
        values[name] = _convert(flag, text)
        texts[name] = text
    return Flags(values, texts, set(given))


def _convert(flag: Flag, text: str) -> Any:
    if flag.choices and text not in flag.choices:
        refuse(f"Bad arguments for option '{flag.name}': '{text}' - expecting one of {', '.join(flag.choices)}")
    if flag.type in ("toggle", "switch"):
        return text == "true"
    if flag.type == "list":
        return [item for item in text.split(",") if item]
    if flag.type in ("int", "milliseconds", "seconds"):
        try:
            number = int(text)
        except ValueError:
            refuse(f"Bad arguments for option '{flag.name}': '{text}' - wrong arguments format")
        return {"int": number, "milliseconds": number / 1000, "seconds": float(number)}[flag.type]
    return text
