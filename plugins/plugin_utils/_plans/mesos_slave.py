# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role mesos_slave decides."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources, settings
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# The role itself needs to know these, and the second ones where their option is set.
_OWN_FLAGS = (
    *("attributes", "hostname", "ip", "log_dir", "master", "port", "reconfiguration_policy", "resources"),
    "work_dir",
)
_OWN_FLAGS_IF_SET = ("credential", "http_credentials", "acls", "docker_config")
# An empty file is no log that has grown.
_SIZE = re.compile("[1-9][0-9]{0,11}[KMG]?$")
_COUNT = re.compile("[0-9]{1,2}$")
_MASTER = re.compile("(zk://[^/]+/.|file://|[^/:]+:[0-9]+$)")


def main(values: Values) -> dict[str, t.Any]:
    """The problems of the options, of the host and of the agent as it is."""
    host, known = values["inventory_hostname"], values["__mesos_slave_known_flags"]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__mesos_slave_needs"]),
            *common.install_problems(values["__mesos_slave_origin"], "mesos_slave", host, values["hostvars"][host]),
            *flags.problems(values["mesos_slave_flags"], known, "mesos_slave_flags", host),
            *flags.problems(values["__mesos_slave_option_flags"], known, "mesos_slave_", host),
            *flags.misplaced(values["mesos_slave_environment"], known, "MESOS_", "mesos_slave", host),
            *common.unit_problems(values["__mesos_slave_unit_values"], "mesos_slave", host),
            *flags.environment_problems(values["__mesos_slave_variables"], "the mesos_slave_ options", host),
            *resources.attribute_problems(values["mesos_slave_attributes"], "mesos_slave_attributes", host),
            *resources.resource_problems(values["mesos_slave_resources"], "mesos_slave_resources", host),
            *settings.problems(values["__mesos_slave_settings"], host),
            *(
                "%s: %s" % (host, problem)
                for problem in [
                    *_own_flags(values),
                    *common.zookeeper_url_problems(values, "mesos_slave_master", _MASTER),
                    *_identity(values),
                    *_hygiene(values),
                ]
            ),
        ]
    }


def _hygiene(values: Values) -> t.Iterator[str]:
    """What is kept of ended tasks, and of what running ones print."""
    size, keep, headroom = (
        values["mesos_slave_%s" % name] for name in ("sandbox_log_size", "sandbox_log_keep", "gc_disk_headroom")
    )
    if size not in (None, "") and not _SIZE.match(str(size)):
        yield "mesos_slave_sandbox_log_size is '%s'; write a size like 100M, with K, M or G." % size
    if not _COUNT.match(str(keep)):
        yield "mesos_slave_sandbox_log_keep is '%s'; write a number from 0 to 99." % keep
    if headroom not in (None, "") and not 0 <= _number(headroom) <= 1:
        yield "mesos_slave_gc_disk_headroom is '%s'; write a part of the disk from 0.0 to 1.0, like 0.1." % headroom


def _number(value: t.Any) -> float:
    """What is no number is refused as a flag."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0


def _own_flags(values: Values) -> list[str]:
    own = [*_OWN_FLAGS, *(name for name in _OWN_FLAGS_IF_SET if values["mesos_slave_%s" % name])]
    return common.own_flag_problems(values["mesos_slave_flags"], own, "mesos_slave")


def _identity(values: Values) -> list[str]:
    changes = values["__mesos_slave_changes"]
    if not changes or boolean(values["mesos_slave_allow_reset"], strict=False):
        return []
    return [
        "its agent would not start as the one that it is (%s); take that back, or set mesos_slave_allow_reset: true, "
        "with which it is drained and becomes a new agent." % "; ".join(changes)
    ]
