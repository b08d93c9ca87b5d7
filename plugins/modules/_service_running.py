#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _service_running
short_description: "[INTERNAL] Start a service, and compare what runs with what must run"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Starts a service that does not run, now and at boot. Never restarts one, which the roles do one host after another.
  - Reports why a running service must be restarted. The unit of the service records at each start the unit itself, the
    files that the program reads and the installed program (see P(quorum.mesos._unit_record#filter)).
  - Reloads systemd where it has not loaded the unit that is on disk.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  unit:
    description:
      - The systemd unit, without C(.service).
    type: str
    required: true
  files:
    description:
      - The files that the service reads when it starts.
    type: list
    elements: path
    required: true
  source:
    description:
      - Where the program comes from.
    type: dict
    required: true
    suboptions:
      method:
        description: V(package), V(archive) or V(container).
        type: str
        required: true
      family:
        description: The family of the system, V(debian) or V(redhat).
        type: str
      package:
        description: The package with the program, or a list of packages.
        type: raw
      image:
        description: The image.
        type: str
      library:
        description: A shared library that the program loads, or a link to one.
        type: str
  expected:
    description:
      - The C(digest) of RV(declared) of an earlier run of the module.
      - What the service would start with now must be the same, and the service must run with it, or the module fails.
    type: str
  start:
    description:
      - Start and enable the service. Otherwise it is only compared.
    type: bool
    default: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Ensure Marathon runs
  quorum.mesos._service_running:
    unit: marathon
    files: [/etc/mesos/marathon.env, /etc/systemd/system/marathon.service]
    source: {method: package, family: debian, package: marathon}
  notify: Restart marathon
"""

RETURN = r"""
reloadable:
  description: Whether a reload takes over all of RV(outdated), where a reload reads all but the unit anew.
  returned: success
  type: bool
  sample: true
running:
  description: Whether the service ran before the module started it.
  returned: success
  type: bool
  sample: true
declared:
  description:
    - The options O(unit), O(files) and O(source), and a C(digest) of what the service starts with.
    - The digest depends on the host too, so that it does not tell what a file with secrets holds.
  returned: success
  type: dict
  sample: {}
outdated:
  description: Why the running service must be restarted. Such a service counts as changed, unless O(start=false).
  returned: success
  type: list
  elements: str
  sample: ["marathon is 1.11.24-2, and it was started from 1.11.24-1"]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import running
from ansible_collections.quorum.mesos.plugins.module_utils._host import started as started_with


def _compare(module: AnsibleModule, digest: str, outdated: list[str]) -> None:
    unit = module.params["unit"]
    if digest != module.params["expected"]:
        module.fail_json(
            msg="What %s starts with is not what this run has declared any more: somebody else has changed its files "
            "or its program meanwhile (%s). Find out who, and run again." % (unit, ", ".join(module.params["files"]))
        )
    if outdated:
        module.fail_json(
            msg="%s does not run with what this run has declared: %s. Run again, which restarts it; see "
            "journalctl -u %s." % (unit, "; ".join(outdated), unit)
        )


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "unit": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "required": True},
            "source": {"type": "dict", "required": True, "options": started_with.SOURCE},
            "expected": {"type": "str"},
            "start": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    service = running.Service(module.run_command, params["unit"], params["files"], params["source"])
    try:
        if not module.check_mode:
            service.load()
        was = service.state()
        outdated = service.outdated() if was.running else []
        digest = service.digest()
        started = params["start"] and not (was.running and was.enabled)
        if started and not module.check_mode:
            service.start()
    except running.ServiceError as error:
        module.fail_json(msg=str(error))
    if params["expected"] is not None:
        _compare(module, digest, outdated)
    declared = {**{name: params[name] for name in ("unit", "files", "source")}, "digest": digest}
    changed = bool(started or (params["start"] and outdated))
    diff = "".join("%s: %s; it must be restarted\n" % (params["unit"], reason) for reason in outdated)
    module.exit_json(
        changed=changed,
        running=was.running,
        outdated=outdated,
        reloadable=started_with.reloadable(outdated),
        declared=declared,
        diff={"prepared": diff} if diff else {},
    )


if __name__ == "__main__":
    main()
