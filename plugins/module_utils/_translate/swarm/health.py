# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health check of a service, which runs inside the container."""

from __future__ import annotations

import re
from typing import Any, Optional

from .. import escape
from ..model.workload import COMMAND, HTTP, Check
from ..notes import APPROXIMATE, MANUAL, SWARM, Notes
from .units import NANOSECONDS

# 0 retries are the default of 3 to Docker.
_NEVER = 1_000_000
_PLAIN = re.compile(r"[A-Za-z0-9:/._~%-]+")


def healthcheck(check: Optional[Check], notes: Notes) -> dict[str, Any]:
    if check is None:
        # The image's own check would kill tasks that Mesos let live.
        return {"Test": ["NONE"]}
    if check.failures == 0:
        text = "0 means never kill; a very high retry count stands in for it"
        notes.add(SWARM, APPROXIMATE, f"{check.at}/maxConsecutiveFailures", text)
    return {
        "Test": _test(check, notes),
        "Interval": check.interval * NANOSECONDS,
        "Timeout": check.timeout * NANOSECONDS,
        "Retries": check.failures or _NEVER,
        "StartPeriod": check.grace * NANOSECONDS,
    }


def _test(check: Check, notes: Notes) -> list[str]:
    if check.kind == COMMAND:
        return ["CMD", *check.argv] if check.argv else ["CMD-SHELL", check.shell or ""]
    host = "::1" if check.ipv6 else "127.0.0.1"
    if check.kind != HTTP:
        notes.add(SWARM, MANUAL, check.at, "the check runs inside the container: the image needs nc")
        return ["CMD-SHELL", f"nc -z -w {check.timeout} {host} {check.port} || exit 1"]
    notes.add(SWARM, MANUAL, check.at, "the check runs inside the container: the image needs curl or wget")
    address = f"[{host}]" if check.ipv6 else host
    url = f"{check.scheme.lower()}://{address}:{check.port}{check.path}"
    url = url if _PLAIN.fullmatch(url) else escape.quoted(url)
    asked = f"curl -fsSLk -m {check.timeout} -o /dev/null {url} || wget -q -T {check.timeout} -O /dev/null {url}"
    return ["CMD-SHELL", f"{asked} || exit 1"]
