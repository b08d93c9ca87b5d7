#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _program_kept
short_description: "[INTERNAL] Keep what a service is started from during an upgrade"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
  - Keeps the files that a service is started from, and which program it runs, in a directory of the host that only
    root may read, and puts the files back. Programs stay where they are. An archive has a directory of its own, an
    image stays on the host, and packages are installed again by the playbook.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  unit:
    description:
      - The systemd unit, without C(.service).
    type: str
    required: true
  state:
    description:
      - V(read) reports what runs and what is kept.
      - V(kept) keeps it. What an upgrade that was interrupted has kept already stays.
      - V(restored) puts the files back, and reports the packages whose old version is not installed, and whether the
        service has to be restarted for what is kept.
      - V(forgotten) removes what is kept.
    type: str
    choices: [read, kept, restored, forgotten]
    required: true
  files:
    description:
      - Files that the service reads, and others that go with its program. The unit is always one of them.
    type: list
    elements: path
    default: []
  packages:
    description:
      - The packages that the program may come from.
    type: list
    elements: str
    default: []
  family:
    description:
      - The family of the system.
    type: str
    choices: [debian, redhat]
    default: debian
  version:
    description:
      - What the program says of its version, to be kept with the rest.
    type: str
    default: ""
  target:
    description:
      - The program that it is to run from, to be kept with the rest.
    type: str
    default: ""
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
- name: Keep what Marathon is started from
  quorum.mesos._program_kept:
    unit: marathon
    state: kept
    files: [/etc/mesos/marathon.env]
"""

RETURN = r"""
program:
  description:
    - What the service runs from. C(archive) has the name of its directory, C(image) the image, C(packages) versions by
      name. C(installed) is whether its unit is there, C(kept) what is kept, C(unavailable) the packages whose version
      no repository of the host has.
  returned: success
  type: dict
  sample: {"archive": "7f3ad7fc2e2e", "image": "", "packages": {}, "installed": true, "kept": null, "unavailable": []}
restored:
  description: The files that were put back.
  returned: O(state=restored)
  type: list
  elements: str
  sample: [/etc/mesos/marathon.env]
missing:
  description: Packages of the old program as C(name=version), where another version is installed.
  returned: O(state=restored)
  type: list
  elements: str
  sample: [marathon=1.11.24-1]
running:
  description: Whether the service runs.
  returned: O(state=restored)
  type: bool
  sample: true
outdated:
  description: Why it does not run from what is kept.
  returned: O(state=restored), where it runs
  type: list
  elements: str
  sample: ["its unit has changed"]
"""

import re
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import facts, kept, running, started

_ENVIRONMENT = {"LC_ALL": "C"}


def _installed(module: AnsibleModule, names: t.Iterable[str]) -> dict[str, str]:
    """Versions of those packages that are installed."""
    found = {}
    for name in names:
        command = (
            ["rpm", "--query", "--queryformat", "%{VERSION}-%{RELEASE}", name]
            if module.params["family"] == "redhat"
            else ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", name]
        )
        code, output, _errors = module.run_command(command, environ_update=_ENVIRONMENT)
        words = output.split()
        if module.params["family"] == "debian":
            words = words[1:] if words[:1] == ["installed"] else []
        if code == 0 and words:
            found[name] = words[0]
    return found


def _unavailable(module: AnsibleModule, packages: t.Mapping[str, str]) -> list[str]:
    """Those whose version could not be installed again."""
    if module.params["family"] == "redhat":
        return []
    found = []
    for name, version in packages.items():
        _code, output, _errors = module.run_command(["apt-cache", "madison", name], environ_update=_ENVIRONMENT)
        known = re.findall(r"^\s*\S+ \| (\S+) \|", output, re.MULTILINE)
        if version not in known:
            found.append(name)
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "unit": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["read", "kept", "restored", "forgotten"], "required": True},
            "files": {"type": "list", "elements": "path", "default": []},
            "packages": {"type": "list", "elements": "str", "default": []},
            "family": {"type": "str", "choices": ["debian", "redhat"], "default": "debian"},
            "version": {"type": "str", "default": ""},
            "target": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    params = module.params
    unit, state = params["unit"], params["state"]
    text, record = facts.text(started.unit_file(unit)), facts.text(started.record_file(unit))
    packages = _installed(module, params["packages"])
    runs = kept.program(text, record, packages)
    before = kept.manifest(unit)
    result: dict[str, t.Any] = {
        "changed": False,
        "program": {
            **runs._asdict(),
            "installed": bool(text or packages),
            "kept": before,
            "unavailable": _unavailable(module, runs.packages),
        },
    }
    try:
        if state == "kept":
            what = {
                "program": runs._asdict(),
                "version": params["version"],
                "target": params["target"],
                "record": record,
                "invocation": running.Service(module.run_command, unit, [], {}).state().invocation,
            }
            result["changed"] = before is None if module.check_mode else kept.keep(unit, params["files"], what)
        elif state == "restored":
            old = before["program"]["packages"] if before else {}
            now = _installed(module, old)
            result["missing"] = ["%s=%s" % one for one in old.items() if now.get(one[0]) != one[1]]
            result["restored"] = [] if module.check_mode else kept.restore(unit, module.atomic_move)
            result["changed"] = bool(result["restored"])
            now_runs = running.Service(module.run_command, unit, [], {}).state()
            result["running"] = now_runs.running
            result["outdated"] = kept.outdated(before or {}, record, now_runs.invocation) if now_runs.running else []
        elif state == "forgotten":
            result["changed"] = before is not None if module.check_mode else kept.forget(unit)
    except running.ServiceError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(
            msg="What %s is started from cannot be kept or put back in %s (%s); make room or correct the rights there."
            % (unit, kept.KEPT, error)
        )
    module.exit_json(**result)


if __name__ == "__main__":
    main()
