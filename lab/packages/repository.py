"""A flat apt repository with a signature: an index, its Release file and a key that only this lab has."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

from lab.config import LabError
from lab.packages import build

PUBLIC_KEY = "key.asc"
SECRET_KEY = "signing-key.asc"
INDEX = "Packages"
GPG_SECONDS = 60


def _gpg(home: Path, *arguments: str, text: str | None = None) -> str:
    done = subprocess.run(
        ["gpg", "--homedir", str(home), "--batch", "--yes", "--quiet", "--passphrase", "", *arguments],
        input=text, stdin=None if text is not None else subprocess.DEVNULL, capture_output=True, text=True,
        timeout=GPG_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise LabError(f"gpg {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def _home() -> Iterator[Path]:
    """A key ring of short life: the agent's socket does not work below a deep checkout."""
    with tempfile.TemporaryDirectory(prefix="quorum-lab-gpg-") as directory:
        try:
            yield Path(directory)
        finally:
            subprocess.run(
                ["gpgconf", "--homedir", directory, "--kill", "all"], stdin=subprocess.DEVNULL, capture_output=True,
                timeout=GPG_SECONDS, check=False,
            )  # fmt: skip


def ensure_key(directory: Path) -> Path:
    """The key with which this directory's repositories are signed, made once; returns the public part."""
    public, secret = directory / PUBLIC_KEY, directory / SECRET_KEY
    if public.exists():
        return public
    directory.mkdir(parents=True, exist_ok=True)
    with _home() as home:
        _gpg(home, "--quick-generate-key", "The lab <lab@quorum.invalid>", "ed25519", "sign", "never")
        secret.touch(mode=0o600)
        secret.write_text(_gpg(home, "--armor", "--export-secret-keys"))
        public.write_text(_gpg(home, "--armor", "--export"))
    return public


def index(packages: list[Path]) -> str:
    """The index of the packages, which lie beside it."""
    entries = []
    for path in packages:
        data = path.read_bytes()
        entries.append(
            f"{build.control_of(path).rstrip()}\nFilename: ./{path.name}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
        )
    return "\n".join(entries)


def release(text: str, now: float) -> str:
    """The file that vouches for an index and that is signed."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return (
        f"Origin: the lab\nLabel: the lab\nSuite: lab\nDate: {formatdate(now, usegmt=True)}\n"
        f"SHA256:\n {digest} {len(text.encode())} {INDEX}\n"
    )


def sign(directory: Path, text: str) -> str:
    """The text with a signature of the directory's key in it."""
    ensure_key(directory)
    with _home() as home:
        _gpg(home, "--import", str(directory / SECRET_KEY))
        return _gpg(home, "--clearsign", "--digest-algo", "SHA256", text=text)


def write(directory: Path, packages: list[Path], output: Path, now: float) -> Path:
    """Writes the repository into ``output``, unless it is there already; returns the key that apt must be given."""
    text = index(packages)
    written = output / INDEX
    if not written.exists() or written.read_text() != text:
        output.mkdir(parents=True, exist_ok=True)
        for old in output.iterdir():
            old.unlink()
        for path in packages:
            (output / path.name).write_bytes(path.read_bytes())
        (output / "InRelease").write_text(sign(directory, release(text, now)))
        written.write_text(text)
    return ensure_key(directory)
