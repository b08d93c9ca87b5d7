# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: settings of services without the secrets in them."""

from __future__ import annotations

import re

from .._masked import HIDDEN, without_user

# Files of other names hold keys, passwords and credentials, and nothing else.
_SHOWN = re.compile(r"(\.env|\.service|/zoo\.cfg|/myid|/zk|/tmpfiles\.d/[^/]+\.conf)$")
_SECRET = r"(?:passw(?:or)?d|secret|token|credential|digest|private|api_?key|access_?key)"
_NAME = re.compile(_SECRET, re.IGNORECASE)
_INSIDE = re.compile(_SECRET + r"[\w.-]*[\"']?\s*[:=]", re.IGNORECASE)
_HARMLESS = re.compile(r"^(?:(?:file://)?/[^:@]*|true|false|)$")
_URL = re.compile(r"[\w+.-]+://[^\s\"',]+")


def without_secrets(path: str, text: str) -> str | None:
    """None for a file that is a secret as a whole."""
    if not _SHOWN.search(path):
        return None
    return "".join(_line(line) for line in text.splitlines(keepends=True))


def _line(line: str) -> str:
    name, equals, value = line.partition("=")
    bare = value.strip()
    if equals and not line.lstrip().startswith("#"):
        if _NAME.search(name) and not _HARMLESS.match(bare):
            return "%s=%s\n" % (name, HIDDEN)
        if _INSIDE.search(value):
            return "%s=%s\n" % (name, HIDDEN)
    return _URL.sub(lambda url: without_user(url.group()), line)
