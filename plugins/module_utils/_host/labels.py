# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels of SELinux: what the policy says of a path or a port, and rules where it should say something else."""

from __future__ import annotations

import os
import re
import typing as t

# Types that a policy gives to whole ranges: a port that has only these is without a label of its own.
RANGES = ("unreserved_port_t", "reserved_port_t", "hi_reserved_port_t", "ephemeral_port_t")
_SPECIAL = re.compile(r"([.^$*+?()\[\]{}|\\])")

Run = t.Callable[[t.Sequence[str]], t.Tuple[int, str, str]]


class LabelError(Exception):
    """A tool of SELinux failed; the text says which and why."""


class UnknownType(Exception):
    """The host's policy does not have the type."""


def pattern(path: str) -> str:
    """The expression of a directory and all that is in it."""
    return _SPECIAL.sub(r"\\\1", path) + "(/.*)?"


def labelled_ports(listing: str) -> dict[int, str]:
    """The TCP ports with a label of their own, from `semanage port --list`; ranges are told by their ends."""
    found = {}
    for line in listing.splitlines():
        match = re.match(r"(\w+)\s+tcp\s+(.*)$", line)
        if not match or match.group(1) in RANGES:
            continue
        for part in match.group(2).split(","):
            first, _dash, last = part.strip().partition("-")
            for number in range(int(first), int(last or first) + 1):
                found[number] = match.group(1)
    return found


class Policy:
    """The policy of this host, asked and changed through its own tools."""

    def __init__(self, run: Run, check_mode: bool) -> None:
        self._run = run
        self._check_mode = check_mode

    def _ask(self, *command: str) -> str:
        code, output, errors = self._run(command)
        if code != 0:
            raise LabelError("%s: %s" % (" ".join(command), errors.strip() or output.strip()))
        return output

    def types(self, path: str) -> tuple[str | None, str | None]:
        """What the policy gives to a directory and to a file in it."""
        return self._type("dir", path), self._type("file", os.path.join(path, "x"))

    def _type(self, kind: str, path: str) -> str | None:
        parts = self._ask("matchpathcon", "-n", "-m", kind, path).strip().split(":")
        return parts[2] if len(parts) > 2 else None

    def give_type(self, path: str, kind: str) -> bool:
        """A rule by which a directory and all in it have a type; whether one was needed."""
        if self.types(path) == (kind, kind):
            return False
        self._semanage("fcontext", ["--type", kind], pattern(path))
        return True

    def treat_like(self, path: str, model: str) -> bool:
        """A rule by which a directory is labelled as another one is, with all that is in it; whether one was needed."""
        if self.types(path) == self.types(model):
            return False
        self._semanage("fcontext", ["--equal", model], path)
        return True

    def give_port(self, port: int, kind: str, listing: str) -> bool:
        """A label for a TCP port that has none of its own; whether that was so."""
        if port in labelled_ports(listing):
            return False
        self._semanage("port", ["--type", kind, "--proto", "tcp"], str(port))
        return True

    def ports(self) -> str:
        return self._ask("semanage", "port", "--list", "--noheading")

    def _semanage(self, what: str, words: list[str], target: str) -> None:
        if self._check_mode:
            return
        for verb in ("--add", "--modify"):
            command = ["semanage", what, verb, *words, target]
            code, output, errors = self._run(command)
            if code == 0:
                return
            if " is invalid, must be " in errors:
                raise UnknownType()
            if verb == "--modify" or "already defined" not in errors:
                raise LabelError("%s: %s" % (" ".join(command), errors.strip() or output.strip()))

    def would_relabel(self, path: str, deep: bool) -> bool:
        """Whether something at a path has another label than the policy gives it."""
        return bool(self._ask("restorecon", "-n", "-v", *(["-R"] if deep else []), path).strip())

    def relabel(self, path: str) -> None:
        if not self._check_mode:
            self._ask("restorecon", "-R", path)
