#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _framework_principal
short_description: "[INTERNAL] Find out whether a framework may register with a principal"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Mesos refuses a framework that has registered another principal than it had. So the role asks the masters before it
    gives Marathon one.
  - Where no master answers, or the host does not have the certificates to ask with, as before the first start of a
    cluster, nothing is refused.
  - Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  name:
    description:
      - The name of the framework.
    type: str
    required: true
  principal:
    description:
      - The principal that it is to have. Empty for none.
    type: str
    default: ""
  option:
    description:
      - The option with the principal, for the sentence.
    type: str
    required: true
extends_documentation_fragment:
  - quorum.mesos.mesos
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details: Reads only, so it does the same in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Ask the masters for Marathon's principal
  quorum.mesos._framework_principal:
    url: http://master1.example.com:5050
    name: marathon
    principal: marathon
    option: marathon_mesos_principal
  register: principal
"""

RETURN = r"""
problem:
  description: Why Mesos would refuse the principal, as one sentence, or an empty text.
  returned: success
  type: str
  sample: ""
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._mesos import principals
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError, Unreachable


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **connection_spec(),
            "name": {"type": "str", "required": True},
            "principal": {"type": "str", "default": ""},
            "option": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    if any(params[name] and not os.path.exists(params[name]) for name in ("ca_path", "client_cert", "client_key")):
        # The role writes them before the first start.
        module.exit_json(changed=False, problem="")
    problem = ""
    try:
        # Without pauses: before the first start no master will answer, however long one waits.
        api = open_api(module, sleep=lambda seconds: None)
        found = principals.registered(api.call("GET_FRAMEWORKS"), params["name"])
        problem = principals.problem(found, params["principal"], params["option"]) or ""
    except Unreachable:
        # Nothing is registered with a cluster that does not run yet.
        pass
    except MesosError as error:
        module.warn("Whether Mesos accepts the principal of %s is not known: %s." % (params["name"], error))
    module.exit_json(changed=False, problem=problem)


if __name__ == "__main__":
    main()
