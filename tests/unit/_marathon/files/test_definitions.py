from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"id": "a", "cpus": 1}'),
        ("a.json", '{"id": "\\u0061", "cpus": 1}'),
        ("a.json", '\ufeff{"id": "a", "cpus": 1}'),
        ("a.yml", "id: a\ncpus: 1\n"),
        ("a.yaml.j2", "id: a\ncpus: 1\n"),
    ],
)
def test_definitions_of_either_format(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert definition_files.read_value(str(tmp_path / name)) == {"id": "a", "cpus": 1}


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
        ("a.json", "{'id': 'a'}", "line 1, column 2: .*double quotes, which JSON does not take single ones for"),
        ("a.json", '{"id": "a"}\n{"id": "b"}', "line 2, column 1: .*put several definitions into a list"),
        ("a.json", f'{{"cpus": {"1" * 5000}}}', "a.json has a number that is too long for any field: shorten it"),
        ("a.yml", f"cpus: {'1' * 5000}", "a.yml is not valid YAML: line 1, column 7: this is no int"),
        ("a.json", '{"cmd": "echo \\ud83d"}', "a.json has an escape .* which is half a character"),
        ("a.json", '{"cmd": "echo", "env": {"\\uDC00": "x"}}', "a.json has an escape .* which is half a character"),
        ("a.yml", 'env: {A: "\\ud83d"}', "a.yml has an escape .* which is half a character"),
        ("a.json", "", "a.json is empty: write a definition into it, or remove it"),
        ("a.yml", "---\n# nothing\n---\n", "a.yml is empty"),
        ("a.json", '{\n  // two\n "id": "a"}', "line 2, column 3: .*a comment, which JSON does not have"),
        ("a.json", '{"id": "a", /* x */ "b": 1}', "line 1, column 13: .*a comment, which JSON does not have"),
        ("a.json", '{"cmd": "a\tb"}', r"line 1, column 11: .*a tab in a text is written \\t"),
        ("a.json", "{\"cmd\":\n'x'}", "line 2, column 1: .*double quotes, which JSON does not take single ones for"),
        ("a.json", '{"tty": True}', "line 1, column 9: .*JSON writes true, false and null"),
        ("a.json", '{"user": None}', "line 1, column 10: .*JSON writes true, false and null"),
        ("a.json", '# x\n{"id": "a"}', "line 1, column 1: .*a comment, which JSON does not have"),
        ("a.json", '{"env": {"A": 1},\n\n "env": {}}', "line 3, column 2: the key \"env\" is here again, after line 1"),
        ("a.json", '{"a": [{"b:": "}", "x": [1],\n"b\\u003a": 1}]}', "line 2, column 1: the key \"b:\" is here again"),
        ("a.json", '{"cpus": NaN}', "line 1, column 10: NaN is no number in JSON"),
        ("a.json", '{"cpus":\n -Infinity}', "line 2, column 2: -Infinity is no number"),
        ("a.json", "[" * 100_000, "a.json is nested too deeply"),
        ("a.yml", "a: " + "[" * 100_000, "a.yml is nested too deeply"),
        ("a.yml", "- " * 50_000, "a.yml is nested too deeply"),
        ("a.yml", "env:\n  A: 1\n  B: 2\n  A: 3\n", "line 4, column 3: the key 'A' is here again"),
        ("a.yml", "env: {\"A\": 1, A: 3}\n", "line 1, column 15: the key 'A' is here again"),
        ("a.yml", "env:\n  OFF: x\n", "line 2, column 3: the key OFF is no text but a bool in YAML: put it in quotes"),
        ("a.yml", "labels: {NULL: x}\n", "line 1, column 10: the key NULL is no text but a null"),
        ("a.yml", "a: &a {x: 1}\nenv:\n  <<: *a\n  <<: *a\n", "line 4, column 3: the key '<<' is here again"),
        ("a.yml", "env: {8080: x}\n", "the key 8080 is no text but a int"),
        ("a.yml", "id: /a\n? [x]\n: 1\n", "line 2, column 3: a key is a text"),
        ("a.yml", "id: /a\nenv: {D: !!binary aGVsbG8=}\n", "line 2, column 10: the tag !!binary is none"),
        ("a.yml", "id: !vault |\n  x\n", "line 1, column 5: a single value that is encrypted"),
        ("a.yml", "mem: !!int x\n", "line 1, column 6: this is no int: put it in quotes"),
        ("a.yml", "id: &x [a, *x]\n", "line 1, column 5: an alias"),
        ("a.yml", "a: &a [1,1,1,1,1,1,1,1]\n" + "".join(
            f"{name}: &{name} [{','.join(['*' + chr(ord(name) - 1)] * 9)}]\n" for name in "bcdefgh"),
            "stand for too many values"),
        ("a.yml", "a: 1\n---\nb: 2\n", "a.yml holds 2 YAML documents, .*use the module marathon_apps"),
        ("a.yaml", "id: a\ncmd: [", "a.yaml is not valid YAML: line 2, column 7"),
    ],
)
def test_broken_texts_are_told_with_the_place(name, text, words):
    with pytest.raises(DefinitionError, match=words):
        definition_files.parse(text, f"/apps/{name}")


def test_what_is_wrong_with_a_text_does_not_quote_it():
    with pytest.raises(DefinitionError) as failure:
        definition_files.parse('{"env": {"PW": "hunter2" "A": "1"}}', "a.json")
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize("value", [[], None, "text"])
def test_an_app_is_a_mapping(value):
    with pytest.raises(DefinitionError, match=r"a\.json must hold one definition, a mapping"):
        definition_files.definition_in(value, "a.json")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DefinitionError, match=r"missing\.json cannot be read: No such file"):
        definition_files.read_value(str(tmp_path / "missing.json"))
    (tmp_path / "latin.json").write_bytes(b'{"id": "\xe4"}')
    with pytest.raises(DefinitionError, match="not UTF-8"):
        definition_files.read_value(str(tmp_path / "latin.json"))
    (tmp_path / "wide.json").write_bytes('{"id": "a"}'.encode("utf-16"))
    with pytest.raises(DefinitionError, match=r"wide.json is not UTF-8 text: it is UTF-16. Save the file as UTF-8"):
        definition_files.read_value(str(tmp_path / "wide.json"))
    (tmp_path / "empty.json").write_bytes(b"")
    with pytest.raises(DefinitionError, match=r"empty.json is empty"):
        definition_files.read_value(str(tmp_path / "empty.json"))


def test_where_text_is_not_utf8():
    with pytest.raises(DefinitionError, match=r"a\.json is not UTF-8 text: line 2 has the byte 0xfc"):
        definition_files.text_of(b'{\n"id": "\xfc"}', "a.json")


WORDS = """
id: /fs/a
cpus: 0.1
disk: 0x10
%s: {V: 1.10, Y: yes, O: 0123, T: 12:30:00, U: 1_000, N: NO, D: 2020-01-31, S: 1.0e+10, Q: "no", X: , L: ~}
"""
TEXTS = {"V": "1.10", "Y": "yes", "O": "0123", "T": "12:30:00", "U": "1_000", "N": "NO", "D": "2020-01-31",
         "S": "1.0e+10", "Q": "no", "X": None, "L": None}  # fmt: skip


@pytest.mark.parametrize("name", ["env", "environment", "labels", "options"])
def test_words_of_yaml_keep_their_text_where_marathon_has_text(name):
    assert definition_files.parse(WORDS % name, "a.yml") == {"id": "/fs/a", "cpus": 0.1, "disk": 16, name: TEXTS}


def test_words_deep_inside_and_beside_them():
    text = """
    container: {docker: {forcePullImage: yes, parameters: [{key: ulimit, value: 0644}, {key: dns, value: off}]}}
    args: [-p, 0080, yes]
    containers: [{exec: {command: {argv: [1.10]}}, environment: {A: {secret: no}}, tty: on}]
    portDefinitions: [{port: 8080, labels: {VIP: 1:30}}]
    base: &base {labels: {a: on}, instances: 2}
    other: {<<: *base, instances: 3}
    """
    assert definition_files.parse(text, "a.yml") == {
        "container": {
            "docker": {
                "forcePullImage": True,
                "parameters": [{"key": "ulimit", "value": "0644"}, {"key": "dns", "value": "off"}],
            }
        },
        "args": ["-p", "0080", "yes"],
        "containers": [{"exec": {"command": {"argv": ["1.10"]}}, "environment": {"A": {"secret": "no"}}, "tty": True}],
        "portDefinitions": [{"port": 8080, "labels": {"VIP": "1:30"}}],
        "base": {"labels": {"a": "on"}, "instances": 2},
        "other": {"labels": {"a": "on"}, "instances": 3},
    }


def test_words_of_single_fields_that_are_text():
    text = """
    id: 1.10
    cmd: yes
    user: 0644
    constraints: [[rack, LIKE, NO], [zone, IS, 1.10]]
    acceptedResourceRoles: [on]
    secrets: {a: {source: 0123}}
    container: {docker: {image: 1.10, pullConfig: {secret: NO}}, volumes: [{containerPath: 0123, hostPath: 1e3}]}
    networks: [{mode: container, name: off}]
    portDefinitions: [{name: 1:30}]
    healthChecks: [{path: 1.0, command: {value: no}}]
    fetch: [{uri: 1.10, executable: no}]
    containers: [{name: 0123, image: {kind: DOCKER, id: 1.10, forcePull: yes}, healthCheck: {http: {endpoint: no}}}]
    scheduling: {placement: {constraints: [{fieldName: rack, operator: IS, value: NO}]}}
    """
    assert definition_files.parse(text, "a.yml") == {
        "id": "1.10",
        "cmd": "yes",
        "user": "0644",
        "constraints": [["rack", "LIKE", "NO"], ["zone", "IS", "1.10"]],
        "acceptedResourceRoles": ["on"],
        "secrets": {"a": {"source": "0123"}},
        "container": {
            "docker": {"image": "1.10", "pullConfig": {"secret": "NO"}},
            "volumes": [{"containerPath": "0123", "hostPath": "1e3"}],
        },
        "networks": [{"mode": "container", "name": "off"}],
        "portDefinitions": [{"name": "1:30"}],
        "healthChecks": [{"path": "1.0", "command": {"value": "no"}}],
        "fetch": [{"uri": "1.10", "executable": False}],
        "containers": [
            {
                "name": "0123",
                "image": {"kind": "DOCKER", "id": "1.10", "forcePull": True},
                "healthCheck": {"http": {"endpoint": "no"}},
            }
        ],
        "scheduling": {"placement": {"constraints": [{"fieldName": "rack", "operator": "IS", "value": "NO"}]}},
    }


def test_every_document_of_a_file():
    assert definition_files.parse_all("---\nid: a\n---\n# none\n---\n- id: b\n- id: c\n---\n", "a.yml") == [
        {"id": "a"},
        [{"id": "b"}, {"id": "c"}],
    ]


@pytest.mark.parametrize("name", ["a.YML", "a.Yaml.j2", "a.yml.J2"])
def test_a_name_in_upper_case_has_the_same_format(name):
    assert definition_files.parse("id: a\n", name) == {"id": "a"}
