# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role marathon decides."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import settings
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# Marathon does not start with a variable of this kind that is none of its flags.
_FLAG_VARIABLE = re.compile("MARATHON_(?!APP_)")


def main(values: Values) -> dict[str, t.Any]:
    """The problems of the options and of the host."""
    host, known = values["inventory_hostname"], values["__marathon_known_flags"]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__marathon_needs"]),
            *common.install_problems(values["__marathon_origin"], "marathon", host, values["hostvars"][host]),
            *flags.problems(values["marathon_flags"], known, "marathon_flags", host),
            *flags.problems(values["__marathon_option_flags"], known, "marathon_", host),
            *settings.problems(values["__marathon_settings"], host),
            *common.unit_problems(values["__marathon_unit_values"], "marathon", host),
            *flags.environment_problems(values["__marathon_variables"], "the marathon_ options", host),
            *("%s: %s" % (host, problem) for problem in [*_foreign(values), *_heap(values, host)]),
        ]
    }


def _foreign(values: Values) -> list[str]:
    return [
        "marathon_environment has %s; give flags with marathon_flags, where they are checked." % variable
        for variable in values["marathon_environment"]
        if _FLAG_VARIABLE.match(str(variable))
    ]


def _heap(values: Values, host: str) -> list[str]:
    size = values["marathon_heap_size"]
    # The role's default gives way; a size that somebody has set does not.
    if not (values["__marathon_own_heap"] and size and "marathon_heap_size" in values["hostvars"][host]):
        return []
    return ["marathon_heap_size is %s, and marathon_java_opts has a heap of its own; set one of them." % size]
