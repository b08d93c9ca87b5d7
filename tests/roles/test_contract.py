"""The roles' argument_specs, defaults and READMEs say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parent.parent.parent / "roles"
PUBLIC = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon"]


def load(role: str, path: str) -> Any:
    return yaml.safe_load((ROLES / role / path).read_text())


@pytest.mark.parametrize("role", PUBLIC)
def test_every_option_has_a_default(role: str) -> None:
    options = load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = load(role, "defaults/main.yml")
    assert list(options) == list(defaults)
    stated = {name: option["default"] for name, option in options.items() if "default" in option}
    assert stated == {name: defaults[name] for name in stated}


@pytest.mark.parametrize("role", PUBLIC)
def test_every_entry_point_is_there_and_described(role: str) -> None:
    specs = load(role, "meta/argument_specs.yml")["argument_specs"]
    assert set(specs) == {"main", "preflight", "health", "restart"}
    for name, spec in specs.items():
        assert (ROLES / role / "tasks" / f"{name}.yml").is_file()
        assert spec["short_description"]
        assert spec["description"]
        assert spec["options"] == specs["main"]["options"]


@pytest.mark.parametrize("role", PUBLIC)
def test_the_readme_names_every_option(role: str) -> None:
    readme = (ROLES / role / "README.md").read_text()
    missing = [name for name in load(role, "defaults/main.yml") if f"| `{name}` |" not in readme]
    assert missing == []
