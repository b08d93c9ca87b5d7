# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What is secret in the definitions that a module writes."""

    DOCUMENTATION = r"""
options:
  secret_env:
    description:
      - Names of variables in C(env), of pods in C(environment), whose values are secret. They are masked in the
        results, in the diff and in what Ansible logs.
      - The sources of C(secrets), the credentials of an image registry, the name of C(pullConfig.secret), and a
        password or token inside a URL, for example in C(fetch) or C(artifacts), are masked without being named.
      - A variable or label whose name looks like that of a secret (C(PASSWORD), C(TOKEN), C(SECRET), C(API_KEY) and the
        like) is masked without being named too, and the head of the diff says so. Only the named ones are also hidden
        where they occur in other text. A name that no variable and no label has is a warning.
    type: list
    elements: str
    default: []
  secret_labels:
    description:
      - Names of C(labels) whose values are secret, for example the password of a proxy. They are masked like
        O(secret_env).
    type: list
    elements: str
    default: []
    version_added: 0.3.0
"""
