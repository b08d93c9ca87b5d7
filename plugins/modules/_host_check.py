#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _host_check
short_description: "[INTERNAL] Look at what a host must have before services are put on it"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Looks at the host once, so that the roles can refuse what cannot work before anything changes.
  - Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  directories:
    description:
      - Directories whose free space is told; of one that does not exist yet that of the nearest one above it.
    type: list
    elements: path
    default: []
  files:
    description:
      - Small files whose first line is told.
    type: list
    elements: path
    default: []
  units:
    description:
      - Units of systemd of which it is told whether they are active.
    type: list
    elements: str
    default: []
  services:
    description:
      - Units of systemd, without C(.service), of which it is told whether somebody has masked or stopped them.
    type: list
    elements: str
    default: []
  shared_address:
    description:
      - An IPv4 address that hosts share, also as V(192.0.2.100/24). Who answers for it is asked by ARP, which takes a
        second where nobody does.
    type: str
    default: ""
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads only, so it does the same in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - An action plugin of the same name adds RV(clock), because only the controller knows when it asked.
"""

EXAMPLES = r"""
- name: Gather the host's state
  quorum.mesos._host_check:
    directories: [/var/lib/zookeeper]
  register: host
"""

RETURN = r"""
cgroup:
  description: Version of the control groups, V(0) where there are none.
  returned: success
  type: int
  sample: 2
systemd:
  description: Whether systemd runs.
  returned: success
  type: bool
  sample: true
memory:
  description: All memory in MiB.
  returned: success
  type: int
  sample: 7945
directories:
  description:
    - For each of O(directories) the MiB that are free and all of its file system.
    - C(full) is whether no block or no inode is free there, C(read_only) whether it is mounted so.
  returned: success
  type: dict
  sample:
    /var/lib/mesos:
      free: 18422
      all: 40960
      full: false
      read_only: false
files:
  description: For each of O(files) its first line, or null.
  returned: success
  type: dict
  sample:
    /etc/mesos/zk: zk://master1.example.com:2181/mesos
units:
  description: For each of O(units) whether it is active.
  returned: success
  type: dict
  sample:
    mesos-slave.service: true
services:
  description:
    - For each of O(services) whether it is C(masked), and since when it is C(stopped), or null.
    - What the roles themselves have masked or stopped does not count, nor does a service that has failed.
  returned: success
  type: dict
  sample:
    mesos-master:
      masked: false
      stopped: Sun 2020-11-29 19:12:01 UTC
ports:
  description:
    - Where somebody listens with TCP, each with C(port), C(address), C(pid), C(process), C(units) and C(container).
    - C(pid) is null where root may not look at the processes of others; C(units) are then those of the socket's user.
  returned: success
  type: list
  elements: dict
  sample:
    - port: 5051
      pid: 812
      process: mesos-agent
      units: [mesos-slave.service]
      container: null
selinux:
  description: State of SELinux.
  returned: success
  type: str
  sample: enforcing
java:
  description: Version of the java in the path, or null.
  returned: success
  type: str
  sample: 17.0.11
libmesos:
  description: The libmesos of the Mesos on the host, or null.
  returned: success
  type: str
  sample: /opt/mesos/7f3ad7fc2e2e/lib/libmesos.so
libmesos_link:
  description: Whether Marathon's link to it is there.
  returned: success
  type: bool
  sample: true
addresses:
  description: C(ipv4) and C(ipv6), the addresses from which the host speaks to others, or null.
  returned: success
  type: dict
  sample:
    ipv4: 192.0.2.11
    ipv6: null
shared:
  description:
    - With O(shared_address), C(interfaces) with their IPv4 addresses.
    - C(answered) has the hardware address of another host that answers for the address, or null.
  returned: success
  type: dict
  sample:
    interfaces:
      eth0: [192.0.2.11/24]
    answered: null
time:
  description: The host's clock, in seconds since 1970.
  returned: success
  type: float
  sample: 1603974529.25
clock:
  description: The seconds by which the host's clock is ahead of the controller's, C(least) and C(most).
  returned: success
  type: dict
  sample:
    least: -0.01
    most: 0.02
"""

import ipaddress
import os
import re
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import facts, native, shared_address, sockets, stopped


def java_version(module: AnsibleModule) -> str | None:
    program = module.get_bin_path("java")
    if program is None:
        return None
    _code, output, error = module.run_command([program, "-version"])
    match = re.search(r'version "([^"]+)"', output + error)
    return match.group(1) if match else None


def is_active(module: AnsibleModule, unit: str) -> bool:
    program = module.get_bin_path("systemctl")
    return program is not None and module.run_command([program, "is-active", "--quiet", unit])[0] == 0


def services(module: AnsibleModule) -> dict[str, dict[str, t.Any]]:
    units = module.params["services"]
    program = module.get_bin_path("systemctl")
    if program is None or not units:
        return {}
    command = [program, "show", "--property=" + stopped.PROPERTIES, *("%s.service" % unit for unit in units)]
    code, output, _error = module.run_command(command, environ_update={"LC_ALL": "C"})
    if code != 0:
        return {}
    return {unit: stopped.state(unit, shown) for unit, shown in stopped.parse(units, output).items()}


def container_names(module: AnsibleModule) -> dict[str, str]:
    program = module.get_bin_path("docker")
    if program is None:
        return {}
    # Docker may hang; its names are not worth waiting for.
    command = ["timeout", "10", program, "ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}"]
    _code, output, _error = module.run_command(command)
    return dict(line.split(None, 1) for line in output.splitlines() if " " in line)


def shared(module: AnsibleModule) -> dict[str, t.Any]:
    """The host's interfaces, and who on its network answers for the address, if it is not the host itself."""
    program = module.get_bin_path("ip")
    shown = module.run_command([program, "-o", "-4", "addr", "show"])[1] if program else ""
    known = shared_address.interfaces(shown)
    found: dict[str, t.Any] = {"interfaces": known, "answered": None}
    try:
        address = str(ipaddress.IPv4Address(module.params["shared_address"].partition("/")[0]))
    except ValueError:
        return found
    interface = shared_address.on_link(known, address)
    own = any(one.partition("/")[0] == address for its in known.values() for one in its)
    if interface and not own:
        found["answered"] = shared_address.ask(interface, address)
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directories": {"type": "list", "elements": "path", "default": []},
            "files": {"type": "list", "elements": "path", "default": []},
            "units": {"type": "list", "elements": "str", "default": []},
            "services": {"type": "list", "elements": "str", "default": []},
            "shared_address": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    found: dict[str, t.Any] = {
        "time": time.time(),
        "cgroup": facts.cgroup_version(),
        "systemd": os.path.isdir("/run/systemd/system"),
        "memory": facts.memory(facts.text("/proc/meminfo")),
        "directories": {path: facts.free_disk(path) for path in module.params["directories"]},
        "files": {path: facts.first_line(path) for path in module.params["files"]},
        "units": {unit: is_active(module, unit) for unit in module.params["units"]},
        "services": services(module),
        "ports": sockets.read(lambda: container_names(module)),
        "selinux": facts.selinux(),
        "java": java_version(module),
        "libmesos": native.here(),
        "libmesos_link": os.path.islink(native.LINK),
        "addresses": facts.addresses(),
        "shared": shared(module) if module.params["shared_address"] else None,
    }
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
