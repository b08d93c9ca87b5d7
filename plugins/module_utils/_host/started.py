# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service was started with, and whether that is what it must run with.

Each unit of the roles records at every start the unit that systemd has loaded, the digests of the files that the
program is about to read, the installed program, and the library that it loads; after a reload, which reads all but the
unit anew, it does so again. Nothing is older or newer here, only the same or another: neither an interrupted play nor a
wrong clock matters.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import typing as t

RECORDS = "/run/quorum-mesos"
TOOLS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UNITS = "/etc/systemd/system"
SECTION = "[Service]\n"
# What a reload does comes first: one that fails leaves the record as it is.
LAST_RELOAD = re.compile(r"^ExecReload=.*\n(?![\s\S]*^ExecReload=)", re.MULTILINE)
UNIT_DIGEST = re.compile(r"echo unit ([0-9a-f]{64})")
# Characters that systemd would expand or end a word at.
SPECIAL = {"\\": "\\\\", '"': '\\"', "%": "%%", "$": "$$"}
# Where a program comes from, as an option of modules, which show it: no URL, because that may have a password.
SOURCE = {
    "method": {"type": "str", "required": True},
    "family": {"type": "str"},
    "package": {"type": "raw"},
    "image": {"type": "str"},
    "library": {"type": "str"},
}
UNKNOWN = "it is not known what it was started with"
ANOTHER_UNIT = "its unit has changed"


def record_file(unit: str) -> str:
    return "%s/%s" % (RECORDS, unit)


def mask_file(unit: str) -> str:
    """Exists where the roles have masked a unit themselves, until they write their own."""
    return "%s/%s.masked" % (RECORDS, unit)


def forget(unit: str) -> None:
    """Removes the record of the last start, before the roles themselves stop the service."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(record_file(unit))


def unit_file(unit: str) -> str:
    return "%s/%s.service" % (UNITS, unit)


def _program(source: t.Mapping[str, t.Any]) -> list[str]:
    """Shell commands that tell which program is installed: an archive's path, which the unit has, says that already."""
    commands = []
    if source["method"] == "container":
        image = shlex.quote(source["image"])
        commands = ["echo program %s $(docker image inspect --format '{{.Id}}' %s)" % (image, image)]
    elif source["method"] == "package":
        packages = [source["package"]] if isinstance(source["package"], str) else source["package"]
        # The version alone would not tell a package that was built again.
        command = (
            "echo program %(name)s $(rpm --query --quiet %(name)s && "
            "rpm --query --queryformat '%%{VERSION}-%%{RELEASE} %%{SHA1HEADER}' %(name)s || echo missing)"
            if source["family"] == "redhat"
            else "echo program %(name)s $(dpkg-query --show --showformat '${Version}' %(name)s || echo missing)"
            " $(dpkg-query --control-show %(name)s md5sums | sha256sum)"
        )
        commands = [command % {"name": shlex.quote(name)} for name in packages]
    library = source.get("library")
    if library:
        # Another file has another path, size or date; the digest of so large a one would take seconds at every start.
        path = shlex.quote(library)
        commands.append("echo library %s $(readlink -e %s && stat -L -c '%%s %%Y' %s)" % (path, path, path))
    return commands


def script(files: t.Iterable[str], source: t.Mapping[str, t.Any]) -> str:
    """The shell script that prints what a start now would begin with, apart from the unit."""
    return "; ".join([_tools(), "sha256sum -- " + " ".join(map(shlex.quote, files)), *_program(source)])


def _tools() -> str:
    """What the service has in its environment is not for the tools of the host."""
    return "unset LD_LIBRARY_PATH LD_PRELOAD; PATH=" + TOOLS


def _recording(digest: str, unit: str, files: t.Iterable[str], source: t.Mapping[str, t.Any], first: str = "") -> str:
    """The command of a unit that writes the record."""
    command = "%s; %sumask 077; mkdir -p %s; { echo invocation $INVOCATION_ID; echo unit %s; %s; } >%s" % (
        _tools(),
        first,
        RECORDS,
        digest,
        script(files, source),
        record_file(unit),
    )
    return '/bin/sh -c "%s"\n' % "".join(SPECIAL.get(one, one) for one in command)


def with_record(
    text: str, unit: str, files: t.Sequence[str], source: t.Mapping[str, t.Any], old_systemd: bool = False
) -> str:
    """The text of a unit, which also records with what it starts, and what it goes on with after a reload."""
    # systemd before 231 does not know the plus.
    before = SECTION + ("PermissionsStartOnly=yes\n" if old_systemd else "")
    # A service whose record cannot be written starts all the same.
    prefix = "-" if old_systemd else "-+"
    # A reload changes no unit that runs.
    kept = "unit=$(sed -n 's/^unit //p' %s); " % record_file(unit)
    reloading = "ExecReload=%s%s" % (prefix, _recording("$unit", unit, files, source, kept))

    def recording(digest: str) -> str:
        starting = "ExecStartPre=%s%s" % (prefix, _recording(digest, unit, files, source))
        found = text.replace(SECTION, before + starting, 1)
        return LAST_RELOAD.sub(lambda last: last.group(0) + reloading, found, count=1)

    return recording(hashlib.sha256(recording("").encode()).hexdigest())


def unit_digest(text: str) -> str | None:
    """Which unit this is: from its file, or from what systemd shows of it."""
    found = UNIT_DIGEST.search(text)
    return found.group(1) if found else None


def _read(record: str) -> dict[str, str]:
    """What a record says of each thing."""
    found = {}
    for line in record.splitlines():
        words = line.split()
        if words[:1] in (["program"], ["library"]):
            found[" ".join(words[:2])] = " ".join(words[2:])
        elif words[:1] in (["unit"], ["invocation"]):
            found[words[0]] = " ".join(words[1:])
        elif words:
            digest, _space, path = line.partition(" ")
            found[path.lstrip()] = digest
    return found


def reasons(record: str, invocation: str, wanted: str) -> list[str]:
    """Why a running service must be restarted; nothing where it runs with what it must.

    ``record`` is from its start, ``invocation`` is systemd's id of that, ``wanted`` is what a start now would record.
    """
    then, now = _read(record), _read(wanted)
    if then.pop("invocation", None) != invocation:
        return [UNKNOWN]
    found = []
    for thing in sorted(set(then) | set(now)):
        before, after = then.get(thing), now.get(thing)
        if before == after:
            continue
        if thing == "unit" or thing.endswith(".service"):
            text = ANOTHER_UNIT
        elif thing.startswith("program "):
            text = _program_reason(thing.split()[1], (before or "").split(), (after or "").split())
        elif thing.startswith("library "):
            text = _library_reason(thing.split()[1], (before or "").split(), (after or "").split())
        else:
            text = "%s has changed" % thing
        if text not in found:
            found.append(text)
    return found


def reloadable(found: t.Sequence[str]) -> bool:
    """Whether a reload that reads all but the unit anew takes over what has changed."""
    return not {UNKNOWN, ANOTHER_UNIT} & set(found)


def _program_reason(name: str, before: list[str], after: list[str]) -> str:
    if before[:1] == after[:1]:
        return "%s %s was built again" % (name, after[0])
    return "%s is %s, and it was started from %s" % (name, *((words or ["missing"])[0] for words in (after, before)))


def _library_reason(path: str, before: list[str], after: list[str]) -> str:
    if before[:1] == after[:1]:
        return "%s was replaced" % path
    return "%s leads to %s, and it was started with %s" % (
        path,
        *((words or ["nothing"])[0] for words in (after, before)),
    )
