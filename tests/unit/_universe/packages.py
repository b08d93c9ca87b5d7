"""Packages for the tests, as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._universe import package
from ansible_collections.quorum.mesos.plugins.module_utils._universe.package import Package

ABOUT = {
    "packagingVersion": "4.0",
    "name": "notes",
    "version": "1.0.0",
    "maintainer": "ops@example.com",
    "description": "example",
    "tags": ["example"],
}
TEMPLATE = '{"id": "/{{name}}", "cmd": "sleep {{seconds}}", "cpus": 0.1, "mem": 32}'
CONFIG = {
    "properties": {
        "name": {"type": "string", "default": "notes"},
        "seconds": {"type": "integer", "default": 1000},
    }
}
VECTORS = json.loads((Path(__file__).parent / "data" / "universe.json").read_text())["vectors"]


def content(files: dict[str, Any]) -> dict[str, bytes]:
    return {name: (value if isinstance(value, str) else json.dumps(value)).encode() for name, value in files.items()}


def files(**about: Any) -> dict[str, bytes]:
    return content(
        {package.PACKAGE: {**ABOUT, **about}, package.CONFIG: CONFIG, package.TEMPLATE: TEMPLATE},
    )


def built(template: str | None = TEMPLATE, resource: Any = None, release: int = 0, **about: Any) -> Package:
    parts = {"config": CONFIG, **about}
    config = parts.pop("config")
    return Package({**ABOUT, **parts}, release, config=config, resource=resource, template=template)


def write(directory: Path, parts: dict[str, bytes]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, value in parts.items():
        (directory / name).write_bytes(value)
