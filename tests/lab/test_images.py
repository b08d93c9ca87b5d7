"""What the app images are made from, and when they are made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.images.build import HERE, IMAGES, local_tag
from lab.rootfs import recipe_digest

APPS = Path(__file__).resolve().parents[2] / "lab" / "apps"


def test_digest_follows_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    first = recipe_digest(tmp_path)
    assert recipe_digest(tmp_path) == first
    (tmp_path / "Dockerfile").write_text("FROM scratch\nUSER 1\n")
    second = recipe_digest(tmp_path)
    (tmp_path / "Dockerfile").rename(tmp_path / "Other")
    assert len({first, second, recipe_digest(tmp_path)}) == 3


@pytest.mark.parametrize("name", IMAGES)
def test_recipe_builds_on_the_shared_base(name: str) -> None:
    text = (HERE / IMAGES[name] / "Dockerfile").read_text()
    assert text.startswith("ARG BASE\nFROM $BASE\n")


def test_local_names_do_not_hide_pulled_images() -> None:
    assert not set(map(local_tag, IMAGES)) & set(IMAGES)


def test_every_image_of_the_apps_is_built() -> None:
    definitions = [json.loads(path.read_text()) for path in APPS.glob("*.json")]
    images = {app["container"]["docker"]["image"] for app in definitions if "container" in app}
    assert {image if ":" in image else f"{image}:latest" for image in images} == set(IMAGES)
