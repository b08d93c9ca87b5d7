# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the event source, read as those of a module are."""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values

from .._marathon.module import argument_spec as marathon
from .._mesos import argument_spec as mesos

# What ansible-rulebook itself puts beside the options.
_NOT_OURS = ("eda_feedback_queue", "feedback")
# Where the login is read from a file: the option that names the file, and the one that it sets.
_FILES = {"url_password_file": "url_password", "url_token_file": "url_token"}


class OptionError(Exception):
    """An option that cannot be used, in one sentence."""


def spec() -> dict[str, dict[str, Any]]:
    connection = marathon.connection_spec()
    master = mesos.connection_spec()
    words = {"type": "list", "elements": "str", "default": []}
    return {
        **connection,
        "url": {**connection["url"], "required": False},
        "url_password_file": {"type": "path", "no_log": False},
        "url_token_file": {"type": "path", "no_log": False},
        "event_types": words,
        "apps": words,
        "secret_env": words,
        "secret_labels": words,
        "queue_interval": {"type": "int", "default": 30},
        "mesos": {"type": "dict", "options": {**master, "url_password_file": {"type": "path", "no_log": False}}},
    }


def read(args: Mapping[str, Any]) -> dict[str, Any]:
    """All options with their defaults. Raises OptionError."""
    given = _given(args)
    if isinstance(given.get("mesos"), dict):
        given["mesos"] = _given(given["mesos"])
    done = ArgumentSpecValidator(spec(), required_one_of=[["url", "mesos"]]).validate(given)
    if done.error_messages:
        raise OptionError(remove_values("; ".join(done.error_messages), done._no_log_values))
    options = done.validated_parameters
    if options["url"] == [""]:
        # Of an environment variable that is set and empty.
        options["url"] = None
    if not options["url"] and not options["mesos"]:
        raise OptionError("url names no address: give those of Marathon, or mesos")
    if options["queue_interval"] < 0:
        raise OptionError(f"queue_interval is {options['queue_interval']}: give a number of seconds, 0 or more")
    wrong = next((path for path in options["apps"] if not path.startswith("/")), None)
    if wrong is not None:
        raise OptionError(f"apps has {wrong!r}: give paths of apps, pods or groups that begin with /, like /shop")
    return options


def _given(args: Mapping[str, Any]) -> dict[str, Any]:
    """A rulebook gives None for a variable that is not set: then the environment counts, as without the option."""
    return {name: value for name, value in args.items() if name not in _NOT_OURS and value is not None}


def with_login(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with what their files hold now, so that a new password is used from the next connection on."""
    found = dict(options)
    for file_option, option in _FILES.items():
        path = options.get(file_option)
        if path:
            found[option] = _content(file_option, path)
    return found


def _content(option: str, path: str) -> str:
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as file:
            text = file.read().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise OptionError(f"{option} {path} cannot be read: {reason}; give a text file that holds it") from error
    if not text:
        raise OptionError(f"{option} {path} is empty: write it into the file")
    return text
