# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _unit_words
short_description: "[INTERNAL] Quote words for the command line of a systemd unit"
version_added: 0.4.0
description:
  - In a command line of a unit systemd replaces C(%) and C($) and reads quotes and backslashes. The result is read as
    the words that were given.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description:
      - A list of words, or one text, which is split as a shell splits it, without replacing anything.
    type: raw
    required: true
"""

EXAMPLES = r"""
words: "{{ ['--label', 'share=50%'] | quorum.mesos._unit_words }}"
"""

RETURN = r"""
_value:
  description: The words as they stand in a unit.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import units


class FilterModule:
    """unit_words"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_unit_words": units.unit_words}
