# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libmesos of the Mesos on a host, which a Marathon on the JVM loads. Reads only."""

from __future__ import annotations

import glob
import os
import typing as t

from . import facts

# Where Marathon's environment says that it is, whatever archive or package has it today.
LINK = "/etc/mesos/libmesos.so"
UNITS = ("mesos-master", "mesos-slave")
UNIT_DIRECTORY = "/etc/systemd/system"
# Where packages and installations by hand put it.
PREFIXES = ("/usr", "/usr/local")
DIRECTORIES = ("lib", "lib64", "lib/*-linux-gnu")
NAMES = ("libmesos.so", "libmesos-[0-9]*.so")


def program_of(unit: str) -> str | None:
    """From the text of a unit: the program that it runs."""
    for line in unit.splitlines():
        key, _equals, command = line.partition("=")
        if key.strip() == "ExecStart" and command.strip():
            return command.split()[0].lstrip("-@:+!")
    return None


def prefix_of(program: str) -> str:
    """Of /opt/mesos/1.11.0/sbin/mesos-master: /opt/mesos/1.11.0."""
    return os.path.dirname(os.path.dirname(program))


def programs(known: t.Mapping[str, str], units: str | None = None) -> list[str]:
    """What runs Mesos here, the master first: C(known) by unit, and otherwise what the unit says."""
    paths = {unit: os.path.join(units or UNIT_DIRECTORY, unit + ".service") for unit in UNITS}
    found = [known.get(unit) or program_of(facts.text(path)) for unit, path in paths.items()]
    return [program for program in found if program]


def library_in(prefix: str) -> str | None:
    for name in NAMES:
        for directory in DIRECTORIES:
            for path in sorted(glob.glob(os.path.join(glob.escape(prefix), directory, name))):
                # Not a link to what was removed.
                if os.path.exists(path):
                    return path
    return None


def library(prefixes: t.Iterable[str], link: str = LINK) -> str | None:
    """The first libmesos below the prefixes, else the one that the link leads to."""
    for prefix in prefixes:
        found = library_in(prefix)
        if found:
            return found
    return os.readlink(link) if os.path.islink(link) and os.path.exists(link) else None


def here() -> str | None:
    """The libmesos of this host."""
    return library([*map(prefix_of, programs({})), *PREFIXES])
