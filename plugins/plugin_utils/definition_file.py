# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition in a file of the controller, templated there."""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible.release import __version__ as core_version
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)
from jinja2.exceptions import TemplateSyntaxError

# Before 2.19 the lookup itself makes a mapping of a text that looks like one, unless it is told not to, which makes a
# text of the value of an expression too; since then it does neither, and the switch is deprecated.
_CONVERTS = tuple(int(part) for part in core_version.split(".")[:2]) < (2, 19)
_ONE_EXPRESSION = re.compile(r"\s*\{\{(?:(?!\{\{|\}\}).)*\}\}\s*", re.DOTALL)
# The last one is the header by which a file changes the others.
_TEMPLATE_MARKS = ("{{", "{%", "#jinja2:")
# What Ansible says without a line: since 2.19 of a variable, before that of a filter.
_UNKNOWN_NAME = re.compile(
    r"""'(?P<variable>\w+)' is undefined|Could not load "(?P<filter>[\w.]+)"|has no attribute '(?P<attribute>\w+)'"""
)
# {# is a part of shell commands, like ${#name}, so what begins a comment is what no text holds.
_NO_COMMENTS = {"comment_start_string": "\x00#", "comment_end_string": "#\x00"}


def find(action: ActionBase, src: str) -> str:
    """Its path, looked for where template and copy look for theirs."""
    missing = None
    for directory in ("templates", "files"):
        try:
            return str(action._find_needle(directory, src))
        except AnsibleError as error:
            missing = missing or error
    raise AnsibleActionFail(
        f"src {src!r} is not on the controller, neither among the templates nor among the files of the role or "
        f"playbook: {missing}"
    ) from None


def wants_template(arguments: dict[str, t.Any]) -> bool:
    """Takes the option template out of the arguments of a module."""
    value = arguments.pop("template", None)
    try:
        return True if value is None else boolean(value)
    except TypeError as error:
        raise AnsibleActionFail(f"template is true or false: {error}") from None


def read(action: ActionBase, path: str, task_vars: dict[str, t.Any], template: bool = True) -> t.Any:
    """The one value of the file; an error names line and column of what Jinja made of it."""
    return _read(action, path, task_vars, template, definition_files.parse)


def read_all(action: ActionBase, path: str, task_vars: dict[str, t.Any], template: bool = True) -> list[t.Any]:
    """The value of each YAML document of the file, of which most have one."""
    return _read(action, path, task_vars, template, definition_files.parse_all, lambda value: [value])


def _read(
    action: ActionBase,
    path: str,
    task_vars: dict[str, t.Any],
    template: bool,
    parse: t.Callable[[str, str], t.Any],
    wrap: t.Callable[[t.Any], t.Any] = lambda value: value,
) -> t.Any:
    place = ""
    try:
        text = _text(action, path)
        if template and any(mark in text for mark in _TEMPLATE_MARKS):
            # Jinja takes milliseconds for each of many files, so most are spared it.
            text = _templated(action, path, text, task_vars)
            if text is None:
                # What Ansible makes of a template that yields nothing.
                text = ""
            if not isinstance(text, str):
                # A file that is one expression gives the value of the expression.
                return wrap(text)
            place = " (in the templated text)"
        return parse(text, path)
    except DefinitionError as error:
        raise AnsibleActionFail(f"{error}{place}") from None


def _text(action: ActionBase, path: str) -> str:
    try:
        # What Ansible Vault encrypts is decrypted.
        data, _shown = action._loader._get_file_contents(path)
    except AnsibleError as error:
        raise AnsibleActionFail(f"src {path} cannot be read: {error}") from None
    return definition_files.text_of(data, path)


def _templated(action: ActionBase, path: str, text: str, task_vars: dict[str, t.Any]) -> t.Any:
    lookup = lookup_loader.get("ansible.builtin.template", loader=action._loader, templar=action._templar)
    text_only = {"convert_data": False} if _CONVERTS and not _ONE_EXPRESSION.fullmatch(text) else {}
    try:
        return lookup.run([path], variables=task_vars, **_NO_COMMENTS, **text_only)[0]
    except Exception as error:
        # Before 2.19 some errors of an expression, like a division by zero, come as Python raised them, and Ansible
        # quotes the whole file, which may hold secrets.
        reason = str(error).partition(". String: ")[0]
        line = _line(error, text)
        raise AnsibleActionFail(
            f"src {path} cannot be templated{f': line {line}' if line else ''}: {reason}. Text with {{{{ or {{% that "
            "is no template goes between {% raw %} and {% endraw %}; template=false switches templating off"
        ) from None


def _line(error: BaseException | None, text: str) -> int | None:
    """Where Jinja saw the error, which Ansible does not tell."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    for one in reversed(seen):
        if isinstance(one, TemplateSyntaxError):
            if one.lineno:
                return one.lineno
            continue
        trace = one.__traceback__
        lines = []
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
                # Until Jinja has rewritten the trace, its lines are those of the program that it made of the template.
                program = trace.tb_frame.f_globals.get("__jinja_template__")
                lines.append(program.get_corresponding_lineno(trace.tb_lineno) if program else trace.tb_lineno)
            trace = trace.tb_next
        if lines and lines[-1] <= text.count("\n") + 1:
            return lines[-1]
    name = _UNKNOWN_NAME.search(" ".join(map(str, seen)))
    word = next(filter(None, name.groups())) if name else ""
    used = name and re.search(rf"\{{[{{%][^\n]*\b{re.escape(word)}\b", text)
    return text.count("\n", 0, used.start()) + 1 if used else None
