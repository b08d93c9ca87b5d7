"""The event source documents the options that it takes, and the rulebooks and the guide give no other ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._events import options

EXTENSION = Path(__file__).resolve().parents[2] / "extensions" / "eda"
GUIDE = (EXTENSION.parents[1] / "docs" / "events.md").read_text(encoding="utf-8")
SOURCE = "quorum.mesos.marathon"
RULEBOOKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((EXTENSION / "rulebooks").glob("*.yml"))}


def constant(name: str) -> Any:
    plugin = EXTENSION / "plugins" / "event_source" / "marathon.py"
    for statement in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == name:
            return yaml.safe_load(ast.literal_eval(statement.value))
    raise LookupError(name)


def differences(documented: dict[str, Any], spec: dict[str, Any], place: str = "") -> list[str]:
    found = [f"{place}{name}" for name in set(documented) ^ set(spec)]
    for name in set(documented) & set(spec):
        for key in ("type", "elements", "default", "aliases", "required"):
            if (documented[name].get(key) or None) != (spec[name].get(key) or None):
                found.append(f"{place}{name}.{key}: {documented[name].get(key)} is {spec[name].get(key)}")
        found += differences(documented[name].get("suboptions", {}), spec[name].get("options", {}), f"{place}{name}.")
    return found


def arguments(text: str) -> list[dict[str, Any]]:
    """Those of each use of the source in a rulebook, or in a part of one."""
    content = yaml.safe_load(text)
    rulesets = content if isinstance(content, list) else [content]
    return [source[SOURCE] for ruleset in rulesets for source in ruleset.get("sources", []) if SOURCE in source]


def test_the_documented_options_are_those_that_it_takes() -> None:
    assert differences(constant("DOCUMENTATION")["options"], options.spec()) == []


@pytest.mark.parametrize("name", sorted(RULEBOOKS))
def test_a_rulebook_gives_options_that_exist_and_describes_its_variables(name: str) -> None:
    text = RULEBOOKS[name]
    (given,) = arguments(text)
    assert set(given) <= set(options.spec())
    head, _, body = text.partition("\n- name:")
    used = set(re.findall(r"{{ (\w+)[ |}]", body)) | set(re.findall(r"\bvars\.(\w+)", body))
    assert used - {"event"} <= set(re.findall(r"^# (\w+)  +\S", head, re.MULTILINE))
    assert f"quorum.mesos.{name}" in head and f"`quorum.mesos.{name}`" in GUIDE


def test_the_guide_and_the_examples_give_options_that_exist() -> None:
    texts = [block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if SOURCE in block]
    given = [one for text in texts for one in arguments(text)] + arguments(yaml.safe_dump(constant("EXAMPLES")))
    assert len(given) == 4
    for one in given:
        options.read(one)


def test_the_guide_lists_every_option() -> None:
    table = GUIDE.partition("## Options")[2].partition("## Secrets")[0]
    assert set(options.spec()) <= set(re.findall(r"`(\w+)`", table))
