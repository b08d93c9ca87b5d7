"""Archives of the lab engine that say another version, or whose programs do not do what they should."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from lab.config import Program
from labengine import MARATHON_VERSION, MESOS_VERSION

VERSIONS = "lib/python/labengine/__init__.py"
# What a program does in place of its work: it ends at once, or it never does anything.
ENDS = '#!/bin/sh\necho "broken on purpose" >&2\nexit 3\n'
HANGS = "#!/bin/sh\nexec sleep 100000\n"


def build(engine: Program, path: Path, version: str, programs: Mapping[str, str] | None = None) -> Program:
    """Writes an archive whose programs say that they are ``version``; ``programs`` are scripts that replace some."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(engine.archive) as old, tarfile.open(path, "w:gz", compresslevel=1) as new:
        for member in old:
            inside = member.name.partition("/")[2]
            content = old.extractfile(member) if member.isfile() else None
            data = content.read() if content else b""
            if inside == VERSIONS:
                text = data.decode()
                for own in (MESOS_VERSION, MARATHON_VERSION):
                    text = text.replace(f'"{own}"', f'"{version}"')
                data = text.encode()
            elif inside in (programs or {}):
                data = (programs or {})[inside].encode()
            member.size = len(data)
            new.addfile(member, io.BytesIO(data) if member.isfile() else None)
    return Program(str(path), f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


__all__ = ["ENDS", "HANGS", "build"]
