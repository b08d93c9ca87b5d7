# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends calls to a master."""

from __future__ import annotations

from typing import Any, Mapping

from .._http.exchange import Answer
from .._http.host_session import HostSession
from .._http.host_stream import HostStream


class Transport(HostSession):
    def post(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """body is sent as JSON. Raises NoAnswer."""
        return self.exchange("POST", url, None, body, headers=headers)

    def stream(self, url: str, body: Any, silence: float) -> HostStream:
        """An answer that goes on, until nothing comes for so many seconds. Raises NoAnswer."""
        return HostStream(self._access, url, body, silence)
