"""The options of the playbook image that are refused, and the version of another collection."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.filter._collection_version import collection_version
from ansible_collections.quorum.mesos.plugins.filter._image_problem import image_problem

DIGEST = "sha256:" + "0" * 64


def given(**changed: Any) -> dict[str, Any]:
    return {
        "src": "/srv/outyet", "name": "registry.example.org:5000/shop/outyet", "digest": "", "build_args": {},
        "app": "", "on_failure": "rollback", "try_port": "", "build_host": "localhost", "hosts": ["builder1"],
        "marathon": "http://m:8080",
        "timeouts": {"image_wait_timeout": 300, "image_try_timeout": "60"},
        **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"app": __file__},
        {"digest": DIGEST, "app": __file__, "src": ""},
        {"build_host": "builder1"},
        {"try_port": "8080"},
        {"build_args": {"VERSION": 1}},
        {"marathon": ""},
    ],
)
def test_what_can_work(changed: dict[str, Any]) -> None:
    assert image_problem(given(**changed)) == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "image_name is not set"),
        ({"name": "outyet"}, "image_name is outyet: it names no registry"),
        ({"src": ""}, "image_src is not set"),
        ({"digest": "sha256:12", "app": __file__}, "image_digest is sha256:12: write sha256: and 64"),
        ({"digest": DIGEST}, "image_digest needs image_app"),
        ({"app": "/nowhere/app.json"}, "image_app is /nowhere/app.json: there is no such file"),
        ({"app": __file__, "marathon": ""}, "No Marathon is known"),
        ({"build_args": ["A=1"]}, "image_build_args is no mapping"),
        ({"build_args": {"A": {"b": 1}}}, "image_build_args has no text for A"),
        ({"on_failure": "undo"}, "image_on_failure is undo: write rollback or leave"),
        ({"try_port": 0}, "image_try_port is 0"),
        ({"try_port": "web"}, "image_try_port is web"),
        ({"build_host": "builder"}, "image_build_host is builder: name one host"),
        ({"timeouts": {"image_wait_timeout": "soon"}}, "image_wait_timeout is soon: write a number of seconds"),
    ],
)
def test_what_cannot(changed: dict[str, Any], words: str) -> None:
    found = image_problem(given(**changed))
    assert words in found
    assert found.count(". ") == 0


def test_the_version_of_a_collection() -> None:
    assert collection_version("quorum.mesos")[0].isdigit()
    assert collection_version("quorum.nothing") == ""
