# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  healthy_for:
    description:
      - Seconds that every instance must stay up before the wait succeeds. An instance that ends meanwhile and the one
        that replaces it begin anew.
      - Marathon ends a deployment as soon as an instance without health checks runs, so without this a command that
        fails after half a second looks deployed.
      - If not set, it is 3 seconds, or half of O(wait_timeout) if that is less, for apps and pods without health
        checks, and 0 for those that have some.
      - Instances from before the change count from their own start, by the clock of the host that executes the module.
      - It must be less than O(wait_timeout).
    type: int
    version_added: 0.4.0
  task_output:
    description:
      - When a wait fails and instances ended during it, add the last lines that the last one wrote to C(stderr) and
        C(stdout) to the message, and more of them to the result.
      - They are read from its sandbox by the HTTP API of the agent (C(/state), C(/files/read)), whose address the
        leading master tells (C(/slaves)). Both are asked without a login from the host that executes the module, for 5
        seconds at most. Where they cannot be read, the message says why.
      - Secrets of the definition and of the arguments are masked, also those that are known by their name alone, like
        C(DB_PASSWORD). Turn it off where tasks print other secrets.
    type: bool
    default: true
    version_added: 0.4.0
"""
