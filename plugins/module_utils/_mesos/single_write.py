# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a write once and, where its answer got lost, looks whether it was done."""

from __future__ import annotations

from typing import Any, Callable

from .._words import ended
from .errors import MesosError, WriteUncertain
from .operator_api import OperatorApi


def written(api: OperatorApi, done: Callable[[], bool], kind: str, **content: Any) -> None:
    """done reads the master and says whether it has what the call writes."""
    try:
        api.write(kind, **content)
    except WriteUncertain as lost:
        try:
            there = done()
        except MesosError as error:
            raise WriteUncertain(f"{ended(lost)} Reading the master failed too: {error}", **error.facts) from error
        if not there:
            raise
