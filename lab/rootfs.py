"""Images whose root file system mmdebstrap makes of Debian packages from the machine's own apt sources."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, ImageNotFound

from lab.config import BUILD, LabError

RECIPE_LABEL = "quorum.lab.recipe"
BUILD_SECONDS = 1200
CONFLICT = 409
LOCK = Path(tempfile.gettempdir()) / "quorum-lab-images.lock"


@contextmanager
def alone() -> Iterator[None]:
    """Waits until no other lab of this machine builds images: their names are the daemon's, and so everybody's."""
    with LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove(client: DockerClient, names: Iterable[str]) -> int:
    """Removes images, one after the other; returns how many. One that a container runs from stays."""
    removed = 0
    for name in names:
        try:
            client.images.remove(name, force=True)
            removed += 1
        except ImageNotFound:
            continue
        except APIError as error:
            if error.status_code != CONFLICT:
                raise LabError(f"The image {name} cannot be removed: {error.explanation}") from error
    return removed


def recipe_digest(*directories: Path) -> str:
    """A digest of every file in the directories, by name and content."""
    digest = hashlib.sha256()
    for directory in directories:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(directory)} {content}\n".encode())
    return digest.hexdigest()


def built(client: DockerClient, tag: str, digest: str) -> str | None:
    """The id of the image if this recipe made it."""
    try:
        image = client.images.get(tag)
    except ImageNotFound:
        return None
    return image.id if image.labels.get(RECIPE_LABEL) == digest else None


def apt_sources() -> tuple[str, Path]:
    """The suite of this Debian and the file that says where its packages come from."""
    os_release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    suite = os_release.get("VERSION_CODENAME", "").strip('"')
    if os_release.get("ID", "").strip('"') != "debian" or not suite:
        raise LabError("The lab builds its hosts from Debian packages and this machine is not Debian.")
    for path in (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")):
        if path.exists() and suite in path.read_text():
            return suite, path
    raise LabError(f"No apt source for {suite} in /etc/apt/sources.list or sources.list.d/debian.sources: add one.")


def build(
    client: DockerClient, what: str, base: Path, tag: str, changes: Sequence[str], log: Callable[[str], None]
) -> str:
    """Runs ``base/recipe.sh`` and imports its tar as ``tag``, unless this recipe made that image; returns its id.

    ``what`` names the image to people and its log below ``.build``; ``changes`` are Dockerfile instructions.
    """
    digest = recipe_digest(base)
    if image_id := built(client, tag, digest):
        return image_id
    suite, sources = apt_sources()
    log(f"building {what} from Debian {suite} packages")
    BUILD.mkdir(exist_ok=True)
    build_log = BUILD / f"{tag.partition(':')[0]}.log"
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        tar = Path(directory) / "rootfs.tar"
        with build_log.open("wb") as output:
            done = subprocess.run(
                [str(base / "recipe.sh"), suite, str(sources), str(tar)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=BUILD_SECONDS, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            last = build_log.read_text(errors="replace").strip().splitlines()[-1:]
            raise LabError(f"{what[0].upper()}{what[1:]} could not be built (see {build_log}): {''.join(last)}")
        options = [part for change in (*changes, f"LABEL {RECIPE_LABEL}={digest}") for part in ("--change", change)]
        subprocess.run(
            ["docker", "import", *options, str(tar), tag],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=BUILD_SECONDS, check=True,
        )  # fmt: skip
    return client.images.get(tag).id
