"""Building the app images: one shared Debian layer by mmdebstrap, then a Dockerfile for each app."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, BuildError, ImageNotFound

from lab import machine_docker
from lab.config import BUILD, LabError
from lab.hosts.image import apt_sources

HERE = Path(__file__).resolve().parent
BASE_TAG = "quorum-lab-app-base:latest"
RECIPE_LABEL = "quorum.lab.recipe"
BUILD_SECONDS = 600

# What an app definition calls the image -> the directory of its Dockerfile.
IMAGES = {"nginx:latest": "nginx", "tomcat:latest": "tomcat", "python:3": "python"}


def local_tag(name: str) -> str:
    """The image's name on this machine, which must not hide an image that somebody pulled."""
    return f"quorum-lab-{name}"


def recipe_digest(*directories: Path) -> str:
    """A digest of every file in the directories, by name and content."""
    digest = hashlib.sha256()
    for directory in directories:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(directory)} {content}\n".encode())
    return digest.hexdigest()


def _built(client: DockerClient, tag: str, digest: str) -> str | None:
    try:
        image = client.images.get(tag)
    except ImageNotFound:
        return None
    return image.id if image.labels.get(RECIPE_LABEL) == digest else None


def _build_base(client: DockerClient, log: Callable[[str], None]) -> None:
    digest = recipe_digest(HERE / "base")
    if _built(client, BASE_TAG, digest):
        return
    suite, sources = apt_sources()
    log(f"building the base of the app images from Debian {suite} packages")
    BUILD.mkdir(exist_ok=True)
    build_log = BUILD / "app-base-image.log"
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        tar = Path(directory) / "base.tar"
        with build_log.open("wb") as output:
            done = subprocess.run(
                [str(HERE / "base" / "recipe.sh"), suite, str(sources), str(tar)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=BUILD_SECONDS, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            last = build_log.read_text(errors="replace").strip().splitlines()[-1:]
            raise LabError(f"The base of the app images could not be built (see {build_log}): {''.join(last)}")
        repository, tag = BASE_TAG.split(":")
        changes = ['ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"', 'CMD ["/bin/sh"]']
        with tar.open("rb") as stream:
            client.api.import_image_from_data(
                stream, repository=repository, tag=tag, changes=[*changes, f"LABEL {RECIPE_LABEL}={digest}"]
            )


def _build_app(name: str, digest: str) -> str:
    directory = HERE / IMAGES[name]
    client = machine_docker.client()
    try:
        image, _ = client.images.build(
            path=str(directory), tag=local_tag(name), labels={RECIPE_LABEL: digest}, buildargs={"BASE": BASE_TAG},
            rm=True, forcerm=True, timeout=BUILD_SECONDS,
        )  # fmt: skip
        return image.id
    except (APIError, BuildError) as error:
        raise LabError(f"The image {name} could not be built from {directory / 'Dockerfile'}: {error}") from error
    finally:
        client.close()


def build_all(log: Callable[[str], None]) -> dict[str, str]:
    """Builds what this checkout's recipes have not built yet; returns the id of each image by its name."""
    client = machine_docker.client()
    try:
        digests = {name: recipe_digest(HERE / "base", HERE / directory) for name, directory in IMAGES.items()}
        found = {name: _built(client, local_tag(name), digest) for name, digest in digests.items()}
        missing = [name for name, image_id in found.items() if image_id is None]
        if missing:
            _build_base(client, log)
            log(f"building the app images {', '.join(missing)}")
    finally:
        client.close()
    # One after the other leaves the processors idle while packages are fetched.
    with ThreadPoolExecutor(max_workers=len(IMAGES)) as pool:
        built = dict(zip(missing, pool.map(lambda name: _build_app(name, digests[name]), missing), strict=True))
    return {name: image_id or built[name] for name, image_id in found.items()}


def remove_all(client: DockerClient) -> int:
    """Removes the app images, what older recipes left of them, and their base; returns how many were there."""
    older = [image.id for image in client.images.list(filters={"label": RECIPE_LABEL, "dangling": True})]
    removed = 0
    # The base goes last: Docker keeps an image from which another one was built.
    for name in [*map(local_tag, IMAGES), *older, BASE_TAG]:
        with suppress(ImageNotFound):
            client.images.remove(name, force=True)
            removed += 1
    return removed
