# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _zookeeper_digest
short_description: "[INTERNAL] Hash a password as ZooKeeper's digest scheme does"
version_added: 0.1.0
description:
  - The form in which ACLs and C(DigestAuthenticationProvider.superDigest) have it.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: username
options:
  _input:
    description: The password.
    type: str
    required: true
  username:
    description: The user.
    type: str
    required: true
"""

EXAMPLES = r"""
# super:lK75jTNcA+U9vtVEw5vB51mj/w4=
digest: "{{ 'secret' | quorum.mesos._zookeeper_digest('super') }}"
"""

RETURN = r"""
_value:
  description: The user, a colon and the hash.
  type: str
"""

import base64
import hashlib
import typing as t


def zookeeper_digest(password: str, username: str) -> str:
    # ZooKeeper knows no other hash here by default.
    digest = hashlib.sha1(("%s:%s" % (username, password)).encode()).digest()
    return "%s:%s" % (username, base64.b64encode(digest).decode())


class FilterModule:
    """zookeeper_digest"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_zookeeper_digest": zookeeper_digest}
