from __future__ import annotations

import json
from unittest import mock

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    NO_URL,
    connection_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule

SPEC = {
    "definition": {"type": "dict"},
    "env": {"type": "dict"},
    "count": {"type": "int"},
    "url": {"type": "list", "elements": "str"},
    "url_login": {"type": "str"},
    "definitions": {"type": "list", "elements": "dict"},
    "secret_env": {"type": "list", "elements": "str", "default": [], "no_log": False},
}

# From ansible-core 2.21 on, a result has the arguments only where the controller asks for them.
ASKED = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


@pytest.fixture
def logged(monkeypatch):
    """What Ansible writes to the log of the host."""
    lines = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, log_args=None: lines.append(f"{msg} {log_args}"))
    return lines


def arguments_of(arguments):
    """As ansible.module_utils.testing does from ansible-core 2.19 on."""
    text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments | ASKED}).encode()
    return mock.patch.multiple(basic, create=True, _ANSIBLE_ARGS=text, _ANSIBLE_PROFILE="legacy")


def run(capsys, arguments, work=lambda module: module.exit_json()):
    """The result of a module with these arguments."""
    with arguments_of(arguments), pytest.raises(SystemExit):
        work(MarathonModule(argument_spec=SPEC))
    return json.loads(capsys.readouterr().out)


def test_the_log_and_the_result_have_no_secret(capsys, logged):
    arguments = {"definition": {"env": {"PW": "hunter2", "A": "seen"}}, "env": {"PW": "x"}, "secret_env": "PW"}

    def work(module):
        assert module.given["definition"]["env"] == {"PW": "hunter2", "A": "seen"}
        assert module.given["env"] == {"PW": "x"}
        module.exit_json(quoted="Marathon says: hunter2 is wrong")

    result = run(capsys, arguments, work)
    assert len(logged) == 1
    assert "seen" in logged[0]
    assert "hunter2" not in logged[0]
    assert "hunter2" not in str(result)
    assert result["invocation"]["module_args"]["env"] == {"PW": "********"}


def test_of_a_set_the_ids_are_logged_and_returned(capsys, logged):
    """The definitions of a thousand apps would be masked, written to the log and sent back, each time."""

    def work(module):
        assert [one.get("cmd") for one in module.given["definitions"]] == ["sleep 1", "sleep 2", None]
        module.exit_json()

    definitions = [{"id": "/a", "cmd": "sleep 1"}, {"cmd": "sleep 2"}, {"id": "/g", "apps": [{"id": "b", "cmd": "c"}]}]
    result = run(capsys, {"definitions": definitions}, work)
    assert result["invocation"]["module_args"]["definitions"] == [{"id": "/a"}, {}, {"id": "/g"}]
    assert "sleep" not in logged[0]


def test_a_refused_argument_shows_no_secret(capsys, logged):
    result = run(capsys, {"definition": {"env": {"PW": "hunter2"}}, "count": "many", "secret_env": "A, PW"})
    assert result["failed"]
    assert "hunter2" not in str(result)


@pytest.mark.parametrize("address", [{"url": ["http://ops:hunter2@m:8080"]}, {"url_login": "https://ops:hunter2@c"}])
def test_a_refused_argument_shows_no_password_of_an_address(capsys, logged, address):
    result = run(capsys, {**address, "count": "many"})
    assert result["failed"]
    assert "hunter2" not in str((result, logged))


@pytest.mark.parametrize("text", ['{"PW": "hunter2"', "hunter2", "PW=hunter2, hunter2"])
def test_a_mapping_that_cannot_be_read_is_not_shown(capsys, logged, text):
    result = run(capsys, {"env": text, "count": "many", "secret_env": ["PW"]})
    assert result["failed"]
    assert "hunter2" not in str(result)


def test_a_mapping_given_as_text_shows_no_secret(capsys, logged):
    def work(module):
        assert module.given["definition"] == {"env": {"PW": "hunter2", "A": "seen"}}
        module.exit_json()

    result = run(capsys, {"definition": '{"env": {"PW": "hunter2", "A": "seen"}}', "secret_env": ["PW"]}, work)
    assert "hunter2" not in str((result, logged))
    assert "seen" in str(result)


def test_a_task_that_is_not_logged_has_its_arguments_too(capsys, logged):
    def work(module):
        assert module.given["env"] == {"PW": "hunter2"}
        module.exit_json()

    result = run(capsys, {"env": {"PW": "hunter2"}, "secret_env": ["PW"], "_ansible_no_log": True}, work)
    assert "hunter2" not in str(result)
    assert logged == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"definition": '{"env": {"PW": "hunter2",}'},
        {"definition": ["PW=hunter2"]},
        {"definitoin": '{"env": {"PW": "hunter2"}}'},
        {"definitions": ['{"env": {"PW": "hunter2"}']},
        {"url": ["me:hunter2@host:8080"], "count": "many"},
        {"url": "http://me:hunt/er2@host", "count": "many"},
    ],
)
def test_an_argument_of_a_wrong_form_shows_no_secret(capsys, logged, arguments):
    result = run(capsys, {**arguments, "secret_env": "PW"})
    assert result["failed"]
    assert "hunter2" not in str(result) and "er2@" not in str(result)


def test_what_marathon_tells_of_others_has_no_secret(capsys, logged):
    def work(module):
        module.fail_json(
            msg="Failed to fetch 'http://me:hunter2@host/a'",
            apps=[{"env": {"PW": "hunter3"}}],
            diff={"after": {"env": {"PW": "******** (changed)"}}},
        )

    result = run(capsys, {"secret_env": ["PW"]}, work)
    assert "hunter" not in str(result)
    assert result["diff"]["after"]["env"]["PW"] == "******** (changed)"


def of_an_app(capsys, arguments):
    spec = {"id": {"type": "str"}, "definition": {"type": "dict"}, "cpus": {"type": "float"}, **connection_spec()}
    with arguments_of(arguments), pytest.raises(SystemExit):
        MarathonModule(argument_spec=spec).exit_json()
    return json.loads(capsys.readouterr().out)


def test_without_an_address_the_variable_is_named(capsys, monkeypatch):
    monkeypatch.delenv("MARATHON_URL", raising=False)
    assert of_an_app(capsys, {"id": "/a"})["msg"] == f"/a: {NO_URL}"
    assert "MARATHON_URL" in NO_URL
    monkeypatch.setenv("MARATHON_URL", "http://m1:8080")
    assert "failed" not in of_an_app(capsys, {"id": "/a"})


@pytest.mark.parametrize("subject", [{"id": "/shop/web"}, {"definition": {"id": "/shop/web"}}])
def test_a_wrong_argument_names_the_app(capsys, subject):
    result = of_an_app(capsys, {"url": "http://m1:8080", "cpus": "lots", **subject})
    assert result["msg"] == '/shop/web: cpus must be a number, not "lots"'


def test_a_wrong_definition_is_told_with_its_app():
    def work(module):
        with module.about_subject():
            raise DefinitionError("/cpus must be a number")

    with (
        arguments_of({"definition": {"id": "/shop/web"}}),
        pytest.raises(DefinitionError, match=r"^/shop/web: /cpus must be a number$"),
    ):
        work(MarathonModule(argument_spec=SPEC))


def test_a_terminal_gets_text_only(capsys, monkeypatch):
    warnings = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, warning: warnings.append(warning))
    foreign = "rack \x1b[31m\r\x9b\u202e"

    def work(module):
        warnings.clear()
        module.warn(foreign)
        module.fail_json(msg=f"one\n{foreign}")

    assert run(capsys, {}, work)["msg"] == "one\nrack  [31m   "
    assert warnings == ["rack  [31m   "]
