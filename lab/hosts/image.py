"""The image of a lab host, made of Debian packages from the machine's own apt sources."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import docker
from docker.errors import ImageNotFound

from lab.config import BUILD, LabError

HERE = Path(__file__).resolve().parent
TAG = "quorum-lab-host:latest"
RECIPE_LABEL = "quorum.lab.recipe"
BUILD_SECONDS = 1200


def _recipe_digest() -> str:
    digest = hashlib.sha256()
    for name in ("recipe.sh", "lab-init"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def apt_sources() -> tuple[str, Path]:
    """The suite of this Debian and the file that says where its packages come from."""
    os_release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    suite = os_release.get("VERSION_CODENAME", "").strip('"')
    if os_release.get("ID", "").strip('"') != "debian" or not suite:
        raise LabError("The lab builds its hosts from Debian packages and this machine is not Debian.")
    for path in (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")):
        if path.exists() and suite in path.read_text():
            return suite, path
    raise LabError(f"No apt source for {suite} in /etc/apt/sources.list or sources.list.d/debian.sources: add one.")


def build(client: docker.DockerClient, log: Callable[[str], None]) -> str:
    """Builds the image unless this recipe's image exists; returns its id."""
    digest = _recipe_digest()
    try:
        image = client.images.get(TAG)
        if image.labels.get(RECIPE_LABEL) == digest:
            return image.id
    except ImageNotFound:
        pass
    suite, sources = apt_sources()
    log(f"building the host image from Debian {suite} packages (about a minute)")
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        tar = Path(directory) / "host.tar"
        build_log = BUILD / "host-image.log"
        with build_log.open("wb") as output:
            done = subprocess.run(
                [str(HERE / "recipe.sh"), suite, str(sources), str(tar), str(HERE)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=BUILD_SECONDS, check=False,
            )
        if done.returncode != 0:
            last = build_log.read_text(errors="replace").strip().splitlines()[-1:]
            raise LabError(f"The host image could not be built (see {build_log}): {''.join(last)}")
        subprocess.run(
            ["docker", "import", "--change", 'CMD ["/usr/local/sbin/lab-init"]',
             "--change", f"LABEL {RECIPE_LABEL}={digest}", str(tar), TAG],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=BUILD_SECONDS, check=True,
        )  # fmt: skip
    return client.images.get(TAG).id


def remove(client: docker.DockerClient) -> int:
    """Removes the image; returns how many were there."""
    try:
        client.images.remove(TAG, force=True)
    except ImageNotFound:
        return 0
    return 1
