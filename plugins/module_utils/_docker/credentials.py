# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: credentials of registries in the form that Docker and Mesos read."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import typing as t


def config(credentials: t.Iterable[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """The content of a config.json; empty where there are no credentials."""
    auths = {
        item["registry"]: {"auth": base64.b64encode(("%(username)s:%(password)s" % item).encode()).decode()}
        for item in credentials
    }
    return {"auths": auths} if auths else {}


def archive(text: str) -> bytes:
    """The archive that a task unpacks in its sandbox, the same bytes for the same text."""
    content = text.encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        directory = tarfile.TarInfo(".docker")
        directory.type, directory.mode = tarfile.DIRTYPE, 0o700
        tar.addfile(directory)
        file = tarfile.TarInfo(".docker/config.json")
        file.size, file.mode = len(content), 0o600
        tar.addfile(file, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def content(packed: bytes) -> str | None:
    """The config.json in an archive; nothing where it has none or is none."""
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            file = tar.extractfile(".docker/config.json")
            return file.read().decode() if file else None
    except (tarfile.TarError, OSError, KeyError, EOFError, UnicodeDecodeError):
        return None
