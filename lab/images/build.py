"""Building the app images: one shared Debian layer by mmdebstrap, then a Dockerfile for each app."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, BuildError

from lab import machine_docker, rootfs
from lab.config import LabError
from lab.rootfs import RECIPE_LABEL, alone, built, recipe_digest

HERE = Path(__file__).resolve().parent
BASE_TAG = "quorum-lab-app-base:latest"
BUILD_SECONDS = 600

# What an app definition calls the image -> the directory of its Dockerfile.
IMAGES = {"nginx:latest": "nginx", "tomcat:latest": "tomcat", "python:3": "python"}
# What the roles run with the method `container` (lab/images/programs.py); their tag is the engine's.
PROGRAMS = ("mesos-slave", "mesos-master", "marathon", "zookeeper", "docker-cli")


def local_tag(name: str) -> str:
    """The image's name on this machine, which must not hide an image that somebody pulled."""
    return f"quorum-lab-{name}"


def _build_base(client: DockerClient, log: Callable[[str], None]) -> None:
    changes = ['ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"', 'CMD ["/bin/sh"]']
    rootfs.build(client, "the base of the app images", HERE / "base", BASE_TAG, changes, log)


def build_image(name: str, directory: Path, digest: str, base: str, **arguments: str) -> str:
    """Builds the image of a directory with a Dockerfile; returns its id."""
    client = machine_docker.client()
    try:
        image, _ = client.images.build(
            path=str(directory), tag=local_tag(name), labels={RECIPE_LABEL: digest},
            buildargs={"BASE": base, **arguments}, rm=True, forcerm=True, timeout=BUILD_SECONDS,
        )  # fmt: skip
        return image.id
    except (APIError, BuildError) as error:
        raise LabError(f"The image {name} could not be built from {directory / 'Dockerfile'}: {error}") from error
    finally:
        client.close()


def _build_app(name: str, digest: str) -> str:
    return build_image(name, HERE / IMAGES[name], digest, BASE_TAG)


def build_all(log: Callable[[str], None]) -> dict[str, str]:
    """Builds what this checkout's recipes have not built yet; returns the id of each image by its name."""
    with alone():
        return _build_all(log)


def _build_all(log: Callable[[str], None]) -> dict[str, str]:
    client = machine_docker.client()
    try:
        digests = {name: recipe_digest(HERE / "base", HERE / directory) for name, directory in IMAGES.items()}
        found = {name: built(client, local_tag(name), digest) for name, digest in digests.items()}
        missing = [name for name, image_id in found.items() if image_id is None]
        if missing:
            _build_base(client, log)
            log(f"building the app images {', '.join(missing)}")
    finally:
        client.close()
    # One after the other leaves the processors idle while packages are fetched.
    with ThreadPoolExecutor(max_workers=len(IMAGES)) as pool:
        made = dict(zip(missing, pool.map(lambda name: _build_app(name, digests[name]), missing), strict=True))
    return {name: image_id or made[name] for name, image_id in found.items()}


def remove_all(client: DockerClient) -> int:
    """Removes the app images, what older recipes left of them, and their base; returns how many were there."""
    older = [image.id for image in client.images.list(filters={"label": RECIPE_LABEL, "dangling": True})]
    of_programs = [
        tag for image in client.images.list(filters={"label": RECIPE_LABEL}) for tag in image.tags
        if tag.partition(":")[0] in map(local_tag, PROGRAMS)
    ]  # fmt: skip
    # What others were built from goes last: Docker keeps it until then.
    return rootfs.remove(client, [*of_programs, *map(local_tag, IMAGES), *older, BASE_TAG])
