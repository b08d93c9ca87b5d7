# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold secrets on a managed host."""

from __future__ import annotations

import os
import tempfile
import typing as t

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


def write(
    module: AnsibleModule,
    path: str,
    content: bytes,
    mode: int = 0o600,
    user: int | None = None,
    group: int | None = None,
    check: t.Sequence[str] = (),
) -> None:
    """Replaces a file, which has its rights from its first byte on.

    What moves files for Ansible gives a new one wider rights. Without a user and a group it belongs to who runs the
    module. Where the command ``check`` fails, with the new file in place of ``%s``, the old one stays.
    """
    temporary = None
    try:
        # Beside the file, so that it is replaced at once; no program takes a name like this for one of its files.
        handle, temporary = tempfile.mkstemp(prefix=".quorum-", dir=os.path.dirname(path))
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchown(handle, -1 if user is None else user, -1 if group is None else group)
            os.fchmod(handle, mode)
        _refuse(module, path, temporary, check)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        module.fail_json(msg="%s cannot be written (%s); correct that on the host." % (path, error.strerror))
    if module.selinux_enabled():
        module.set_default_selinux_context(path, False)


def make_directory(module: AnsibleModule, path: str, mode: int) -> None:
    """Creates a directory that is missing, and those above it that are missing too."""
    if os.path.isdir(path):
        return
    make_directory(module, os.path.dirname(path), mode)
    try:
        os.mkdir(path)
        # Whatever the umask takes away.
        os.chmod(path, mode)
    except OSError as error:
        module.fail_json(msg="%s cannot be created (%s); correct that on the host." % (path, error.strerror))
    if module.selinux_enabled():
        module.set_default_selinux_context(path, False)


def _refuse(module: AnsibleModule, path: str, new: str, check: t.Sequence[str]) -> None:
    if not check:
        return
    code, output, errors = module.run_command([word.replace("%s", new) for word in check])
    if code:
        os.unlink(new)
        lines = (errors or output).replace(new, path).splitlines()
        said = "; ".join(line.strip().rstrip(".") for line in lines if line.strip())
        module.fail_json(msg="%s was not replaced, because the new one is refused: %s." % (path, said))
