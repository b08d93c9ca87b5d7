"""What the module asks Marathon for a package, what it writes, and what it shows of secret options."""

from __future__ import annotations

import base64
import json
from unittest import mock

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._universe import labels, schema
from ansible_collections.quorum.mesos.plugins.modules import universe_package as module

from .._marathon.fakes import Call, FakeSession, stored
from .._universe.packages import ABOUT, content, write

CONFIG = {
    "properties": {
        "name": {"type": "string", "default": "/notes"},
        "cpus": {"type": "number", "default": 0.1, "minimum": 0.1},
        "mem": {"type": "integer", "default": 32},
        "password": {"type": "string"},
        "greeting": {"type": "string"},
    },
    "additionalProperties": False,
}
TEMPLATE = """{
  "id": "{{name}}", "cmd": "run {{password}}{{greeting}}", "cpus": {{cpus}}, "mem": {{mem}},
  "env": {"M": "leader.mesos"}
}"""
ASKED = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
MISSING = Call("GET", "/v2/apps/notes", status=404, data={"message": "App '/notes' does not exist"})
INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
FREE = (
    Call("GET", "/v2/groups/notes", status=404, data={"message": "Group '/notes' does not exist"}),
    Call("GET", "/v2/pods/notes", status=404, data={"message": '{"message": "pod with /notes does not exist"}'}),
)
DRY = Call("PUT", "/v2/groups", data={"steps": []})
WRITTEN = Call("PUT", "/v2/apps/notes", data={"deploymentId": "d1", "version": "2020-10-29T12:00:00.000Z"})


@pytest.fixture
def universe(tmp_path):
    parts = {"package.json": ABOUT, "config.json": CONFIG, "marathon.json.mustache": TEMPLATE}
    write(tmp_path / "notes", content(parts))
    return str(tmp_path / "notes")


@pytest.fixture
def run(universe, monkeypatch, capsys):
    """The result of the module and the session that it spoke with, over exactly these calls."""

    def run(*calls, **options):
        session = FakeSession(*calls)
        client = Client(Http(["http://m1:8080"], lambda _seconds: None, session=session))
        monkeypatch.setattr(module, "open_client", lambda _module: client)
        monkeypatch.setattr(basic.AnsibleModule, "log", lambda *_arguments, **_named: None)
        said = []
        # Where a test before has loaded Ansible's controller, a warning would be printed and not be in the result.
        monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text, **_named: said.append(text))
        given = {"url": "http://m1:8080", "name": "notes", "src": [universe], "wait": False, **options}
        text = json.dumps({"ANSIBLE_MODULE_ARGS": given | ASKED}).encode()
        patched = mock.patch.multiple(basic, create=True, _ANSIBLE_ARGS=text, _ANSIBLE_PROFILE="legacy")
        with patched, pytest.raises(SystemExit):
            module.main()
        assert session.calls == [], "calls that were not made"
        return {**json.loads(capsys.readouterr().out), "warnings": said}, session

    return run


def get(app):
    return Call("GET", "/v2/apps/notes", data={"app": app})


def installed(run, **options):
    """The app that an installation writes, as Marathon returns it."""
    result, session = run(MISSING, MISSING, INFO, WRITTEN, options=options)
    assert not result.get("failed"), result
    return stored("/notes", **session.bodies[-1])


def warned(result, words):
    return any(words in text for text in result["warnings"])


def test_an_installation_writes_what_is_rendered(run, universe):
    result, session = run(MISSING, MISSING, INFO, WRITTEN, options={"cpus": 0.5})
    assert (result["changed"], result["action"]) == (True, "created")
    body = session.bodies[-1]
    assert (body["id"], body["cmd"], body["cpus"], body["mem"]) == ("/notes", "run ", 0.5, 32)
    assert body["labels"][labels.SOURCE] == f"file://{universe}"
    assert labels.stored_options(body["labels"]) == {"cpus": 0.5}
    assert result["options"] == {"name": "/notes", "cpus": 0.5, "mem": 32}
    assert result["package"] == {**ABOUT, "release": 0, "versions": ["1.0.0"], "repository": universe}
    assert [one["fields"] for one in result["dcos_only"]] == [["/env/M"]]
    assert warned(result, "notes may not work outside DC/OS: /env/M: leader.mesos is a name of Mesos-DNS")


def test_check_mode_plans_the_same_and_writes_nothing(run):
    written, _session = run(MISSING, MISSING, INFO, WRITTEN, options={"cpus": 0.5})
    planned, _session = run(MISSING, MISSING, INFO, *FREE, DRY, options={"cpus": 0.5}, _ansible_check_mode=True)
    assert (planned["changed"], planned["diff"], planned["after"]) == (True, written["diff"], written["after"])
    assert planned["msg"] == "Plan for /notes: 1 to create, 0 to change, 0 to remove"


def test_a_second_run_changes_nothing(run):
    app = installed(run, cpus=0.5)
    result, _session = run(get(app), get(app), options={"cpus": 0.5})
    assert (result["changed"], result["action"], result["requests"]) == (False, "none", 2)


def test_other_texts_of_the_same_labels_are_no_change(run, universe, tmp_path):
    app = installed(run, cpus=0.5, mem=64)
    app["labels"][labels.OPTIONS] = base64.b64encode(b'{"mem": 64, "cpus": 0.5}').decode()
    app["labels"][labels.SOURCE] = "https://universe.example.com/repo"
    (tmp_path / "notes").rename(tmp_path / "moved")
    result, _session = run(get(app), get(app), options={"cpus": 0.5, "mem": 64}, src=[str(tmp_path / "moved")])
    assert result["changed"] is False


def test_options_that_are_left_out_return_to_their_default(run):
    app = installed(run, cpus=0.5)
    result, session = run(get(app), get(app), INFO, WRITTEN, options={"mem": 64})
    assert (result["action"], result["restarts"]) == ("updated", True)
    assert (session.bodies[-1]["cpus"], session.bodies[-1]["mem"]) == (0.1, 64)


def test_stored_options_are_kept_with_merge(run):
    app = installed(run, cpus=0.5, mem=64)
    found = Call("GET", "/v2/apps", data={"apps": [app]}, params={"label": "DCOS_PACKAGE_NAME==notes"})
    result, session = run(found, get(app), INFO, WRITTEN, options={"mem": None, "name": "/notes"}, merge=True)
    assert result["options"] == {"name": "/notes", "cpus": 0.5, "mem": 32}
    assert labels.stored_options(session.bodies[-1]["labels"]) == {"cpus": 0.5, "name": "/notes"}


def test_with_merge_the_app_keeps_its_id(run):
    app = installed(run)
    found = Call("GET", "/v2/apps", data={"apps": [app]})
    result, _session = run(found, get(app), INFO, WRITTEN, options={"name": "/other"}, merge=True)
    assert result["after"]["id"] == "/notes"
    assert warned(result, "the template gives the id /other, but the package is installed as /notes and keeps that")


def test_merge_without_an_app_installs(run):
    found = Call("GET", "/v2/apps", data={"apps": []})
    result, session = run(found, MISSING, MISSING, INFO, WRITTEN, options={"mem": None, "cpus": 1}, merge=True)
    assert result["action"] == "created"
    assert labels.stored_options(session.bodies[-1]["labels"]) == {"cpus": 1}


def test_merge_needs_readable_options(run):
    app = installed(run)
    app["labels"][labels.OPTIONS] = "?"
    result, _session = run(get(app), app_id="/notes", merge=True)
    assert result["msg"].startswith("/notes has no readable label DCOS_PACKAGE_OPTIONS")


@pytest.mark.parametrize("own", [{}, {labels.NAME: "other"}])
def test_another_app_is_left_alone(run, own):
    for state in ("present", "absent"):
        result, _session = run(get(stored("/notes", labels=own)), app_id="/notes", state=state)
        assert result["failed"]
        assert "give another app_id, or remove that app first" in result["msg"]


def test_a_version_that_is_excluded(run):
    app = installed(run)
    app["labels"][labels.VERSION] = "0.1"
    del app["labels"][labels.DEFINITION]
    result, _session = run(get(app))
    assert "/notes has version 0.1, and 1.0.0 is no change from that" in result["msg"]


def test_a_removal(run):
    app = installed(run)
    found = Call("GET", "/v2/apps", data={"apps": [app]})
    deleted = Call("DELETE", "/v2/apps/notes", data={"deploymentId": "d2"})
    result, _session = run(found, get(app), deleted, state="absent", src=None)
    assert (result["changed"], result["action"]) == (True, "deleted")
    planned, _session = run(found_again(app), get(app), state="absent", src=None, _ansible_check_mode=True)
    assert (planned["diff"], planned["action"]) == (result["diff"], "deleted")


def found_again(app):
    return Call("GET", "/v2/apps", data={"apps": [app]})


def test_what_is_gone_stays_gone(run):
    result, _session = run(Call("GET", "/v2/apps", data={"apps": []}), state="absent", src=None)
    assert (result["changed"], result["action"], result["requests"]) == (False, "none", 1)
    assert result["msg"] == "notes is not installed; nothing to change"
    result, _session = run(MISSING, state="absent", app_id="/notes")
    assert result["changed"] is False


def test_a_scheduler_leaves_something(run):
    app = installed(run)
    app["labels"][labels.FRAMEWORK] = "kafka"
    deleted = Call("DELETE", "/v2/apps/notes", data={"deploymentId": "d2"})
    result, _session = run(get(app), get(app), deleted, state="absent", app_id="/notes")
    assert warned(result, "/notes is the scheduler of the framework kafka")


def test_one_that_removes_itself_is_not_removed(run):
    app = installed(run)
    app["labels"][labels.OWN_REMOVAL] = "true"
    result, _session = run(get(app), state="absent", app_id="/notes")
    assert "/notes removes itself" in result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_options_are_refused_by_their_path_before_anything_is_asked(run, check):
    result, _session = run(options={"cpus": 0.01, "memory": 1}, _ansible_check_mode=check)
    assert [one["path"] for one in result["details"]] == ["/cpus", "/memory"]
    assert result["msg"].startswith("notes: the options do not match the schema of the package: /cpus is 0.01, but")


def test_rendered_and_described_ask_no_marathon(run):
    result, _session = run(state="rendered", options={"mem": 64}, app_id="a/b", url=None)
    assert (result["changed"], result["app"]["id"], result["app"]["mem"]) == (False, "/a/b", 64)
    result, _session = run(state="described", url=None)
    package = result["package"]
    assert (package["config"], package["template"], package["resource"]) == (CONFIG, TEMPLATE, None)
    assert package["versions"] == ["1.0.0"]


@pytest.mark.parametrize(("state", "calls"), [("rendered", ()), ("present", (MISSING, MISSING, INFO, WRITTEN))])
@pytest.mark.parametrize("option", ["password", "greeting"])
def test_a_secret_option_is_not_shown(run, state, calls, option):
    options = {option: "hunter2"}
    result, _session = run(*calls, state=state, options=options, secret_options=["greeting"])
    assert not result.get("failed"), result
    shown = json.dumps(result)
    assert "hunter2" not in shown
    assert base64.b64encode(json.dumps(options, separators=(",", ":")).encode()).decode() not in shown
    assert result["options"][option] == "********"
    assert result["app"]["cmd"] == "run ********"


def test_a_stored_secret_is_not_shown(run):
    app = installed(run, password="hunter2")
    result, _session = run(get(app), get(app), INFO, WRITTEN, options={"mem": 64}, app_id="/notes", merge=True)
    assert (result["action"], result["options"]["password"]) == ("updated", "********")
    assert "hunter2" not in json.dumps(result)
    assert app["labels"][labels.OPTIONS] not in json.dumps(result)


def test_a_name_of_no_option_is_told(run):
    result, _session = run(state="rendered", secret_options=["pasword"])
    assert warned(result, "secret_options names 'pasword', but there is no such option")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": None}, "no Marathon is named: set url"),
        ({"state": "absent", "url": None}, "no Marathon is named: set url"),
        ({"state": "absent", "merge": True}, "merge needs state=present"),
        ({"src": None}, "notes: src is not set: give the repositories"),
        ({"src": None, "state": "described"}, "src is not set"),
        ({"src": ["/dev/null/x"]}, "src /dev/null/x does not exist"),
        ({"version": "7"}, "has no version 7 of notes: its versions are 1.0.0"),
        ({"options": "none"}, "options"),
        ({"app_id": "a b"}, "app_id"),
    ],
)
def test_wrong_options(run, monkeypatch, options, words):
    monkeypatch.delenv("MARATHON_URL", raising=False)
    result, _session = run(**options)
    assert result["failed"]
    assert words in result["msg"]


def test_a_missing_library_is_named(run, monkeypatch):
    monkeypatch.setattr(schema, "jsonschema", None)
    for state in ("present", "rendered"):
        result, _session = run(state=state)
        assert "Failed to import the required Python library (jsonschema)" in result["msg"]
    result, _session = run(state="described")
    assert not result.get("failed")
