"""The image of a lab host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docker import DockerClient

from lab import rootfs

BASE = Path(__file__).resolve().parent / "base"
TAG = "quorum-lab-host:latest"


def build(client: DockerClient, log: Callable[[str], None]) -> str:
    """Builds the image unless this recipe's image exists; returns its id."""
    with rootfs.alone():
        return rootfs.build(client, "the host image", BASE, TAG, ['CMD ["/usr/local/sbin/lab-init"]'], log)


def remove(client: DockerClient) -> int:
    """Removes the image; returns how many were there."""
    return rootfs.remove(client, [TAG])
