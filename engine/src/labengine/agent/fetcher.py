"""Brings the URIs of a task into its sandbox."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from labengine.agent.sandbox import User
from labengine.agent.unpack import unpack

TAR_ENDINGS = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")


class FetchError(Exception):
    """One URI could not be fetched; the text is fit for a task's message."""


def fetch_all(
    uris: list[dict[str, Any]],
    sandbox: Path,
    user: User | None,
    *,
    frameworks_home: str = "",
    stall_timeout: float = 60.0,
) -> None:
    """Blocking: meant for a thread."""
    for uri in uris:
        before = set(sandbox.iterdir())
        try:
            _fetch(uri, sandbox, frameworks_home, stall_timeout)
        except (OSError, httpx.HTTPError, tarfile.TarError, zipfile.BadZipFile, shutil.Error) as error:
            raise FetchError(f"Failed to fetch '{_shown(uri['value'])}': {error or type(error).__name__}") from error
        if user:
            for path in set(sandbox.iterdir()) - before:
                _give_to(path, user)


def _shown(uri: str) -> str:
    """Messages travel to Marathon and into logs: without the password of the URI."""
    return re.sub(r"(?<=://)[^/@]*@", "xxxxxxxx@", uri)


def _fetch(uri: dict[str, Any], sandbox: Path, frameworks_home: str, stall_timeout: float) -> None:
    value = uri["value"]
    parts = urlsplit(value)
    name = uri.get("output_file") or PurePosixPath(unquote(parts.path)).name
    if not name:
        raise FetchError(f"Failed to fetch '{_shown(value)}': the URI names no file")
    target = sandbox / name
    if sandbox not in Path(os.path.normpath(target)).parents:
        raise FetchError(f"Failed to fetch '{_shown(value)}': output file '{name}' leads out of the sandbox")
    target.parent.mkdir(parents=True, exist_ok=True)
    if parts.scheme in ("http", "https"):
        _download(value, target, stall_timeout)
    elif parts.scheme in ("", "file"):
        source = Path(unquote(parts.path))
        if not source.is_absolute():
            if not frameworks_home:
                raise FetchError(
                    f"Failed to fetch '{_shown(value)}': a relative path was passed but the flag "
                    "frameworks_home is not set"
                )
            source = Path(frameworks_home) / source
        shutil.copy(source, target)
    else:
        raise FetchError(
            f"Failed to fetch '{_shown(value)}': unsupported scheme '{parts.scheme}'; http, https, file or a path"
        )
    if uri.get("executable"):
        target.chmod(0o755)
    elif uri.get("extract", True):
        _extract(target, sandbox)


def _download(url: str, target: Path, stall_timeout: float) -> None:
    with httpx.stream("GET", url, follow_redirects=True, timeout=stall_timeout) as response:
        if response.status_code != 200:
            raise FetchError(f"Failed to fetch '{_shown(url)}': the server answered {response.status_code}")
        with open(target, "wb") as stream:
            for chunk in response.iter_bytes():
                stream.write(chunk)


def _extract(archive: Path, sandbox: Path) -> None:
    name = archive.name.lower()
    if name.endswith(TAR_ENDINGS):
        unpack(archive, sandbox)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(archive) as content:
            for member in content.infolist():
                path = Path(content.extract(member, sandbox))
                if mode := (member.external_attr >> 16) & 0o777:
                    path.chmod(mode)


def _give_to(path: Path, user: User) -> None:
    os.chown(path, user.uid, user.gid, follow_symlinks=False)
    if path.is_dir() and not path.is_symlink():
        for entry in path.rglob("*"):
            os.chown(entry, user.uid, user.gid, follow_symlinks=False)
