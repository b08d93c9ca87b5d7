# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: values that reach a unit or a configuration file, where some characters would mean something else."""

from __future__ import annotations

import re
import shlex
import typing as t

from .. import _masked as masked
from . import characters

SETTING = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
PROPERTY = re.compile(r"[A-Za-z0-9_.-]+\Z")
PLAIN = re.compile(r"[A-Za-z0-9_@+.,:/=-]")
# Among options of docker run: --env NAME=value, --env=NAME=value, -e NAME=value, -eNAME=value, -e=NAME=value, and -ite.
VARIABLE = re.compile(r"(?:--env|-[ditPq]*e)(?:=|\s+|(?<=e)(?=[A-Za-z_]))([A-Za-z_].*)\Z", re.DOTALL)
# Other options of docker run with NAME=value, and the first letters of the file that keeps one instead.
NAMED = re.compile(r"(--(?:log-opt|label)|-[ditPq]*l)(?:=|\s+|(?<=l)(?=[A-Za-z_]))(.*)\Z", re.DOTALL)
# What a name says of its value: the names of Docker's log drivers, of labels and of Java's properties for TLS.
SECRET = re.compile(r"passw|pwd|secret|token|credential|(?:api|private|access|license|auth)[._-]?key", re.IGNORECASE)
PORT = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?\Z")
PATH = re.compile(r"/[^:]*\Z")
ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
SCHEDULE = re.compile(r"[A-Za-z0-9*.,:/~ -]+\Z")
# What everyone on a host may read in a unit: `systemctl show` asks nobody.
ENVIRONMENT = ("Environment", "SetCredential")


def _wrong(value: t.Any) -> str | None:
    """Why a line of a file does not keep a value."""
    if isinstance(value, (dict, list)):
        return "is a %s; write one text" % ("dictionary" if isinstance(value, dict) else "list")
    text = str(value)
    wrong = _wrong_word(text)
    if not wrong and "\\" in text:
        wrong = "has a backslash, which the file does not keep; take it out"
    return wrong


def _wrong_word(text: str) -> str | None:
    """Why no file keeps a word, even one that it quotes."""
    if characters.CONTROL.search(text):
        return "has a line break or another control character; take it out"
    wrong = characters.wrong(text)
    return "has %s; write less or put it into a file" % wrong if wrong and wrong.startswith("more") else (
        "has %s; take it out" % wrong if wrong else None
    )


def _wrong_property(value: t.Any) -> str | None:
    """Why a file of Java's properties does not keep a value: it is read as Latin-1, without the outer white space."""
    wrong, text = _wrong(value), str(value)
    if not wrong and not text.isascii():
        wrong = "has a character that is not ASCII, which the file does not keep; take it out"
    if not wrong and text != text.strip():
        wrong = "has white space at its start or end, which the file does not keep; take it out"
    return wrong


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
    return shlex.split(options) if _can_be_split(options) else options.split()


def _can_be_split(options: str) -> bool:
    try:
        shlex.split(options)
    except ValueError:
        return False
    return True


def unit_words(options: t.Any) -> list[str]:
    """Words of a command line in a unit, each of which systemd hands on as it is: it replaces C(%) and C($)."""
    return [
        shlex.quote(word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")) for word in _words(options)
    ]


def _shown_to_all(words: list[str]) -> t.Iterator[tuple[str, str]]:
    """Names of log options and labels that look like those of secrets, each with its option of C(docker run)."""
    for place, word in enumerate(words):
        match = NAMED.match("%s %s" % (words[place - 1], word) if place else word) or NAMED.match(word)
        name, has_value, _value = match.group(2).partition("=") if match else ("", "", "")
        if match and has_value and SECRET.search(name):
            yield ("--log-opt" if match.group(1) == "--log-opt" else "--label"), name


def container_problems(options: t.Any, role: str, environment: bool, host: str) -> list[str]:
    """What is wrong with further options of C(docker run), which everyone on the host can read."""
    words, option, found = _words(options), role + "_container_options", []
    remedy = "set %s_environment" % role if environment else "name a file of mode 0600 with --env-file"
    if isinstance(options, str) and not _can_be_split(options):
        found.append("%s: %s has a quote that does not end; write a list of words." % (host, option))
    for flag, name in _shown_to_all(words):
        instead = "set docker_log_options" if flag == "--log-opt" else "name a file of mode 0600 with --label-file"
        found.append(
            "%s: %s gives the value of %s with %s, which everyone on the host can read in the unit and among the "
            "processes; %s instead." % (host, option, ascii(name), flag, instead)
        )
    for place, word in enumerate(words):
        match = VARIABLE.match("%s %s" % (words[place - 1], word) if place else word) or VARIABLE.match(word)
        variable = match.group(1) if match else None
        wrong = _wrong_word(word)
        if variable and "=" in variable:
            found.append(
                "%s: %s gives the value of %s, which everyone on the host can read in the unit and among the "
                "processes; %s instead." % (host, option, variable.partition("=")[0], remedy)
            )
        elif wrong:
            found.append("%s: %s %s." % (host, option, wrong))
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


def path_problems(values: t.Mapping[str, t.Any], host: str) -> list[str]:
    """Paths on the host, which stand in a unit and before and behind a colon of C(--volume)."""
    found = plain_problems(values, host)
    for option, value in values.items():
        if value and not found and not PATH.match(str(value)):
            found.append("%s: %s is %s; write an absolute path without a colon." % (host, option, ascii(str(value))))
    return found


def account_problems(values: t.Mapping[str, t.Any], host: str) -> list[str]:
    """Users of the host."""
    return [
        "%s: %s is %s, which is no name of a user; use letters, digits, dots, dashes and underscores."
        % (host, option, ascii(str(value)))
        for option, value in values.items()
        if not ACCOUNT.match(str(value))
    ]


def schedule_problems(values: t.Mapping[str, t.Any], host: str) -> list[str]:
    """Times for a timer."""
    return [
        "%s: %s is %s, which is no time of systemd; write one like daily or Mon 03:00 (man systemd.time)."
        % (host, option, ascii(str(value)))
        for option, value in values.items()
        if not SCHEDULE.match(str(value))
    ]


def port_problems(values: t.Mapping[str, t.Iterable[t.Any]], host: str) -> list[str]:
    """Ports and ranges of them, of which rules of a firewall are made; an empty one is none."""
    return [
        "%s: %s has %s, which is no port; write a number or a range like 31000-32000."
        % (host, option, ascii(str(port)))
        for option, ports in values.items()
        for port in ports
        if str(port or "") and not PORT.match(str(port))
    ]


def word_problems(values: t.Mapping[str, t.Iterable[t.Any]], host: str) -> list[str]:
    """Options that are lists of words, each of which is quoted where it stands."""
    return _each(values, lambda word: _wrong_word(str(word)), host)


def line_problems(values: t.Mapping[str, t.Iterable[t.Any]], host: str) -> list[str]:
    """Options that are lists of which a line of properties is made."""
    return _each(values, _wrong_property, host)


def joined_problems(values: t.Mapping[str, t.Any], host: str) -> list[str]:
    """Options that are lists or dictionaries and are joined: a value with the sign between them would be two."""
    return _each(
        {name: _parts(value) for name, value in values.items()},
        lambda part: "has %s with a comma, an equals sign or white space; write each by itself" % ascii(str(part))
        if re.search(r"[,=\s]", str(part))
        else None,
        host,
    )


def java_problems(words: t.Iterable[t.Any], option: str, host: str) -> list[str]:
    """Options of a JVM that are one text with spaces, and stand in the list of processes."""
    found = []
    for word in words:
        name, has_value, _value = str(word).partition("=")
        if has_value and SECRET.search(name):
            found.append(
                "%s: %s gives the value of %s, which everyone on the host can read among the processes; write it into "
                "a file that only the user of the service can read and give @ and its path (Java 9 and newer)."
                % (host, option, masked.name_alone(name))
            )
        elif re.search(r"\s", str(word)):
            found.append("%s: %s has white space in %s; give each word by itself." % (host, option, ascii(name)))
    return found


def _parts(value: t.Any) -> list[t.Any]:
    if isinstance(value, t.Mapping):
        return [*value, *value.values()]
    return [] if value is None or isinstance(value, str) else list(value)


def _each(
    values: t.Mapping[str, t.Iterable[t.Any]], judge: t.Callable[[t.Any], str | None], host: str
) -> list[str]:
    return [
        "%s: %s %s." % (host, option, next(reason for reason in reasons if reason))
        for option, reasons in ((option, [judge(word) for word in words]) for option, words in values.items())
        if any(reasons)
    ]


def property_problems(settings: t.Mapping[str, t.Any], option: str, host: str) -> list[str]:
    """What a file of C(name=value) lines would not keep; a value never shows."""
    found = []
    for name, value in settings.items():
        wrong = None if value is None else _wrong_property(value)
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
        wrong = _wrong_word(str(user.get("password", "")))
        # Java's reader of the file puts a property of the JVM there, or ends where there is none of that name.
        if not wrong and "${" in str(user.get("password", "")):
            wrong = "has ${, which Java replaces; choose another"
        if wrong:
            found.append("%s: the password of %s in %s %s." % (host, ascii(name), option, wrong))
    return found
