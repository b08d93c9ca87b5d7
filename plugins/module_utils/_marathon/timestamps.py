# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of Marathon in one form, which can be compared as text.

The version of a pod is written to the millisecond, and that in the specReference of its instances as exactly as the
clock of the Java machine is (PodStatusConversion.scala), with as many digits as it needs.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_WITH_ZONE = re.compile(
    r"(?P<minute>\d{4}-\d\d-\d\dT\d\d:\d\d)((?P<second>:\d\d)(\.\d+)?)?(Z|[+-][01]\d:?[0-5]\d)", re.ASCII
)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d+))?(?:Z|\+00:00)$")


def is_time(text: str) -> bool:
    """Whether Marathon reads it as one. What has the form can still name a day that no month has."""
    found = _WITH_ZONE.fullmatch(text)
    if found is None:
        return False
    try:
        datetime.strptime(f"{found['minute']}{found['second'] or ':00'}", "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    return True


def to_milliseconds(text: Any) -> str:
    """Like 2020-10-29T12:00:00.120Z; what is no time in UTC stays as it is."""
    found = _TIME.match(str(text))
    if not found:
        return str(text)
    minute, second, fraction = found.groups()
    return f"{minute}{second or ':00'}.{(fraction or '')[:3].ljust(3, '0')}Z"


def version_of_instance(instance: dict[str, Any]) -> str:
    """That of the definition that an instance of a pod runs, empty where it is not told."""
    reference = str(instance.get("specReference") or "")
    return to_milliseconds(reference.rpartition("/")[2]) if reference else ""
