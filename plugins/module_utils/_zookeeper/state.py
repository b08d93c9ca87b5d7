# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ZooKeeper server on this host is now: its configuration, its data, its own word and that of others."""

from __future__ import annotations

import os
import re
import typing as t
from concurrent.futures import ThreadPoolExecutor

from . import members
from .probe import look

SECONDS = 3.0

_DYNAMIC_FILE = re.compile(r"^\s*dynamicConfigFile\s*=\s*(\S+)\s*$", re.MULTILINE)
_DYNAMIC = re.compile(r"^\s*reconfigEnabled\s*=\s*true\s*$", re.MULTILINE)
# A server that has seen no transaction yet writes an empty snapshot.
_WRITTEN = re.compile(r"^(log\.[0-9a-f]+|snapshot\.(?!0$)[0-9a-f]+)")


def read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def configuration(path: str, own_copy: str) -> dict[str, t.Any]:
    """The members and the stage of TLS of a zoo.cfg.

    A server that keeps its members itself has them in a file that its own copy of zoo.cfg names.
    """
    text = read(path)
    found = text or ""
    dynamic = bool(_DYNAMIC.search(found))
    if dynamic:
        match = _DYNAMIC_FILE.search(read(own_copy) or "")
        found += "\n" + ((read(match.group(1)) if match else None) or "")
    try:
        seen = members.parse(found)
    except ValueError:
        # Written by another hand; it is replaced.
        seen = {}
    return {
        "written": text is not None,
        "dynamic": dynamic,
        "tls": members.tls_stage(found),
        "lines": [member.line() for _number, member in sorted(seen.items())],
    }


def has_data(directories: t.Iterable[str]) -> bool:
    """Whether a transaction was ever written there."""
    for directory in directories:
        try:
            if any(_WRITTEN.match(name) for name in os.listdir(os.path.join(directory, "version-2"))):
                return True
        except OSError:
            continue
    return False


def epoch(directory: str) -> int | None:
    """The epoch of the last leader that the server has followed; a server alone writes none."""
    text = (read(os.path.join(directory, "version-2", "currentEpoch")) or "").strip()
    return int(text) if text.isdigit() else None


def gone(lines: t.Iterable[str], wanted: t.Iterable[str]) -> list[str]:
    """Where members that are not wanted any more have their clients."""
    seen, kept = members.parse("\n".join(lines)), members.parse("\n".join(wanted))
    return [seen[number].endpoint for number in sorted(set(seen) - set(kept)) if seen[number].client_port]


def ask(addresses: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """What each server says of itself; all are asked at once, because dead hosts take their time."""
    if not addresses:
        return []
    with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
        return list(pool.map(lambda address: look(address, SECONDS), addresses))
