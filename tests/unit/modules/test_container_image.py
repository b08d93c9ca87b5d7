"""An image is pulled where the host's Docker does not have it, and only there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.modules import _container_image as container_image

NAME = "registry.example.org/mesos:1.11.0"


class Ended(Exception):
    """The module's answer."""


class FakeModule:
    """A host whose Docker has some images, can pull some, or does not run."""

    def __init__(self, state: str, images: set[str], pullable: set[str], check_mode: bool, docker: str | None) -> None:
        self.params = {"name": NAME, "state": state, "option": "mesos_master_image"}
        self.images, self.pullable, self.check_mode, self.docker = images, pullable, check_mode, docker

    def get_bin_path(self, _name: str) -> str | None:
        return "/usr/bin/docker" if self.docker else None

    def run_command(self, command: list[str], **_options: Any) -> tuple[int, str, str]:
        if self.docker == "stopped":
            return 1, "", "Cannot connect to the Docker daemon"
        if command[1:3] == ["image", "inspect"]:
            return (0, "sha256:1\n", "") if NAME in self.images else (1, "", "Error: No such image: " + NAME)
        if command[1] == "pull":
            self.images |= {NAME} & self.pullable
            return (0, NAME, "") if NAME in self.images else (1, "", "manifest unknown")
        self.images.discard(NAME)
        return 0, "", ""

    def exit_json(self, **result: Any) -> None:
        raise Ended(result)

    def fail_json(self, **result: Any) -> None:
        raise Ended({"failed": True, **result})


def answer(
    monkeypatch: pytest.MonkeyPatch, *, state: str = "present", images: set[str] | None = None,
    pullable: set[str] | None = None, check_mode: bool = False, docker: str | None = "running",
) -> dict[str, Any]:  # fmt: skip
    fake = FakeModule(state, images or set(), pullable or set(), check_mode, docker)
    monkeypatch.setattr(container_image, "AnsibleModule", lambda **_options: fake)
    with pytest.raises(Ended) as ended:
        container_image.main()
    return ended.value.args[0]


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"images": {NAME}}, {"changed": False, "id": "sha256:1"}),
        ({"pullable": {NAME}}, {"changed": True, "id": "sha256:1"}),
        ({"pullable": {NAME}, "check_mode": True}, {"changed": True, "id": ""}),
        ({"docker": None, "check_mode": True}, {"changed": True, "id": ""}),
        ({"docker": "stopped", "check_mode": True}, {"changed": True, "id": ""}),
        ({"images": {NAME}, "state": "absent"}, {"changed": True, "id": ""}),
        ({"images": {NAME}, "state": "absent", "check_mode": True}, {"changed": True, "id": "sha256:1"}),
        ({"state": "absent"}, {"changed": False, "id": ""}),
        ({"docker": None, "state": "absent"}, {"changed": False, "id": ""}),
    ],
)
def test_what_is_done(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], result: dict[str, Any]) -> None:
    assert answer(monkeypatch, **given) == result


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "cannot be pulled (manifest unknown); correct the name"),
        ({"docker": None}, "this host has no docker program; run the playbook quorum.mesos.docker first."),
        ({"docker": "stopped"}, "Docker does not answer on this host"),
    ],
)
def test_what_is_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], words: str) -> None:
    refused = answer(monkeypatch, **given)
    assert refused["failed"]
    assert refused["msg"].startswith(f"mesos_master_image is {NAME}: ")
    assert words in refused["msg"]
