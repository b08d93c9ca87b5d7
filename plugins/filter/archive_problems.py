# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: archive_problems
short_description: Find out before anything changes that an archive cannot be installed
version_added: 0.1.0
description:
  - Looks at the option, at its checksum and, where the archive is on the controller, at the file.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: checksum, option, host
options:
  _input:
    description: A URL or an absolute path on the controller.
    type: str
    required: true
  checksum:
    description: The checksum that the archive must have.
    type: str
    required: true
extends_documentation_fragment:
  - quorum.mesos.problems
"""

EXAMPLES = r"""
problems: "{{ mesos_archive | quorum.mesos.archive_problems(checksum, 'mesos_archive', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import os
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils import programs


def archive_problems(archive: str | None, checksum: str | None, option: str, host: str) -> list[str]:
    if not archive:
        return ["%s: %s is not set; give the URL or the path of an archive, and %s_checksum." % (host, option, option)]
    digest = programs.digest_of(checksum or "")
    if digest is None:
        return [
            "%s: %s_checksum is '%s'; write the archive's SHA-256 as sha256:<64 hex digits>."
            % (host, option, checksum or "")
        ]
    if "://" in archive:
        return []
    path = os.path.expanduser(archive)
    if not os.path.isabs(path):
        return [
            "%s: %s is the relative path %s; write the whole path, for example with {{ inventory_dir }}."
            % (host, option, path)
        ]
    if not os.path.isfile(path):
        return [
            "%s: %s is %s, and the controller has no such file; give a path or URL that exists." % (host, option, path)
        ]
    found = programs.sha256(path)
    if found != digest:
        return [
            "%s: %s is %s, whose checksum is sha256:%s, and %s_checksum expects sha256:%s; "
            "fetch the archive again or correct the checksum." % (host, option, path, found, option, digest)
        ]
    return []


class FilterModule:
    """archive_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"archive_problems": archive_problems}
