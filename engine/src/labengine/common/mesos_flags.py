"""Mesos' dialect: ``--name=value``, ``--no-name``, ``MESOS_NAME=value``."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from labengine import BUILD_USER, LAB_ENGINE_VERSION, MESOS_VERSION
from labengine.common.flagtable import Flag, FlagError, Flags, help_text

_DURATIONS = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "secs": 1.0,
    "mins": 60.0,
    "hrs": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}
_SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}


def duration(text: str) -> float:
    """``15secs`` -> 15.0; FlagError as Mesos words it."""
    match = re.fullmatch(r"([0-9.]+)(.*)", text)
    if not match or not re.fullmatch(r"\d+(\.\d*)?|\.\d+", match[1]):
        raise FlagError(f"Invalid duration '{text}'")
    if match[2] not in _DURATIONS:
        raise FlagError(
            f"Unknown duration unit '{match[2]}'; supported units are 'ns', 'us', 'ms', 'secs', 'mins', "
            "'hrs', 'days', and 'weeks'"
        )
    return float(match[1]) * _DURATIONS[match[2]]


def size(text: str) -> int:
    """``2GB`` -> bytes."""
    match = re.fullmatch(r"(\d+)(B|KB|MB|GB|TB)", text)
    if not match:
        raise FlagError(f"Invalid bytes '{text}'")
    return int(match[1]) * _SIZES[match[2]]


def _boolean(text: str) -> bool:
    if text in ("", "true", "1"):
        return True
    if text in ("false", "0"):
        return False
    raise FlagError("Expecting a boolean (e.g., true or false)")


def _number(kind: type[int] | type[float]) -> Any:
    def convert(text: str) -> int | float:
        try:
            return kind(text)
        except ValueError:
            raise FlagError("Failed to convert into required type") from None

    return convert


_CONVERTERS: dict[str, Any] = {
    "bool": _boolean,
    "int": _number(int),
    "float": _number(float),
    "duration": duration,
    "bytes": size,
    "string": str,
    "path": str,
}


def load(program: str, table: list[Flag], argv: list[str], environ: Mapping[str, str]) -> Flags:
    loader = _Loader(program, table)
    loader.read_arguments(argv)
    loader.read_environment(environ)
    if "help" in loader.given and _boolean(loader.given["help"]):
        print(help_text(program, table, f"{program} [options]"))
        raise SystemExit(0)
    if "version" in loader.given and _boolean(loader.given["version"]):
        print(f"mesos {MESOS_VERSION} ({BUILD_USER} {LAB_ENGINE_VERSION})")
        raise SystemExit(0)
    return loader.result()


class _Loader:
    def __init__(self, program: str, table: list[Flag]) -> None:
        self.program = program
        self.table = {flag.name: flag for flag in table}
        self.canonical = {alias: flag.name for flag in table for alias in [flag.name, *flag.aliases]}
        self.given: dict[str, str] = {}
        self.given_as: dict[str, str] = {}

    def refuse(self, message: str) -> NoReturn:
        print(f"{message}\n\nSee `{self.program} --help` for a list of supported flags.", file=sys.stderr)
        raise SystemExit(1)

    def read_arguments(self, argv: list[str]) -> None:
        for argument in argv:
            if argument == "--":
                return
            if not argument.startswith("--"):
                continue  # Mesos ignores positional arguments
            name, equals, value = argument[2:].partition("=")
            self.read_one(name, value if equals else None)

    def read_one(self, name: str, value: str | None) -> None:
        flag = self.table.get(self.canonical.get(name, ""))
        if flag is None and name.startswith("no-"):
            positive = name[3:]
            flag = self.table.get(self.canonical.get(positive, ""))
            if flag is not None:
                if flag.type != "bool":
                    self.refuse(f"Failed to load non-boolean flag '{positive}' via '{name}'")
                if value:
                    self.refuse(f"Failed to load boolean flag '{positive}' via '{name}' with value '{value}'")
                self.store(flag, positive, "false")
                return
        if flag is None:
            self.refuse(f"Failed to load unknown flag '{name}'")
        if value is None and flag.type != "bool":
            self.refuse(f"Failed to load non-boolean flag '{name}': Missing value")
        self.store(flag, name, value or "" if flag.type == "bool" else str(value))

    def store(self, flag: Flag, name: str, value: str) -> None:
        if flag.name in self.given:
            self.refuse(f"Flag '{name}' is already loaded via name '{self.given_as[flag.name]}'")
        self.given[flag.name] = value
        self.given_as[flag.name] = name

    def read_environment(self, environ: Mapping[str, str]) -> None:
        for key, value in environ.items():
            name = key[len("MESOS_") :].lower() if key.startswith("MESOS_") else ""
            if name in self.canonical and self.canonical[name] not in self.given:
                self.given[self.canonical[name]] = value
                self.given_as[self.canonical[name]] = name

    def result(self) -> Flags:
        values: dict[str, Any] = {}
        texts: dict[str, str] = {}
        for name, flag in self.table.items():
            text = self.given.get(name, flag.default)
            if text is None:
                values[name] = None
                continue
            values[name] = value = self.convert(flag, text)
            texts[name] = (
                str(value).lower()
                if flag.type == "bool"
                else text
                if flag.type == "path"
                else str(value if flag.type == "string" else text)
            )
        for name, alias in self.given_as.items():
            if alias != name:
                print(f"W Loaded deprecated flag '{alias}'", file=sys.stderr)
        if self.program == "mesos-agent" and not values["work_dir"]:
            self.refuse("Flag 'work_dir' is required, but it was not provided")
        return Flags(values, texts, set(self.given))

    def convert(self, flag: Flag, text: str) -> Any:
        if text.startswith("file://") and flag.type != "path":
            path = Path(text[len("file://") :])
            try:
                text = path.read_text(encoding="utf-8")
            except OSError as error:
                self.refuse(
                    f"Failed to load flag '{flag.name}': Failed to fetch value '{text}': "
                    f"Error reading file '{path}': {error.strerror}"
                )
            # Mesos keeps the end of the last line, and refuses resources for it.
            text = text if flag.name == "resources" else text.strip()
        try:
            return _CONVERTERS[flag.type](text)
        except FlagError as error:
            self.refuse(f"Failed to load flag '{flag.name}': Failed to load value '{text}': {error}")
