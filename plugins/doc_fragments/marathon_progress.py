# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  progress:
    description:
      - Show a line whenever something moved during the wait, like the number of instances that run or the step of the
        deployment. Nothing is shown while nothing moves.
      - The lines go to the standard error of Ansible, so that an output that a program reads stays as it is.
      - After Ctrl-C, a line tells which deployments of the task go on, also with V(false).
      - They are shown where the task runs on the controller itself, that is with the connection plugin
        P(ansible.builtin.local#connection), which C(delegate_to=localhost) gives too. Nothing is shown with C(async),
        with C(no_log), in check mode, or if C(become) makes the module a user who must not write to files of the one
        who runs Ansible.
      - The modules for apps, pods, groups and sets end with one more line, which says what runs. In check mode it is
        the plan. It is shown with any connection, but neither with C(async) nor with C(no_log).
    type: bool
    default: true
    version_added: 0.3.0
"""
