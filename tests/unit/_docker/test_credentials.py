"""Credentials of registries for Docker and for tasks of Mesos."""

from __future__ import annotations

import base64
import io
import tarfile

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import credentials


def test_config() -> None:
    found = credentials.config([{"registry": "r:5000", "username": "me", "password": "p:w"}])
    assert list(found["auths"]) == ["r:5000"]
    assert base64.b64decode(found["auths"]["r:5000"]["auth"]) == b"me:p:w"
    assert credentials.config([]) == {}


def test_archive_holds_the_file_for_its_owner_alone_and_is_always_the_same() -> None:
    packed = credentials.archive("text\n")
    assert packed == credentials.archive("text\n")
    assert credentials.content(packed) == "text\n"
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert [(item.name, item.mode) for item in tar] == [(".docker", 0o700), (".docker/config.json", 0o600)]


@pytest.mark.parametrize("packed", [b"", b"no archive", credentials.archive("x")[:20]])
def test_what_is_no_such_archive(packed: bytes) -> None:
    assert credentials.content(packed) is None
