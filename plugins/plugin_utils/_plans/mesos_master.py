# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role mesos_master decides."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import quorum_change, settings
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# The role itself needs to know these.
_OWN_FLAGS = ("ip", "log_dir", "port", "quorum", "registry", "work_dir", "zk", "zk_session_timeout")
_ZOOKEEPER = re.compile(r"zk://[^/]+/.")


def main(values: Values) -> dict[str, t.Any]:
    """The problems of the options and of the host."""
    host, known = values["inventory_hostname"], values["__mesos_master_known_flags"]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__mesos_master_needs"]),
            *common.install_problems(values["__mesos_master_origin"], "mesos_master", host, values["hostvars"][host]),
            *flags.problems(values["mesos_master_flags"], known, "mesos_master_flags", host),
            *flags.problems(values["__mesos_master_option_flags"], known, "mesos_master_", host),
            *flags.misplaced(values["mesos_master_environment"], known, "MESOS_", "mesos_master", host),
            *settings.problems(values["__mesos_master_settings"], host),
            *common.unit_problems(values["__mesos_master_unit_values"], "mesos_master", host),
            *flags.environment_problems(values["__mesos_master_variables"], "the mesos_master_ options", host),
            *(
                "%s: %s" % (host, problem)
                for problem in [
                    *common.group_problems(values, "mesos_master_group"),
                    *_quorum(values),
                    *_own_flags(values),
                    *common.zookeeper_url_problems(values, "mesos_master_zk", _ZOOKEEPER),
                ]
            ),
        ]
    }


def step(values: Values) -> dict[str, t.Any]:
    """The problems of the step from the masters that are to those that shall be."""
    state = values["__mesos_master_state"]
    switch = (
        quorum_change.switch_problems(
            state, values["__mesos_master_tls"], boolean(values["mesos_master_tls_downgrade"], strict=False)
        )
        if "running" in state
        else []
    )
    return {
        "problems": [
            "%s: %s" % (values["inventory_hostname"], problem)
            for problem in [*values["__mesos_master_plan"]["problems"], *switch]
        ]
    }


def _quorum(values: Values) -> list[str]:
    masters, quorum = len(values["__mesos_master_members"]), values["mesos_master_quorum"]
    least = masters // 2 + 1
    if least <= int(quorum) <= masters:
        return []
    return [
        "mesos_master_quorum is %s, and %d masters need %d; set that or leave the option out."
        % (quorum, masters, least)
    ]


def _own_flags(values: Values) -> list[str]:
    own = [
        *_OWN_FLAGS,
        *(["credentials"] if values["__mesos_master_all_credentials"] else []),
        *(["acls"] if values["mesos_master_acls"] else []),
    ]
    return common.own_flag_problems(values["mesos_master_flags"], own, "mesos_master")
