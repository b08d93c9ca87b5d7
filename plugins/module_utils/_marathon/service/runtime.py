# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Marathon on the JVM needs in its environment: options of its Java, and the path of libmesos."""

from __future__ import annotations

import re
import typing as t

from . import versions

LIBRARY = "MESOS_NATIVE_JAVA_LIBRARY"
# The first is read first; the second is its older name.
LIBRARY_VARIABLES = (LIBRARY, "MESOS_NATIVE_LIBRARY")
# Marathon looks into the JDK's own classes, which Java 16 closed. Java 8 does not start with the option.
OPENED = "java.base/java.lang=ALL-UNNAMED"
CLOSED_SINCE = 16
# All of these reach the JVM.
OPTION_VARIABLES = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
JAVA_PACKAGE = re.compile(r"java|jdk|jre|temurin|zulu|corretto")

Table = t.Mapping[str, t.Any]


def java_number(output: str) -> int | None:
    """From what C(java -version) prints: 8 for 1.8.0_392, 17 for 17.0.11."""
    match = re.search(r'version "([^"]+)"', output)
    return versions.java_number(match.group(1)) if match else None


def number_of_package(name: str, depends: str = "") -> int | None:
    """The Java that a package brings, by its name or by the names of those that it depends on."""
    for text in [name, *re.findall(r"Depends: (\S+)", depends)]:
        match = re.search(r"1\.(\d+)|(\d+)", text)
        if JAVA_PACKAGE.search(text) and match:
            return int(match.group(1) or match.group(2))
    return None


def _is_opened(options: str) -> bool:
    return re.search(r"--add-opens[=\s]" + re.escape(OPENED), options) is not None


def environment(variables: Table, runtime: Table) -> dict[str, t.Any]:
    """The variables with what the program needs; what they have already stays."""
    found = dict(variables)
    if not runtime.get("jvm"):
        return found
    if runtime.get("library") and not any(found.get(name) for name in LIBRARY_VARIABLES):
        found[LIBRARY] = runtime["library"]
    opened = any(_is_opened(str(found.get(name) or "")) for name in OPTION_VARIABLES)
    if (runtime.get("java") or 0) >= CLOSED_SINCE and not opened:
        own = str(found.get("JAVA_OPTS") or "")
        found["JAVA_OPTS"] = " ".join(filter(None, [own, "--add-opens=" + OPENED]))
    return found


def library_problems(native: Table, runs_on_java: t.Callable[[], bool]) -> list[str]:
    """A Marathon that would find no libmesos.

    C(own) is the path that the operator gives, C(mesos) whether the roles put a Mesos on the host, C(found) the
    libmesos that is there already. C(runs_on_java) is asked only where the answer counts.
    """
    own = native["own"]
    if own:
        if str(own).startswith("/"):
            return []
        return ["%s is '%s'; write the absolute path of a libmesos.so on the host." % (native["option"], own)]
    if native["mesos"] or native["found"] or not runs_on_java():
        return []
    return [
        "Marathon's program runs on Java and loads libmesos, and this host has no Mesos from an archive or a package; "
        "set marathon_native_library to the path of a libmesos.so there, or put the host into the group of the "
        "masters or the agents."
    ]
