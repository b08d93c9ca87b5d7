"""Images of the engine's programs and of ZooKeeper, for the roles' method ``container``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from lab import machine_docker
from lab.config import Program
from lab.images.build import BASE_TAG, HERE, build_image, local_tag
from lab.packages.build import version
from lab.rootfs import alone, built, recipe_digest

PYTHON = local_tag("python:3")
# Image -> what it runs of the engine and what it is built on.
ENGINE = {
    "mesos-master": ("sbin/mesos-master", PYTHON),
    "mesos-slave": ("sbin/mesos-slave", local_tag("docker-cli:1")),
    "marathon": ("bin/marathon", PYTHON),
}


def reference(name: str, engine: Program) -> str:
    """The image's name with the tag that belongs to this engine."""
    return f"{name}:{version(engine)}"


def _of_directory(name: str, directory: str, base: str, log: Callable[[str], None]) -> str:
    digest = recipe_digest(HERE / "base", HERE / "python", HERE / directory)
    client = machine_docker.client()
    try:
        if image_id := built(client, local_tag(name), digest):
            return image_id
    finally:
        client.close()
    log(f"building the image {name}")
    return build_image(name, HERE / directory, digest, base)


def _of_engine(name: str, engine: Program, log: Callable[[str], None]) -> str:
    program, base = ENGINE[name]
    tag = reference(name, engine)
    digest = recipe_digest(HERE / "base", HERE / "python", HERE / "docker-cli", HERE / "engine") + engine.checksum
    client = machine_docker.client()
    try:
        if image_id := built(client, local_tag(tag), digest):
            return image_id
    finally:
        client.close()
    log(f"building the image {tag}")
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(HERE / "engine", directory, dirs_exist_ok=True)
        shutil.copyfile(engine.archive, Path(directory) / "engine.tar.gz")
        return build_image(tag, Path(directory), digest, base, PROGRAM=program)


def build_all(engine: Program, log: Callable[[str], None]) -> dict[str, str]:
    """Builds what is not there yet, after the app images; returns the id of each image by its name."""
    with alone():
        _of_directory("docker-cli:1", "docker-cli", PYTHON, log)
        images = {reference(name, engine): _of_engine(name, engine, log) for name in ENGINE}
        zookeeper = reference("zookeeper", engine)
        return {**images, zookeeper: _of_directory(zookeeper, "zookeeper", BASE_TAG, log)}
