"""The docs site has every guide and README, shows what is public alone, and is what ansible-doc points to."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import docsite
import pytest
import yaml

CHECKOUT = docsite.ROOT
INDEX = (CHECKOUT / "docs" / "docsite" / "index.rst").read_text(encoding="utf-8")
GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
# As Sphinx names the pages that are files of the repository.
PAGES = sorted(
    str(path.relative_to(CHECKOUT).with_suffix(""))
    for pattern in docsite.PAGES
    for path in CHECKOUT.glob(pattern)
    if path.suffix != ".svg"
)
PUBLIC = sorted(
    path
    for kind in ("filter", "inventory", "lookup", "modules")
    for path in (CHECKOUT / "plugins" / kind).glob("[!_]*.py")
)


def documentation(plugin: Path) -> dict:
    for statement in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "DOCUMENTATION":
            return yaml.safe_load(ast.literal_eval(statement.value))
    raise LookupError(f"{plugin.name} has no DOCUMENTATION")


def test_the_index_lists_every_guide_and_readme_once() -> None:
    entries = [entry or line for line, entry in re.findall(r"^   ([^:\s<][^<\n]*?)(?: <(.*)>)?$", INDEX, re.MULTILINE)]
    assert sorted(entry for entry in entries if not entry.startswith("reference/")) == PAGES
    guides = {f"docs/{path.stem}" for path in (CHECKOUT / "docs").glob("*.md")}
    assert guides <= set(entries)


def test_what_is_private_is_not_shown() -> None:
    hidden = [
        "plugins/modules/_agent_running.py", "plugins/filter/_unit_words.py", "plugins/action/_role_plan.py",
        "roles/_common/meta/argument_specs.yml", "tests/unit/modules/test_marathon_app.py",
    ]  # fmt: skip
    assert [name for name in hidden if docsite.documented(name)] == []
    shown = [str(path.relative_to(CHECKOUT)) for path in PUBLIC]
    shown += ["plugins/doc_fragments/marathon.py", "plugins/module_utils/_names.py", "meta/runtime.yml"]
    assert [name for name in shown if not docsite.documented(name)] == []


def test_the_readme_of_a_role_leads_to_its_options() -> None:
    text = docsite.page(CHECKOUT / "roles" / "marathon" / "README.md")
    assert "(../../reference/marathon_role.rst)" in text
    assert "`marathon_flags` |" not in text
    assert "## Java and libmesos" in text


def test_what_an_entry_point_says_of_an_option_leads_to_main(tmp_path: Path) -> None:
    specs = tmp_path / "zookeeper" / "meta" / "argument_specs.yml"
    specs.parent.mkdir(parents=True)
    entry_point = {"description": ["Data stay unless O(zookeeper_data=false).", "As V(x)."], "options": {"a": {}}}
    specs.write_text(yaml.safe_dump({"argument_specs": {"main": {"options": {"a": {}}}, "uninstall": entry_point}}))
    docsite.options_once(specs)
    found = yaml.safe_load(specs.read_text())["argument_specs"]
    assert found["main"] == {"options": {"a": {}}}
    assert found["uninstall"]["options"] == {}
    assert found["uninstall"]["description"][:2] == [
        "Data stay unless O(quorum.mesos.zookeeper#role:main:zookeeper_data=false).",
        "As V(x).",
    ]


@pytest.mark.parametrize("plugin", PUBLIC, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_public_plugin_says_what_to_see_also(plugin: Path) -> None:
    entries = documentation(plugin).get("seealso", [])
    assert entries
    kinds = {path.stem: path.parent.name for path in PUBLIC}
    wrong = []
    for entry in entries:
        if "link" in entry:
            path, _, _anchor = entry["link"].removeprefix(f"{GALAXY['documentation']}/").partition("#")
            if path.removesuffix(".html") not in PAGES:
                wrong.append(entry["link"])
            continue
        name = entry.get("module", entry.get("plugin")).removeprefix("quorum.mesos.")
        kind = {"module": "modules"}.get(entry.get("plugin_type", "module"), entry.get("plugin_type"))
        if kinds.get(name) != kind or name == plugin.stem:
            wrong.append(name)
    assert wrong == []


def test_the_addresses_are_those_of_the_project() -> None:
    settings = (CHECKOUT / "docs" / "docsite" / "antsibull-docs.cfg").read_text(encoding="utf-8")
    assert f'quorum.mesos = "{GALAXY["repository"]}"' in settings
    assert f"git+{GALAXY['repository']}" in settings
