from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import documents
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"id": "a", "cpus": 1}'),
        ("a.json", '\ufeff{"id": "a", "cpus": 1}'),
        ("a.yml", "id: a\ncpus: 1\n"),
        ("a.yaml.j2", "id: a\ncpus: 1\n"),
    ],
)
def test_definitions_of_either_format(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert documents.read_value(str(tmp_path / name)) == {"id": "a", "cpus": 1}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "a.json",
            '{\n  "id": "a",\n  "cpus": 1,\n}',
            "a.json is not valid JSON: line 3, column 12: this comma is one too many",
        ),
        ("a.json", '{"args": ["a", ]}', "line 1, column 14: this comma is one too many"),
        ("a.json", '{"id": "a",', "line 1, column 11: this comma is one too many"),
        ("a.json.j2", '{"id": "a",\n "cmd: 1,\n "a": 1}', "a.json.j2 is not valid JSON: line 2, column "),
        ("a.json", '{"id": "a",\n "cmd: 1,\n "a": 1}', "the closing quote of a text in this line is missing"),
        ("a.json", '{"id": "a",\n cmd": 1}', "line 2, column 2: .*is an opening quote missing"),
        ("a.json", '{"id": "a"\n "cmd": "b"}', "line 2, column 2: .*is a comma or a quote missing before it"),
        ("a.json", "", "a.json is not valid JSON: line 1, column 1"),
        ("a.yaml", "id: a\ncmd: [", "a.yaml is not valid YAML: line 2, column 7"),
    ],
)
def test_broken_texts_are_told_with_the_place(name, text, words):
    with pytest.raises(DefinitionError, match=words):
        documents.parse(text, f"/apps/{name}")


def test_what_is_wrong_with_a_text_does_not_quote_it():
    with pytest.raises(DefinitionError) as failure:
        documents.parse('{"env": {"PW": "hunter2" "A": "1"}}', "a.json")
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("value", [[], None, "text"])
def test_an_app_is_a_mapping(value):
    with pytest.raises(DefinitionError, match=r"a\.json must hold one definition, a mapping"):
        documents.definition_in(value, "a.json")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DefinitionError, match=r"missing\.json cannot be read: No such file"):
        documents.read_value(str(tmp_path / "missing.json"))
    (tmp_path / "latin.json").write_bytes(b'{"id": "\xe4"}')
    with pytest.raises(DefinitionError, match="not UTF-8"):
        documents.read_value(str(tmp_path / "latin.json"))
