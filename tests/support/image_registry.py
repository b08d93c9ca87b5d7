"""An image registry on loopback: Debian's docker-registry, which the lab runs too, unpacked and not installed."""

from __future__ import annotations

import base64
import fcntl
import shutil
import subprocess
from pathlib import Path

import requests
from local_cluster import Program, free_port

BUILD = Path(__file__).resolve().parents[2] / ".build" / "docker-registry"
SECONDS = 300
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LOGIN = ("builder", "registry-horse")
# The password as bcrypt, which is all that the registry takes.
HASH = "$2b$05$quorumregistryquorumreZznWZ/x5Zlq5bxX/KYxwNCwUumMakJO"


class Unavailable(Exception):
    """It cannot be had here; the text says why."""


def program() -> Path:
    installed = shutil.which("docker-registry")
    if installed:
        return Path(installed)
    BUILD.mkdir(parents=True, exist_ok=True)
    found = BUILD / "usr" / "bin" / "docker-registry"
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            # Installed, it would start.
            _run("apt-get", "download", "docker-registry")
            (package,) = BUILD.glob("docker-registry_*.deb")
            _run("dpkg-deb", "--extract", str(package), str(BUILD))
            package.unlink()
    return found


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=BUILD, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"the Debian package docker-registry cannot be had: {error}") from error
    if done.returncode:
        raise Unavailable(f"the Debian package docker-registry cannot be had: {done.stderr.strip()[-300:]}")


def encoded() -> str:
    """The login as it stands in Docker's config.json."""
    return base64.b64encode(":".join(LOGIN).encode()).decode()


class Registry(Program):
    """Docker speaks plain HTTP to it, because it is on loopback."""

    def __init__(self, directory: Path, locked: bool = False) -> None:
        port = free_port()
        config = f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {directory / 'images'}}}}}\n"
        config += f'http: {{addr: "127.0.0.1:{port}"}}\n'
        if locked:
            (directory / "users").write_text(f"{LOGIN[0]}:{HASH}\n")
            config += f"auth: {{htpasswd: {{realm: tests, path: {directory / 'users'}}}}}\n"
        (directory / "registry.yml").write_text(config)
        command = [str(program()), "serve", str(directory / "registry.yml")]
        super().__init__("registry", command, directory, "127.0.0.1", port)
        self.ask.trust_env = False
        self.ask.auth = LOGIN if locked else None
        self.name = f"127.0.0.1:{port}"

    def __enter__(self) -> Registry:
        self.start()
        self.wait_answering("/v2/")
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def get(self, path: str) -> requests.Response:
        return self.ask.get(f"{self.url}/v2/{path}", headers={"Accept": MANIFEST}, timeout=30)

    def tags(self, repository: str) -> list[str]:
        return self.get(f"{repository}/tags/list").json().get("tags") or []
