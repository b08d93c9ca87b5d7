#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _leave_note
short_description: "[INTERNAL] Note what of an app's way is done"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
  - Runs on the controller. Writes the state of an app at once, readable for its owner alone.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: partial
    details: The time of O(done) is another one with each run.
options:
  directory:
    description:
      - Directory of the files of the app.
    type: path
    required: true
  done:
    description:
      - The phase that has ended.
    type: str
    default: ""
  values:
    description:
      - What else is noted.
    type: dict
    default: {}
  back:
    description:
      - Whether everything is back, so that the next run begins anew.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Note that the service runs
  quorum.mesos._leave_note:
    directory: leave/shop_web
    done: start
"""

RETURN = r"""
state:
  description: The state as it is now, without the definition, which may have hashes of passwords among its labels.
  returned: success
  type: dict
  sample: {"id": "/shop/web", "done": {"save": "2026-01-31T22:00:00Z"}}
"""

import json
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file
from ansible_collections.quorum.mesos.plugins.module_utils._leave import kept


def noted(
    state: t.Mapping[str, t.Any], done: str, values: t.Mapping[str, t.Any], back: bool, now: str
) -> dict[str, t.Any]:
    if back:
        return {"id": state["id"], "back": now}
    found = {**state, **values}
    if done:
        found["done"] = {**found.get("done", {}), done: now}
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "done": {"type": "str", "default": ""},
            "values": {"type": "dict", "default": {}},
            "back": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    path = kept.path_of(module.params["directory"])
    try:
        with open(path, encoding="utf-8") as file:
            before = json.load(file)
    except (OSError, ValueError) as error:
        module.fail_json(msg="%s cannot be read (%s); run the phase save first." % (path, error))
    after = noted(before, module.params["done"], module.params["values"], module.params["back"], kept.now())
    if not module.check_mode:
        _private_file.write(module, path, kept.text_of(after).encode())
    module.exit_json(changed=True, state=kept.without_app(after, module.params["directory"]))


if __name__ == "__main__":
    main()
