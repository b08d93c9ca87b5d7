#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _secret_files
short_description: "[INTERNAL] Write files whose values nobody may see"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Writes files that may hold secrets. No value of them shows in a diff, in a result, in C(-vvv) or in the log of the
    host, whatever its name is. The diff has the names of the settings and which of them change.
  - A file has its owner and its mode from its first byte on.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  files:
    description:
      - A list of dictionaries. Each has C(path), and C(content) or C(src), a file of the controller that may be in a
        vault.
      - C(form) is how the diff names what changes, C(lines) of C(NAME=value), C(json), or C(whole), which names nothing
        and is the default. C(text) shows all of a file that has no secret, unless the
        host has it with a mode that keeps others from reading it.
      - C(owner), C(group) and C(mode) are those of the file if they differ from the options below.
      - C(src) may be a list of files, which become one.
      - C(check) is a command, as a list of words, that is given the new file in place of C(%s). Where it fails the file
        is not replaced, and what it says is the reason. Not run in check mode.
    type: raw
    required: true
  generated:
    description:
      - A file with JSON whose C(secret) takes the place of C(@generated@) in all files. Where it has none, 32 random
        bytes do, in base64; it should be one of O(files) then.
    type: path
  owner:
    description:
      - The user that the files belong to.
    type: str
    default: root
  group:
    description:
      - The group that the files belong to.
    type: str
    default: root
  mode:
    description:
      - The permissions of the files.
    type: str
    default: "0600"
  directory_mode:
    description:
      - The permissions of directories of the files that are missing and are created, for the user that runs the module.
        Without it a missing directory is an error.
    type: str
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Without the values.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Write the environment file
  quorum.mesos._secret_files:
    files:
      - path: /etc/mesos/marathon.env
        form: lines
        content: "{{ lookup('ansible.builtin.template', 'marathon.env.j2') }}"
"""

RETURN = r"""
paths:
  description: The files that were written, or whose owner or mode was set.
  returned: always
  type: list
  elements: str
  sample: [/etc/mesos/marathon.env]
"""

import base64
import grp
import json
import os
import pwd
import stat
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import (
    _masked as masked,
)
from ansible_collections.quorum.mesos.plugins.module_utils import (
    _private_file as private_file,
)

# Where a secret goes that the host makes itself.
PLACE = b"@generated@"


class Wanted(t.NamedTuple):
    path: str
    content: bytes
    form: str
    mode: int
    # Nothing where the host has no such user or group yet, which check mode meets.
    user: int | None
    group: int | None
    check: tuple[str, ...]


class Found(t.NamedTuple):
    content: bytes
    mode: int
    user: int
    group: int


def _find(path: str) -> Found | None:
    """The file as it is; a link is none, and is replaced."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW)) as file:
            status = os.fstat(file.fileno())
            return Found(file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    except OSError:
        return None


def _number(module: AnsibleModule, name: str, look_up: t.Callable[[str], int], what: str) -> int | None:
    if name.isdigit():
        return int(name)
    try:
        return look_up(name)
    except KeyError:
        if module.check_mode:
            return None
        return module.fail_json(msg="The host has no %s %s; create it first." % (what, name))


def _generated(path: str) -> bytes:
    """The secret that the file has, or a new one."""
    file = _find(path)
    try:
        secret = json.loads(file.content)["secret"] if file else None
    except (ValueError, KeyError, TypeError):
        secret = None
    return secret.encode() if secret and isinstance(secret, str) else base64.b64encode(os.urandom(32))


def _wanted(module: AnsibleModule) -> list[Wanted]:
    defaults = {name: module.params[name] for name in ("owner", "group", "mode")}
    generated = _generated(module.params["generated"]) if module.params["generated"] else PLACE
    found = []
    for file in json.loads(base64.b64decode(module.params["files"])):
        file = {"form": "whole", **defaults, **file}
        user = _number(module, file["owner"], lambda name: pwd.getpwnam(name).pw_uid, "user")
        group = _number(module, file["group"], lambda name: grp.getgrnam(name).gr_gid, "group")
        content = base64.b64decode(file["content"]).replace(PLACE, generated)
        rights = (int(file["mode"], 8), user, group)
        found.append(Wanted(file["path"], content, file["form"], *rights, tuple(file.get("check") or ())))
    return found


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _is_private(mode: int) -> bool:
    """Whether not all may read it: then it may hold a secret that the wanted content has no more."""
    return not mode & stat.S_IROTH


def _diff(wanted: Wanted, found: Found | None) -> dict[str, str]:
    before = _text(found.content) if found else None
    if wanted.form == "text" and not (found and _is_private(found.mode)):
        header = {"before_header": wanted.path, "after_header": wanted.path}
        diff = {**header, "before": before or "", "after": _text(wanted.content)}
    else:
        form = "whole" if wanted.form == "text" else wanted.form
        diff = masked.difference(wanted.path, before, _text(wanted.content), form)
    if found and found.mode != wanted.mode:
        diff["before"] += "(mode %04o)\n" % found.mode
        diff["after"] += "(mode %04o)\n" % wanted.mode
    if found and (found.user, found.group) != (wanted.user, wanted.group):
        diff["before"] += "(owner %s:%s)\n" % (found.user, found.group)
        diff["after"] += "(owner %s:%s)\n" % (wanted.user, wanted.group)
    return diff


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "raw", "required": True, "no_log": True},
            "generated": {"type": "path"},
            "owner": {"type": "str", "default": "root"},
            "group": {"type": "str", "default": "root"},
            "mode": {"type": "str", "default": "0600"},
            "directory_mode": {"type": "str"},
        },
        supports_check_mode=True,
    )
    paths, diffs = [], []
    for wanted in _wanted(module):
        found = _find(wanted.path)
        if found == Found(wanted.content, wanted.mode, wanted.user, wanted.group):
            continue
        paths.append(wanted.path)
        diffs.append(_diff(wanted, found))
        if not module.check_mode:
            if module.params["directory_mode"]:
                private_file.make_directory(
                    module, os.path.dirname(wanted.path), int(module.params["directory_mode"], 8)
                )
            rights = (wanted.mode, wanted.user, wanted.group)
            private_file.write(module, wanted.path, wanted.content, *rights, wanted.check)
    module.exit_json(changed=bool(paths), paths=paths, diff=diffs)


if __name__ == "__main__":
    main()
