# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the fragment marathon as lookups and inventories take them: from variables and the environment too."""

from __future__ import annotations

import typing as t

import yaml
from ansible_collections.quorum.mesos.plugins.doc_fragments import marathon
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import connection_spec
from ansible_collections.quorum.mesos.plugins.plugin_utils.connection import variable_of


def _options() -> dict[str, dict[str, t.Any]]:
    options = yaml.safe_load(marathon.ModuleDocFragment.DOCUMENTATION)["options"]
    # Asked for by the plugins themselves, because Ansible's own words name neither the variable nor the environment.
    del options["url"]["required"]
    options["url"]["description"].append("Without an address from the option, a variable or the environment it fails.")
    for name, argument in connection_spec().items():
        options[name]["vars"] = [{"name": variable_of(name)}]
        if "fallback" in argument:
            options[name]["env"] = [{"name": variable} for variable in argument["fallback"][1]]
    return options


class ModuleDocFragment:
    # With its type, since ansible-test takes a plain assignment for text that it can read.
    DOCUMENTATION: str = yaml.safe_dump(
        {
            "options": _options(),
            "requirements": [
                "requests (Python library, on the control node)",
                "cryptography (Python library, on the control node, for O(url_service_account) only)",
            ],
            "notes": ["Marathon is asked over HTTP from the control node."],
        },
        sort_keys=False,
    )
