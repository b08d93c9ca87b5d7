# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of a Mesos master, like V(http://master1.example.com:5050), or a list of them.
      - A path in front of the API is part of the address, like V(https://cluster.example.com/mesos) for the masters of
        a DC/OS cluster.
      - Any master will do; the leader is found through it. With several addresses, the next one is asked when one does
        not answer.
      - If not set, the environment variable E(MESOS_URL) is used, in which commas separate several addresses.
      - It must not hold a user name or password; use O(url_username) and O(url_password).
    type: list
    elements: str
    required: true
  url_username:
    description:
      - Principal for HTTP basic authentication, or with O(url_login) user name for DC/OS.
      - If not set, the environment variable E(MESOS_USERNAME) is used.
    type: str
    aliases: [username]
  url_password:
    description:
      - Secret or password of O(url_username).
      - If not set, the environment variable E(MESOS_PASSWORD) is used.
    type: str
    aliases: [password]
  url_token:
    description:
      - Token of a DC/OS cluster, which is sent as C(token=...) in the header C(Authorization). It excludes
        O(url_username) and O(url_password).
      - If not set, the environment variable E(MESOS_TOKEN) is used.
    type: str
    aliases: [token]
    version_added: 0.8.0
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
      - If not set, the environment variable E(MESOS_LOGIN) is used. An empty text is no address, whatever that has.
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
      - If not set, the environment variable E(MESOS_SERVICE_ACCOUNT) is used.
    type: path
    version_added: 0.8.0
  validate_certs:
    description: Whether the certificate of an HTTPS address must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities that are trusted for HTTPS, instead of those of the system.
    type: path
  client_cert:
    description:
      - File with the certificate that is shown to masters which ask for one.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert).
    type: path
  timeout:
    description:
      - Seconds of silence after which a single request counts as not answered. An answer that comes in pieces must be
        complete within ten times that.
    type: int
    default: 30
requirements:
  - cryptography (Python library, on the host that executes the module, for O(url_service_account) only)
notes:
  - The module talks to the masters over HTTP from the host it is executed on.
  - Mesos 1.9 or newer is needed.
"""
