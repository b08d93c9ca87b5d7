# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a login at DC/OS, which those who ask Marathon and Mesos have in common."""

from __future__ import annotations

import yaml

_OPTIONS = r"""
  url_login:
    description:
      - Address of a DC/OS cluster, like V(https://cluster.example.com). O(url_username) and O(url_password) log in
        there for a token, which is sent as O(url_token) is. Without this option they are used for HTTP basic
        authentication.
      - The path of the login, C(/acs/api/v1/auth/login), is added to an address without it. A redirect is not followed.
      - With O(url_service_account) it is used instead of the C(login_endpoint) in the file, which often has a name that
        is known only inside the cluster.
      - With V(http://) the password is sent without encryption, which is a warning.
      - The login has the same options for certificates and time-outs as O(url), and its token is renewed once where it
        is not accepted any more.
      - If not set, the environment variable E({product}_LOGIN) is used. An empty text is no address, whatever that has.
    type: str
    version_added: 0.8.0
  url_service_account:
    description:
      - JSON file with the key of a DC/OS service account, that is C(uid), C(private_key) (RSA, in PEM) and, unless
        O(url_login) is set, C(login_endpoint), by HTTPS. Of the schemes, only V(RS256) is known. It excludes
        O(url_username), O(url_password) and O(url_token).
      - A token that is valid for 5 minutes is signed with the key and exchanged for a token of DC/OS that is valid for
        an hour. The key itself is never sent. The clock must be right, since DC/OS refuses an expired token.
      - It needs the Python library cryptography on the host that executes it.
      - If not set, the environment variable E({product}_SERVICE_ACCOUNT) is used.
    type: path
    version_added: 0.8.0
"""


def with_login(product: str, documentation: str) -> str:
    """The documentation of a fragment with these options; the names of their variables begin with the product."""
    found = yaml.safe_load(documentation)
    found["options"].update(yaml.safe_load(_OPTIONS.replace("{product}", product)))
    return yaml.safe_dump(found, sort_keys=False)
