# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.doc_fragments import dcos_login


class ModuleDocFragment:
    DOCUMENTATION: str = dcos_login.with_login(
        "MARATHON",
        r"""
options:
  url:
    description:
      - Address of Marathon, for example V(http://marathon.example.com:8080), or a list of them.
      - Any node of a Marathon cluster will do. With several addresses, the next one is asked when one does not answer
        or knows no leader.
      - A path in front of the API is part of the address, like V(https://cluster.example.com/service/marathon) for the
        Marathon of a DC/OS cluster. Leave out the path of an API call, like C(/v2/apps). Such an address is an error,
        not a Marathon on which nothing exists.
      - If not set, the environment variable E(MARATHON_URL) is used, in which commas separate several addresses.
      - It must not hold a user name or password; use O(url_username) and O(url_password).
      - The proxy of the environment (E(http_proxy), E(https_proxy), E(no_proxy)) is used. An error names it if it is
        the proxy that does not answer.
    type: list
    elements: str
    required: true
  url_username:
    description:
      - User name for HTTP basic authentication, or with O(url_login) for DC/OS.
      - If not set, the environment variable E(MARATHON_USERNAME) is used.
    type: str
    aliases: [username]
  url_password:
    description:
      - Password of O(url_username).
      - If not set, the environment variable E(MARATHON_PASSWORD) is used.
    type: str
    aliases: [password]
  url_token:
    description:
      - Token of a DC/OS cluster, which is sent as C(token=...) in the header C(Authorization). It excludes
        O(url_username) and O(url_password).
      - If not set, the environment variable E(MARATHON_TOKEN) is used.
    type: str
    aliases: [token]
    version_added: 0.3.0
  validate_certs:
    description:
      - Whether the certificate of an HTTPS address must be valid and be for the name in the address.
      - If not set, the environment variable E(MARATHON_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities that are trusted for HTTPS, instead of those that requests
        trusts, or a directory of such files as C(openssl rehash) makes it.
      - If not set, the environment variable E(MARATHON_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - PEM file with the certificate that is shown where one is asked for; it may hold its key too.
      - If not set, the environment variable E(MARATHON_CLIENT_CERT) is used.
    type: path
    version_added: 0.3.0
  client_key:
    description:
      - PEM file with the key of O(client_cert), without a passphrase.
      - If not set, the environment variable E(MARATHON_CLIENT_KEY) is used.
    type: path
    version_added: 0.3.0
  timeout:
    description:
      - Seconds of silence after which a single request counts as not answered. An answer that comes in pieces must be
        complete within ten times that.
      - If not set, the environment variable E(MARATHON_TIMEOUT) is used.
    type: int
    default: 30
  connect_timeout:
    description:
      - Seconds after which an address counts as one that nothing listens at.
      - If not set, the environment variable E(MARATHON_CONNECT_TIMEOUT) is used.
    type: int
    default: 10
    version_added: 0.3.0
requirements:
  - requests (Python library, on the host that executes the module)
  - cryptography (Python library, on the host that executes the module, for O(url_service_account) only)
notes:
  - Its rules are those of the sources of Marathon 1.11 (C(AppsResource.scala) and its neighbours, C(app.raml)) and, for
    older releases, of theirs.
  - The module talks to Marathon over HTTP from the host it is executed on, so tasks usually run on V(localhost).
  - Works with Marathon 0.13 to 1.11. A definition is sent in the form that the release understands; what it does not
    know is refused before anything is written.
  - Reads are repeated, with pauses of up to 8 seconds and for about 16 seconds while Marathon elects a leader. A write
    that may have arrived is never repeated blindly; what surely did not arrive is sent to the next address.
""",
    )
