"""The files of the roles as their readers take them: systemd, Docker, Java, apt. Each returns what it understood."""

from __future__ import annotations

import json
import re
from typing import Any


class Mangled(Exception):
    """The reader takes something else for it than what was written."""


def _lines(text: str) -> list[str]:
    text.encode()
    if "\0" in text:
        raise Mangled("a NUL, which ends the file for its reader")
    return [line for line in text.split("\n") if line.strip() and not line.startswith(("#", ";"))]


def environment(text: str) -> dict[str, str]:
    """What systemd's EnvironmentFile and Docker's --env-file both read."""
    found = {}
    for line in _lines(text):
        match = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", line, re.DOTALL)
        if not match:
            raise Mangled(f"the line {line[:80]!r}")
        name, value = match.groups()
        if "\\" in value or (value and value[0] in "'\"") or value != value.strip() or len(line.encode()) > 65535:
            raise Mangled(f"the value of {name}")
        if re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", value):
            raise Mangled(f"a character in the value of {name}")
        found[name] = value
    return found


def words(command: str) -> list[str]:
    """The words that systemd makes of a command line (systemd.service, COMMAND LINES; systemd.unit, SPECIFIERS)."""
    found, word, quote, position = [], None, "", 0
    while position < len(command):
        letter = command[position]
        position += 1
        if letter == "\\":
            if command[position : position + 1] not in ("\\", '"', "'"):
                raise Mangled(f"the escape \\{command[position : position + 1]}")
            word, position = (word or "") + command[position], position + 1
        elif quote:
            quote, word = ("", word) if letter == quote else (quote, (word or "") + letter)
        elif letter in "'\"":
            quote, word = letter, word or ""
        elif letter in " \t":
            found, word = (found if word is None else [*found, word]), None
        elif letter == ";" and word is None and command[position : position + 1] in ("", " "):
            raise Mangled("another command")
        else:
            word = (word or "") + letter
    if quote:
        raise Mangled("a quote that does not end")
    return [literal(one) for one in (found if word is None else [*found, word])]


def literal(text: str) -> str:
    """A text in which nothing is replaced."""
    if re.search(r"%(?!%)", text.replace("%%", "")) or "$" in text.replace("$$", ""):
        raise Mangled(f"what systemd replaces in {text[:80]!r}")
    return text.replace("%%", "%").replace("$$", "$")


def unit(text: str) -> list[tuple[str, str, Any]]:
    """Section, name and value of each setting; those of [Service] that the operator may add are last."""
    found, section = [], ""
    for line in _lines(re.sub(r"\\\n", " ", text)):
        if line.startswith("["):
            section = line
            continue
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z]+", name) or len(line) > 1 << 20 or "\r" in line:
            raise Mangled(f"the line {line[:80]!r}")
        if name.startswith("Exec"):
            value = words(value) if "/bin/sh" not in value else value
        found.append((section, name, value))
    return found


def properties(text: str) -> dict[str, str]:
    """Java's Properties.load of a file in Latin-1, and ZooKeeper takes white space off."""
    found = {}
    for line in _lines(text):
        name, equals, value = line.partition("=")
        if not equals or not line.isascii() or "\\" in line or "\r" in line or value != value.strip():
            raise Mangled(f"the line {line[:80]!r}")
        found[name] = value
    return found


def login(text: str) -> dict[str, str]:
    """The users in a file of Java's login modules, as sun.security.provider.ConfigFile reads it."""
    body = re.fullmatch(r"Server \{\s+(\S+) required\s(.*)\s+;\s+\};\s*", text, re.DOTALL)
    if not body or "${" in text:
        raise Mangled("the file, or a property that Java puts in")
    found, rest = {}, body.group(2).strip()
    while rest:
        match = re.match(r'user_([A-Za-z0-9_.-]+)="((?:[^"\\\n\r]|\\["\\])*)"\s*', rest)
        if not match:
            raise Mangled(f"{rest[:80]!r}")
        found[match.group(1)] = re.sub(r"\\(.)", r"\1", match.group(2))
        rest = rest[match.end() :]
    return found


def arguments(text: str) -> list[str]:
    """The options in a file that java reads."""
    found = []
    for line in _lines(text):
        match = re.fullmatch(r'"((?:[^"\\]|\\["\\])*)"', line)
        if not match or "\r" in line:
            raise Mangled(f"the line {line[:80]!r}")
        found.append(re.sub(r"\\(.)", r"\1", match.group(1)))
    return found


def stanza(text: str) -> dict[str, str]:
    """The fields of a file of apt."""
    found = {}
    for line in _lines(text):
        name, colon, value = line.partition(": ")
        if not colon or name in found or "\r" in line:
            raise Mangled(f"the line {line[:80]!r}")
        found[name] = value
    return found


def document(text: str) -> Any:
    """A JSON text."""
    return json.loads(text)


def lines(text: str) -> list[list[str]]:
    """Lines of words."""
    return [line.split(" ") for line in _lines(text)]
