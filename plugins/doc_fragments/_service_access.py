# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How a service on the host is asked."""

    DOCUMENTATION = r"""
options:
  access:
    description:
      - How the service is asked. An empty text is as good as none.
    type: dict
    default: {}
    suboptions:
      url_username:
        description:
          - User for HTTP basic authentication.
        type: str
      url_password:
        description:
          - Password for HTTP basic authentication.
        type: str
      ca_path:
        description:
          - File on the host with the authorities that are trusted for HTTPS, instead of those of the system.
        type: path
      client_cert:
        description:
          - File on the host with the certificate that is shown to a service which asks for one.
        type: path
      client_key:
        description:
          - File on the host with the key of O(access.client_cert).
        type: path
      plain_too:
        description:
          - Ask an HTTPS address by plain HTTP where it does not speak TLS, as in a cluster that is being switched.
        type: bool
        default: false
"""
