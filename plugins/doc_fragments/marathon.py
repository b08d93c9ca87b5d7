# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of Marathon, like V(http://marathon.example.com:8080), or a list of them.
      - Any node of a Marathon cluster will do. With several addresses, the next one is asked when one does not answer.
      - If not set, the environment variable E(MARATHON_URL) is used, in which commas separate several addresses.
      - It must not hold a user name or password; use O(url_username) and O(url_password).
    type: list
    elements: str
    required: true
  url_username:
    description:
      - User name for HTTP basic authentication.
      - If not set, the environment variable E(MARATHON_USERNAME) is used.
    type: str
    aliases: [username]
  url_password:
    description:
      - Password for HTTP basic authentication.
      - If not set, the environment variable E(MARATHON_PASSWORD) is used.
    type: str
    aliases: [password]
  validate_certs:
    description: Whether the certificate of an HTTPS address must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities that are trusted for HTTPS, instead of those of the system.
    type: path
  timeout:
    description: Seconds after which a single request counts as not answered.
    type: int
    default: 30
requirements:
  - requests (Python library, on the host that executes the module)
notes:
  - The module talks to Marathon over HTTP from the host it is executed on, so tasks usually run on V(localhost).
  - Works with Marathon 0.13 to 1.11. A definition is sent in the form that the release understands; what it does not
    know is refused before anything is written.
"""
