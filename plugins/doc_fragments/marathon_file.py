# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The file with the one definition of a module."""

    DOCUMENTATION = r"""
options:
  src:
    description:
      - File on the controller with the definition, in JSON or in YAML if its name ends in C(.yml) or C(.yaml) before a
        C(.j2) if it has one. It is looked for where M(ansible.builtin.template) and M(ansible.builtin.copy) look, in
        C(templates) and then in C(files) of the role or playbook.
      - It is templated with Jinja, with the variables of the task. Put text that has C({{) or C({%) of its own between
        C({% raw %}) and C({% endraw %}), or set O(template=false). Unlike elsewhere, C({#) is text, because shell
        commands have it (C(${#name})).
      - Text that is not valid JSON or YAML is refused with the line and column in the templated text. So are a key that
        is there twice, a key of YAML that is no text (C(NO:)), and a file with several YAML documents, which
        M(quorum.mesos.marathon_apps) reads.
      - In YAML, words below C(env), C(environment), C(labels), C(parameters), C(options), C(args), C(argv) and
        C(constraints), and single values that are text to Marathon, like C(image) and C(user), are text as they are
        written, for example V(NO), V(1.10) or V(0644), without quotes too.
    type: path
  template:
    description: Template O(src) with Jinja.
    type: bool
    default: true
    version_added: 0.4.0
"""
