from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import documents
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", '{"id": "a", "cpus": 1}'), ("a.json", '\ufeff{"id": "a", "cpus": 1}'), ("a.yml", "id: a\ncpus: 1\n")],
)
def test_definitions_of_either_format(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert documents.read(str(tmp_path / name)) == {"id": "a", "cpus": 1}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{\n  "id": "a",\n  "cpus": 1,\n}', "a.json is not valid JSON: line 4, column 1: Expecting"),
        ("a.json", "", "a.json is not valid JSON: line 1, column 1"),
        ("a.yaml", "id: a\ncmd: [", "a.yaml is not valid YAML: line 2, column 7"),
        ("a.json", "[]", "a.json must hold the definition of one app"),
        ("a.yml", "", "a.yml must hold the definition of one app"),
    ],
)
def test_broken_files_are_told_with_the_place(tmp_path, name, text, words):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as failure:
        documents.read(str(tmp_path / name))
    assert words in str(failure.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DefinitionError, match=r"missing\.json cannot be read: No such file"):
        documents.read(str(tmp_path / "missing.json"))
    (tmp_path / "latin.json").write_bytes(b'{"id": "\xe4"}')
    with pytest.raises(DefinitionError, match="not UTF-8"):
        documents.read(str(tmp_path / "latin.json"))
