# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition in a file of the controller, templated there."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible.release import __version__ as core_version
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import documents
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError

# Before 2.19 the lookup itself makes a mapping of a text that looks like one, unless it is told not to; since then it
# never does, and the switch is deprecated.
_TEXT_ONLY = {} if tuple(int(part) for part in core_version.split(".")[:2]) >= (2, 19) else {"convert_data": False}
# The last one is the header by which a file changes the others.
_TEMPLATE_MARKS = ("{{", "{%", "{#", "#jinja2:")


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


def read(action: ActionBase, path: str, task_vars: dict[str, t.Any]) -> t.Any:
    """The value of the JSON or YAML that Jinja makes of the file; an error names line and column of what it made."""
    plain = _without_templates(action, path)
    if plain is not None:
        return _parsed(plain, path)
    lookup = lookup_loader.get("ansible.builtin.template", loader=action._loader, templar=action._templar)
    try:
        text = lookup.run([path], variables=task_vars, **_TEXT_ONLY)[0]
    except AnsibleError as error:
        # Before 2.19 Ansible quotes the whole file, which may hold secrets.
        reason = str(error).partition(". String: ")[0]
        raise AnsibleActionFail(f"src {path} cannot be templated: {reason}") from None
    # A file that is one expression gives the value of the expression.
    if not isinstance(text, str):
        return text
    return _parsed(text, path, " (in the templated text)")


def _without_templates(action: ActionBase, path: str) -> str | None:
    """The text of a file that Jinja would leave as it is, which takes it milliseconds for each of many files."""
    try:
        data, _shown = action._loader._get_file_contents(path)
        text = data.decode("utf-8-sig")
    except (AnsibleError, UnicodeDecodeError):
        # Jinja's own words on it are as good as any.
        return None
    return None if any(mark in text for mark in _TEMPLATE_MARKS) else text


def _parsed(text: str, path: str, place: str = "") -> t.Any:
    try:
        return documents.parse(text, path)
    except DefinitionError as error:
        raise AnsibleActionFail(f"{error}{place}") from None
