"""Every plugin of the collection documents all that it takes and gives, as ansible-doc shows it."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.doc_fragments import constructed, inventory_cache

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = CHECKOUT / "plugins"
# A shorter text of an option is no text to keep in step.
SHORT = 40
DIRECTORIES = {"module": "modules", "lookup": "lookup", "inventory": "inventory", "filter": "filter"}
PLUGIN_TYPES = {
    "str", "int", "float", "bool", "list", "dict", "path", "raw", "string", "integer", "boolean", "any",
    "bytes", "bits", "jsonarg", "json", "pathspec", "pathlist", "none", "tmppath", "complex", "tuple",
}  # fmt: skip
NAMED = [(kind, path.stem) for kind, where in DIRECTORIES.items() for path in sorted((PLUGINS / where).glob("*.py"))]
MODULES = [name for kind, name in NAMED if kind == "module"]
MARATHON = [name for name in MODULES if name.startswith(("marathon_", "universe_"))]
ACTION_GROUPS = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
# Ansible's own words are not ours.
INHERITED = {
    option
    for fragment in (constructed, inventory_cache)
    for option in yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
}
# A file of Marathon's sources or of its documentation, by which a reader can check a rule.
SOURCE = re.compile(r"C\([\w./-]+\.(scala|raml|md)\)")


def ansible_doc(kind: str, *arguments: str) -> str:
    names = [f"quorum.mesos.{name}" for its_kind, name in NAMED if its_kind == kind]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment = {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
        "ANSIBLE_HOME": str(CHECKOUT / ".build" / "ansible"),
        "ANSIBLE_NOCOLOR": "true",
        "LC_ALL": "C.UTF-8",
    }
    command = [str(Path(sys.executable).parent / "ansible-doc"), "--type", kind, *arguments, *names]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "[WARNING]" not in done.stderr and "[ERROR]" not in done.stderr, done.stderr
    return done.stdout


@cache
def documented(kind: str) -> dict[str, Any]:
    """With the fragments in their places, as JSON has it."""
    return {name.rpartition(".")[2]: page for name, page in json.loads(ansible_doc(kind, "--json")).items()}


def page_of(kind: str, name: str) -> dict[str, Any]:
    return documented(kind)[name]


def options_of(options: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, option in (options or {}).items():
        yield f"{place}{name}", option
        yield from options_of(option.get("suboptions") or {}, f"{place}{name}.")


def returned(values: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in (values or {}).items():
        yield f"{place}{name}", value
        yield from returned(value.get("contains") or {}, f"{place}{name}.")


def release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def text_of(described: dict[str, Any]) -> str:
    words = described.get("description") or []
    return " ".join(" ".join([words] if isinstance(words, str) else words).split())


def own_documentation(path: Path) -> str:
    """Without the fragments that it extends."""
    found = re.search(r'^DOCUMENTATION = r"""\n(.*?)^"""', path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, path
    return found[1]


def test_no_text_of_an_option_stands_in_two_modules():
    """What two modules take belongs into a fragment, or the one leads to the other."""
    places: dict[str, list[str]] = {}
    for path in sorted((PLUGINS / "modules").glob("[a-z]*.py")):
        for option, described in options_of(yaml.safe_load(own_documentation(path)).get("options") or {}):
            places.setdefault(text_of(described), []).append(f"plugins/modules/{path.name}: {option}")
    assert len(places) > 100
    assert [where for text, where in places.items() if len(text) > SHORT and len(where) > 1] == []


@pytest.mark.parametrize("kind", DIRECTORIES)
def test_ansible_doc_renders_every_page(kind):
    text = ansible_doc(kind)
    missing = [name for its_kind, name in NAMED if its_kind == kind and f"quorum.mesos.{name}" not in text]
    assert missing == []
    # A macro that ansible-doc does not know is left in the text as it is.
    assert re.findall(r"\b[OVEPCMLU]\([a-z][^()\s]*\)", text) == []


@pytest.mark.parametrize(("kind", "name"), NAMED, ids=lambda word: word)
def test_the_page_says_what_it_is(kind, name):
    doc = page_of(kind, name)["doc"]
    assert doc.get("module" if kind == "module" else "name", name).rpartition(".")[2] == name
    assert doc["description"] and doc["author"]
    assert not doc["short_description"].endswith(".")
    assert release(doc["version_added"])


@pytest.mark.parametrize(("kind", "name"), NAMED, ids=lambda word: word)
def test_every_option_has_type_and_words(kind, name):
    doc = page_of(kind, name)["doc"]
    wrong = []
    for path, option in options_of(doc.get("options") or {}):
        if path in INHERITED:
            continue
        added = option.get("version_added")
        wrong += [
            f"{path}: {what}"
            for what, bad in {
                "no description": not option.get("description"),
                "no type": option.get("type") not in PLUGIN_TYPES,
                "no type of its elements": kind != "filter" and listed_without_elements(option),
                "required, yet with a default": bool(option.get("required")) and "default" in option,
                "default is none of the choices": not chosen(option),
                "older than its plugin": added is not None and release(added) < release(doc["version_added"]),
            }.items()
            if bad
        ]
    assert wrong == []


def listed_without_elements(described: dict[str, Any]) -> bool:
    return described.get("type") == "list" and "elements" not in described


def chosen(option: dict[str, Any]) -> bool:
    choices, default = option.get("choices"), option.get("default")
    if choices is None or default is None:
        return True
    return all(value in choices for value in (default if isinstance(default, list) else [default]))


@pytest.mark.parametrize(("kind", "name"), [named for named in NAMED if named[0] != "inventory"], ids=lambda word: word)
def test_every_value_it_gives_has_a_type_and_a_sample(kind, name):
    values = page_of(kind, name)["return"]
    # One that gives nothing says so.
    assert values or '\nRETURN = r""""""\n' in (PLUGINS / DIRECTORIES[kind] / f"{name}.py").read_text(encoding="utf-8")
    wrong = []
    for path, value in returned(values):
        wrong += [f"{path}: no {key}" for key in ("description", "type") if not value.get(key)]
        if kind == "module" and not value.get("returned"):
            wrong.append(f"{path}: no word when it is returned")
        if listed_without_elements(value):
            wrong.append(f"{path}: no type of its elements")
        # The sample of a whole shows its parts.
        if "." not in path and "sample" not in value and (kind == "module" or name.startswith("marathon")):
            wrong.append(f"{path}: no sample")
    assert wrong == []


@pytest.mark.parametrize(("kind", "name"), NAMED, ids=lambda word: word)
def test_the_examples_are_yaml_that_names_the_plugin(kind, name):
    examples = page_of(kind, name)["examples"]
    assert f"quorum.mesos.{name}" in examples
    loaded = list(yaml.safe_load_all(examples))
    assert all(loaded)
    if kind == "module":
        assert [task for task in loaded[0] if "name" not in task] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_switches_it_supports(name):
    attributes = page_of("module", name)["doc"]["attributes"]
    wrong = []
    for attribute in ("check_mode", "diff_mode", "idempotent"):
        support = attributes.get(attribute, {}).get("support")
        if support not in ("full", "partial", "none", "N/A"):
            wrong.append(f"{attribute}: {support}")
        if support in ("partial", "none") and attribute == "idempotent" and not attributes[attribute].get("details"):
            wrong.append(f"{attribute}: {support}, without a word why")
    assert wrong == []


@pytest.mark.parametrize("name", MARATHON)
def test_a_module_for_marathon_is_in_the_action_group(name):
    attributes = page_of("module", name)["doc"]["attributes"]
    assert attributes["action_group"]["membership"] == ["quorum.mesos.marathon"]
    assert name in ACTION_GROUPS["marathon"]


@pytest.mark.parametrize("name", MARATHON)
def test_the_options_are_those_that_the_module_takes(name):
    """ansible-test compares them too, but only in minutes."""
    spec = importlib.import_module(f"ansible_collections.quorum.mesos.plugins.modules.{name}").argument_spec()
    documented_options = page_of("module", name)["doc"]["options"]
    assert set(documented_options) == set(spec)
    differences = [
        f"{option}.{key}: {documented_options[option].get(key)} is {argument.get(key)}"
        for option, argument in spec.items()
        for key in ("type", "elements", "default", "choices", "aliases", "required")
        if (documented_options[option].get(key) or None) != (argument.get(key) or None)
    ]
    assert differences == []


@pytest.mark.parametrize("name", MARATHON)
def test_a_rule_of_marathon_has_its_source(name):
    assert SOURCE.search(json.dumps(page_of("module", name)["doc"])), "name the file of Marathon that says so"
