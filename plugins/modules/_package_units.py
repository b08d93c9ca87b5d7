#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _package_units
short_description: "[INTERNAL] Keep the services of a package from running unless they are the collection's own"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - A package of Mesos brings units for the master and for the agent, and old ones enable and start both.
  - A unit counts as ours where C(/etc/systemd/system) has a file of its name, which wins over the one of the package.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  units:
    description:
      - Names of the units that the package brings, without C(.service).
    type: list
    elements: str
    required: true
  own:
    description:
      - The units that the calling role is about to write, or that it restarts itself. They are not stopped, even if
        they still run from the package.
    type: list
    elements: str
    required: true
  running:
    description:
      - Whether V(held) also keeps those of O(own) that run from being stopped or restarted. The scripts of the package
        see an error then, which RPM passes over.
    type: bool
    default: false
  state:
    description:
      - V(held) lets every unit that does not run be started in vain, for the time in which the package is installed.
        Its scripts see no error.
      - V(masked) stops, disables and masks what is not ours and ends the hold.
      - V(free) ends the hold alone.
      - V(released) takes away masks, after the package is gone.
    type: str
    choices: [held, masked, free, released]
    required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Keep the agent of the package from running on a master
  quorum.mesos._package_units:
    units: [mesos-master, mesos-slave]
    own: [mesos-master]
    state: masked
"""

RETURN = r"""
units:
  description: The units that were changed.
  returned: success
  type: list
  elements: str
  sample: [mesos-slave.service]
"""

import os
import shutil
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import started

DIRECTORY = "/etc/systemd/system"
HOLD = "quorum-mesos-hold.conf"
# The root directory always exists, so a start is skipped and yet no error.
HOLD_TEXT = "# Until the package is installed and its services are masked.\n[Unit]\nConditionPathExists=!/\n"
RUNNING_TEXT = "# Until the package is installed.\n[Unit]\nRefuseManualStart=yes\nRefuseManualStop=yes\n"
NOWHERE = "/dev/null"


class Units:
    """The units of one package on this host."""

    def __init__(
        self,
        module: AnsibleModule,
        held_running: list[str],
        directory: str = DIRECTORY,
        mask_file: t.Callable[[str], str] = started.mask_file,
    ) -> None:
        self.module = module
        self.held_running = held_running
        self.directory = directory
        self.mask_file = mask_file

    def file(self, unit: str) -> str:
        return os.path.join(self.directory, unit + ".service")

    def hold_file(self, unit: str) -> str:
        return os.path.join(self.directory, unit + ".service.d", HOLD)

    def masked(self, unit: str) -> bool:
        return os.path.islink(self.file(unit)) and os.readlink(self.file(unit)) == NOWHERE

    def ours(self, unit: str) -> bool:
        return os.path.lexists(self.file(unit)) and not self.masked(unit)

    def active(self, unit: str) -> bool:
        code, output, _errors = self.systemctl("is-active", unit + ".service")
        return code == 0 or output.strip() in ("activating", "reloading")

    def systemctl(self, *arguments: str) -> tuple[int, str, str]:
        return self.module.run_command(["systemctl", *arguments], environ_update={"LC_ALL": "C"})

    def hold(self, unit: str) -> bool:
        active = self.active(unit)
        if os.path.exists(self.hold_file(unit)) or (active and unit not in self.held_running):
            return False
        if not self.module.check_mode:
            os.makedirs(os.path.dirname(self.hold_file(unit)), mode=0o755, exist_ok=True)
            with open(self.hold_file(unit), "w", encoding="utf-8") as file:
                file.write(RUNNING_TEXT if active else HOLD_TEXT)
            # A script that enables a masked unit ends in an error, and the package is left half installed.
            if self.masked(unit):
                os.unlink(self.file(unit))
        return True

    def end_hold(self, unit: str) -> bool:
        path = self.hold_file(unit)
        if not os.path.exists(path):
            return False
        if not self.module.check_mode:
            os.unlink(path)
            if not os.listdir(os.path.dirname(path)):
                shutil.rmtree(os.path.dirname(path))
        return True

    def mask(self, unit: str, own: list[str]) -> bool:
        wanted = not self.ours(unit) and not self.masked(unit) and not (unit in own and self.active(unit))
        if wanted and not self.module.check_mode:
            # Fails where there is no such unit yet, which is as good.
            self.systemctl("disable", "--now", unit + ".service")
            self._say_who(unit)
            os.symlink(NOWHERE, self.file(unit))
        return self.end_hold(unit) or wanted

    def _say_who(self, unit: str) -> None:
        """So that a mask that an interrupted run leaves is not taken for one of an operator."""
        os.makedirs(os.path.dirname(self.mask_file(unit)), mode=0o700, exist_ok=True)
        with open(self.mask_file(unit), "w", encoding="utf-8"):
            pass

    def release(self, unit: str) -> bool:
        wanted = self.masked(unit)
        if wanted and not self.module.check_mode:
            os.unlink(self.file(unit))
        return self.end_hold(unit) or wanted


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "units": {"type": "list", "elements": "str", "required": True},
            "own": {"type": "list", "elements": "str", "required": True},
            "running": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["held", "masked", "free", "released"], "required": True},
        },
        supports_check_mode=True,
    )
    units = Units(module, module.params["own"] if module.params["running"] else [])
    act = {
        "held": units.hold,
        "masked": lambda unit: units.mask(unit, module.params["own"]),
        "free": units.end_hold,
        "released": units.release,
    }[module.params["state"]]
    try:
        changed = [unit for unit in module.params["units"] if act(unit)]
    except OSError as error:
        module.fail_json(msg="The units of the package cannot be kept from running (%s); mend that." % error)
    if changed and not module.check_mode:
        units.systemctl("daemon-reload")
    module.exit_json(changed=bool(changed), units=changed)


if __name__ == "__main__":
    main()
