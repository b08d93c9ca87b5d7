# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _scheduler_environment
short_description: "[INTERNAL] Add what a Marathon on the JVM needs to its environment"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Adds C(MESOS_NATIVE_JAVA_LIBRARY), and to C(JAVA_OPTS) the option without which Marathon does not start on Java 16
    and newer.
  - What the environment has already stays.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: runtime
options:
  _input:
    description: Variables and their values.
    type: dict
    required: true
  runtime:
    description: The result of P(quorum.mesos._scheduler_runtime#module), or an empty dictionary where it is not known.
    type: dict
    required: true
"""

EXAMPLES = r"""
# {'JAVA_OPTS': '-Xmx512m --add-opens=java.base/java.lang=ALL-UNNAMED',
#  'MESOS_NATIVE_JAVA_LIBRARY': '/etc/mesos/libmesos.so'}
variables: >-
  {{ {'JAVA_OPTS': '-Xmx512m'}
     | quorum.mesos._scheduler_environment({'jvm': true, 'java': 17, 'library': '/etc/mesos/libmesos.so'}) }}
"""

RETURN = r"""
_value:
  description: The variables.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import runtime


def scheduler_environment(variables: t.Mapping[str, t.Any], found: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return runtime.environment(variables, found)


class FilterModule:
    """scheduler_environment"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_scheduler_environment": scheduler_environment}
