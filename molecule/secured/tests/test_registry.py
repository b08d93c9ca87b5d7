"""Images that the registry gives for a password alone: pulled beforehand by the role, and by a task that fetches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab_cluster import eventually

if TYPE_CHECKING:
    from conftest import Secured

APP = "/v2/apps/locked"


@pytest.fixture(scope="module")
def images(secured: Secured) -> str:
    return f"{secured.config.registry.address}:5001/library"


def test_who_has_no_password_gets_no_image(secured: Secured, images: str) -> None:
    shell = secured.cluster.shell(secured.config.in_group("mesos_slaves")[0])
    # What the role and tasks logged in with is kept by no daemon and for no later user.
    refused = shell.run(f"docker pull {images}/tomcat:latest")
    assert refused.rc != 0
    assert "no basic auth credentials" in refused.stderr


def test_the_role_pulls_beforehand(secured: Secured, images: str) -> None:
    for host in secured.config.in_group("mesos_slaves"):
        shell = secured.cluster.shell(host)
        assert shell.run(f"docker image inspect {images}/nginx:latest").rc == 0
        archive = shell.file("/etc/docker.tar.gz")
        assert (archive.mode, archive.user) == (0o600, "root")


def test_a_task_pulls_with_what_it_fetches(secured: Secured, images: str) -> None:
    (node, *_) = secured.config.in_group("marathon")
    app = {
        "id": "/locked", "cpus": 0.1, "mem": 32, "instances": 1, "cmd": "sleep 1000", "networks": [{"mode": "host"}],
        "fetch": [{"uri": "file:///etc/docker.tar.gz"}],
        "container": {"type": "DOCKER", "docker": {"image": f"{images}/python:3", "forcePullImage": True}},
    }  # fmt: skip

    def states() -> list[str]:
        return [task["state"] for task in secured.get(node, 8443, f"{APP}/tasks", "marathon").json()["tasks"]]

    assert secured.ask("PUT", node, 8443, APP, "marathon", json=app).ok
    try:
        eventually("the app runs", 90, lambda: states() == ["TASK_RUNNING"])
    finally:
        secured.ask("DELETE", node, 8443, APP, "marathon")

    # Marathon forgets the app at once, its task ends when the deployment does.
    def tasks() -> list[str]:
        return [task["appId"] for task in secured.get(node, 8443, "/v2/tasks", "marathon").json()["tasks"]]

    eventually("the app's task is gone", 60, lambda: "/locked" not in tasks())
