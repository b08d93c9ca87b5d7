# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a service is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping

CONNECT_TIMEOUT = 10


@dataclass(frozen=True)
class Access:
    """timeout is the longest silence, in seconds."""

    username: str | None = None
    password: str | None = None
    token: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30
    connect_timeout: float = CONNECT_TIMEOUT


@dataclass(frozen=True)
class Answer:
    """headers has the names as they are written in HTTP; the real ones are found in any case of letters."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
