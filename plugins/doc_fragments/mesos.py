# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.doc_fragments import dcos_login


class ModuleDocFragment:
    DOCUMENTATION: str = dcos_login.with_login(
        "MESOS",
        r"""
options:
  url:
    description:
      - Address of a Mesos master, for example V(http://master1.example.com:5050), or a list of them.
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
""",
    )
