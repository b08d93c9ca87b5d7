# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _unit_record
short_description: "[INTERNAL] Let a systemd unit record what it starts with"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - M(quorum.mesos._service_running) compares the record with what a start now would begin with.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: unit, files, source, old_systemd
options:
  _input:
    description: The text of the unit.
    type: str
    required: true
  unit:
    description: Its name, without C(.service).
    type: str
    required: true
  files:
    description: The files that the service reads when it starts.
    type: list
    elements: path
    required: true
  source:
    description:
      - Where the program comes from.
      - The C(method) of installation, the C(family) of the system, the C(package), the C(image)
        and the C(library) that it loads.
    type: dict
    required: true
  old_systemd:
    description: Whether the systemd of the host is older than 231.
    type: bool
    default: false
"""

EXAMPLES = r"""
text: "{{ unit | quorum.mesos._unit_record('marathon', ['/etc/mesos/marathon.env'], {'method': 'archive'}) }}"
"""

RETURN = r"""
_value:
  description: The text of the unit, with one line more.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._host import started


class FilterModule:
    """unit_record"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_unit_record": started.with_record}
