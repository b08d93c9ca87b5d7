"""Which files of a directory are read as definitions, and what happens to those that are not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file, definition_set
from ansible_collections.quorum.mesos.plugins.plugin_utils.definition_set import Rules


@pytest.fixture
def action(monkeypatch):
    """Files are where they are named, and are no templates."""
    monkeypatch.setattr(definition_file, "find", lambda action, src: src)
    monkeypatch.setattr(
        definition_file, "_text", lambda action, path: definition_files.text_of(Path(path).read_bytes(), path)
    )
    warnings = []
    return SimpleNamespace(_display=SimpleNamespace(warning=warnings.append), warnings=warnings)


@pytest.fixture
def apps(tmp_path):
    """Makes files, each with an app that has the path of the file as its id."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"id": f"/{name}", "cmd": "sleep 1"}))
        return tmp_path

    return make


def ids(action, path, *rules):
    definitions, _origins, _blank = definition_set.read(action, [str(path)], {}, Rules(*rules))
    return [definition["id"] for definition in definitions]


def test_a_directory_is_read_in_the_order_of_names_without_hidden_entries(action, apps):
    path = apps("b.json", "a.yml", "c.yaml.j2", ".hid.json", ".git/x.json", "README.md", "b.json~")
    assert ids(action, path, False, True) == ["/a.yml", "/b.json", "/c.yaml.j2"]
    assert not action.warnings


@pytest.mark.parametrize("name", ["Makefile", "a.json.bak", "a.json~", "a.jsonnet", "b.yamlish", "json"])
def test_other_names_are_left_alone(action, apps, name):
    assert ids(action, apps("a.json", name), False, True) == ["/a.json"]
    assert not action.warnings


@pytest.mark.parametrize("element", ["", " ", None])
def test_an_element_that_names_nothing_is_refused(action, element):
    with pytest.raises(AnsibleActionFail, match="which names no file"):
        definition_set.read(action, [element], {}, Rules())


def test_sub_directories_are_read_in_order_with_recurse(action, apps):
    path = apps("m.json", "a/z.json", "a/b/c.yml", "z/a.json.j2", "a/.hid.json")
    # The directory itself, once more.
    (path / "a" / "loop").symlink_to(path)
    assert ids(action, path, True, True) == ["/a/b/c.yml", "/a/z.json", "/m.json", "/z/a.json.j2"]
    assert not action.warnings


def dangling(path):
    (path / "b.json").symlink_to("/nonexistent/b.json")


def dangling_directory(path):
    (path / "team-b").symlink_to("/nonexistent/team-b")


def dangling_directory_with_a_dot(path):
    (path / "team.shop").symlink_to("/nonexistent/team.shop")


def no_file(path):
    os.mkfifo(path / "b.yml")


@pytest.mark.parametrize(
    ("make", "skipped"),
    [
        (dangling, "b.json (a link to a file that is missing)"),
        (dangling_directory, "team-b (a link to a file that is missing)"),
        (dangling_directory_with_a_dot, "team.shop (a link to a file that is missing)"),
        *((name, f"{name} (its name does not end in *.json, *.yml, *.yaml)") for name in (
            "b.json.disabled", "b.yml~", "b.json.txt", "b.json ", "b.jsonc", "b.json5", "b.JSON.bak", "b.yml.j2.old")),
        (no_file, "b.yml (not a regular file)"),
        ("b.JSON", "b.JSON (its ending is not in lower case)"),
        ("b.Yml.j2", "b.Yml.j2 (its ending is not in lower case)"),
        ("b.yaml.J2", "b.yaml.J2 (its ending is not in lower case)"),
        ("sub/b.json", "sub (a sub-directory with definitions)"),
        ("sub/deeper/b.json", "sub (a sub-directory with definitions)"),
        ("sub/b.JSON", "sub (a sub-directory with definitions)"),
    ],
)
def test_what_looks_like_a_definition_and_is_not_read_is_refused_with_prune(action, apps, make, skipped):
    path = apps("a.json", *([make] if isinstance(make, str) else []))
    if callable(make):
        make(path)
    assert ids(action, path) == ["/a.json"]
    assert action.warnings == [f"not read, although it looks like a definition: {path / skipped}"]
    for allow_empty in (False, True):
        with pytest.raises(AnsibleActionFail) as caught:
            ids(action, path, False, True, allow_empty)
        assert f"that are not read: {path / skipped}" in str(caught.value)


def test_with_recurse_too(action, apps):
    path = apps("a.json", "sub/b.JSON", "sub/c.json")
    with pytest.raises(AnsibleActionFail, match=r"not read: .*/sub/b.JSON \(its ending"):
        ids(action, path, True, True)
    assert ids(action, path, True) == ["/a.json", "/sub/c.json"]


def test_a_sub_directory_without_definitions_is_no_loss(action, apps):
    path = apps("a.json", "scripts/run.sh")
    assert ids(action, path, False, True) == ["/a.json"]
    assert not action.warnings


def test_a_directory_that_cannot_be_listed_may_hold_definitions(action, apps, monkeypatch):
    path = apps("a.json", "sub/b.json")

    def listdir(name, real=os.listdir):
        if name.endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return real(name)

    monkeypatch.setattr(os, "listdir", listdir)
    with pytest.raises(AnsibleActionFail, match=r"/sub \(cannot be listed: Permission denied\)"):
        ids(action, path, True, True)


def test_a_directory_without_definitions_is_refused_and_says_what_is_there(action, apps):
    path = apps("sub/b.json")
    words = r"holds no file \*.json, .*, but .*sub \(a sub-directory with definitions\): .*recurse or allow_empty"
    with pytest.raises(AnsibleActionFail, match=words):
        ids(action, path)
    assert ids(action, path, True) == ["/sub/b.json"]
    assert ids(action, apps("x/y.txt") / "x", False, True, True) == []


def test_files_with_an_empty_list_are_told(action, apps):
    path = apps("a.json")
    (path / "b.json").write_text("[]\n")
    _definitions, origins, blank = definition_set.read(action, [str(path)], {}, Rules())
    assert (origins, blank) == ([str(path / "a.json")], [str(path / "b.json")])


def test_documents_with_an_empty_list_are_told(action, tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("---\n[]\n---\nid: /b\n")
    definitions, _origins, blank = definition_set.read(action, [str(path)], {}, Rules())
    assert [definition["id"] for definition in definitions] == ["/b"]
    assert blank == [f"{path}, document 1"]


def test_every_document_of_a_file_is_read_and_named(action, tmp_path):
    path = tmp_path / "two.YML"
    path.write_text("---\nid: /a\n---\n- id: /b\n- id: /c\n---\n")
    definitions, origins, blank = definition_set.read(action, [str(path)], {}, Rules())
    assert [definition["id"] for definition in definitions] == ["/a", "/b", "/c"]
    assert origins == [f"{path}, document 1", f"{path}, document 2, element 1", f"{path}, document 2, element 2"]
    assert blank == []


def test_an_empty_file_is_refused_by_name(action, tmp_path):
    (tmp_path / "none.yml").write_text("# later\n")
    with pytest.raises(AnsibleActionFail, match=r"none\.yml is empty: write a definition into it, or remove it"):
        definition_set.read(action, [str(tmp_path)], {}, Rules())
