# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer that goes on, by what Ansible has on every managed host."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any, Iterator, Mapping
from urllib.error import HTTPError

from . import host_request
from .errors import NoAnswer
from .exchange import Access, Answer
from .host_session import no_answer

_MOST_BYTES = 65536


class HostStream:
    """refusal is the answer of a server that gives no stream, else None."""

    def __init__(
        self, access: Access, url: str, body: Any, silence: float, headers: Mapping[str, str] | None = None
    ) -> None:
        """body is sent as JSON; silence is the longest time without a byte, in seconds. Raises NoAnswer."""
        self.refusal: Answer | None = None
        self.headers: Any = {}
        try:
            self._answer = host_request.send(
                url,
                access,
                silence,
                data=json.dumps(body),
                method="POST",
                headers={"Accept": "application/json", "Content-Type": "application/json", **(headers or {})},
                validate_certs=access.validate_certs,
            )
            self.headers = self._answer.headers
        except HTTPError as error:
            self.refusal = Answer(error.code, _beginning(error), error.headers)
        # A ValueError is that of a host name that cannot be one.
        except (OSError, HTTPException, ValueError) as error:
            raise no_answer(error) from error

    @property
    def status(self) -> int:
        return 200 if self.refusal is None else self.refusal.status

    def parts(self) -> Iterator[bytes]:
        """As they come, until the server ends it. Raises NoAnswer where it breaks off."""
        while True:
            try:
                part = self._answer.read1(_MOST_BYTES)
            except (OSError, HTTPException, ValueError) as error:
                raise NoAnswer(str(no_answer(error)), arrived=True) from error
            if not part:
                return
            yield part

    def close(self) -> None:
        if self.refusal is None:
            self._answer.close()


def _beginning(refusal: HTTPError) -> str:
    """Its words, as far as they come."""
    try:
        return refusal.read(_MOST_BYTES).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""
