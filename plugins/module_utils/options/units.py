# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: values that reach a unit or a configuration file, where some characters would mean something else."""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils import masked

SETTING = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
PROPERTY = re.compile(r"[A-Za-z0-9_.-]+\Z")
PLAIN = re.compile(r"[A-Za-z0-9_@+.,:/=-]")
# Among options of docker run: --env NAME=value, --env=NAME=value, -e NAME=value, -eNAME=value, -e=NAME=value, and -ite.
VARIABLE = re.compile(r"(?:--env|-[ditPq]*e)(?:=|\s+|(?<=e)(?=[A-Za-z_]))([A-Za-z_].*)\Z", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What everyone on a host may read in a unit: `systemctl show` asks nobody.
ENVIRONMENT = ("Environment", "SetCredential")


def _wrong(value: t.Any) -> str | None:
    """Why a line of a file does not keep a value."""
    if isinstance(value, (dict, list)):
        return "is a %s; write one text" % ("dictionary" if isinstance(value, dict) else "list")
    text = str(value)
    if CONTROL.search(text):
        return "has a line break or another control character; take it out"
    if "\\" in text:
        return "has a backslash, which the file does not keep; take it out"
    return None


def setting_problems(settings: t.Mapping[str, t.Any], role: str, environment: bool, host: str) -> list[str]:
    """What is wrong with further settings of a unit; a value never shows."""
    option, found = role + "_service_settings", []
    remedy = "set %s_environment" % role if environment else "name a file of mode 0600 with EnvironmentFile"
    for name, value in settings.items():
        wrong = _wrong(value)
        if not SETTING.match(str(name)):
            found.append(
                "%s: %s has %s, which is no name of a setting; write it like MemoryMax."
                % (host, option, masked.name_alone(name))
            )
        elif name in ENVIRONMENT:
            found.append(
                "%s: %s has %s, which everyone on the host can read in the unit; %s instead."
                % (host, option, name, remedy)
            )
        elif wrong:
            found.append("%s: %s.%s %s." % (host, option, name, wrong))
    return found


def _words(options: t.Any) -> list[str]:
    if not isinstance(options, str):
        return [str(word) for word in options]
    try:
        return shlex.split(options)
    except ValueError:
        return options.split()


def container_problems(options: t.Any, role: str, environment: bool, host: str) -> list[str]:
    """What is wrong with further options of C(docker run), which everyone on the host can read."""
    words, option, found = _words(options), role + "_container_options", []
    remedy = "set %s_environment" % role if environment else "name a file of mode 0600 with --env-file"
    for place, word in enumerate(words):
        match = VARIABLE.match("%s %s" % (words[place - 1], word) if place else word) or VARIABLE.match(word)
        variable = match.group(1) if match else None
        if variable and "=" in variable:
            found.append(
                "%s: %s gives the value of %s, which everyone on the host can read in the unit and among the "
                "processes; %s instead." % (host, option, variable.partition("=")[0], remedy)
            )
        elif CONTROL.search(word):
            found.append("%s: %s has a line break or another control character; take it out." % (host, option))
    return found


def plain_problems(values: t.Mapping[str, t.Any], host: str) -> list[str]:
    """Options that stand in a unit as one word: paths, users, sizes."""
    found = []
    for option, value in values.items():
        strange = sorted(set(PLAIN.sub("", "" if value is None else str(value))))
        if strange:
            found.append(
                "%s: %s has %s, which a systemd unit reads as something else; use letters, digits and _@+.,:/=- alone."
                % (host, option, ", ".join("a space" if letter == " " else ascii(letter) for letter in strange))
            )
    return found


def word_problems(values: t.Mapping[str, t.Iterable[t.Any]], host: str) -> list[str]:
    """Options that are lists of words, each a line or a part of one."""
    return [
        "%s: %s has a line break or another control character; take it out." % (host, option)
        for option, words in values.items()
        if any(CONTROL.search(str(word)) for word in words)
    ]


def property_problems(settings: t.Mapping[str, t.Any], option: str, host: str) -> list[str]:
    """What a file of C(name=value) lines would not keep; a value never shows."""
    found = []
    for name, value in settings.items():
        wrong = _wrong(value)
        if not PROPERTY.match(str(name)):
            found.append(
                "%s: %s has %s, which is no name of a setting; use letters, digits, dots, dashes and underscores."
                % (host, option, masked.name_alone(name))
            )
        elif wrong:
            found.append("%s: %s.%s %s." % (host, option, name, wrong))
    return found


def user_problems(users: t.Iterable[t.Mapping[str, t.Any]], option: str, host: str) -> list[str]:
    """Users that the file of a login module would not keep."""
    found = []
    for user in users:
        name = str(user.get("username", ""))
        if not PROPERTY.match(name):
            found.append(
                "%s: %s has the username %s; use letters, digits, dots, dashes and underscores."
                % (host, option, ascii(name))
            )
        if CONTROL.search(str(user.get("password", ""))):
            found.append(
                "%s: the password of %s in %s has a line break or another control character; take it out."
                % (host, ascii(name), option)
            )
    return found
