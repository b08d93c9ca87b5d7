# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How Marathon is asked from a host of the cluster."""

    DOCUMENTATION = r"""
options:
  url:
    description: Addresses of Marathon.
    type: list
    elements: str
    required: true
  url_username:
    description: User name for HTTP basic authentication.
    type: str
  url_password:
    description: Password for HTTP basic authentication.
    type: str
  ca:
    description:
      - The certificates (PEM) of the authorities that are trusted for HTTPS, instead of those of the system.
    type: str
"""
