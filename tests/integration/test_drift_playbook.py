"""playbooks/drift.yml: what it reports of a directory, how it ends, and that it never writes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from pathlib import Path

import pytest
import requests
from faulty_proxy import Fault, FaultyProxy, Reply

# The rehearsal by which check mode asks Marathon stores nothing.
REHEARSAL = "dryRun=true"
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "marathon.md").read_text()
NO_DRIFT, DRIFT, NOT_COMPARED = (0, "no_drift"), (2, "drift"), (2, "not_compared")


def definition(name, **more):
    return {"id": name, "cmd": "sleep 1000", "cpus": 0.01, "mem": 16, **more}


@pytest.fixture
def apps(tmp_path, marathon, group):
    """Two apps and a pod that are as declared."""
    directory = tmp_path / "apps"
    directory.mkdir()
    for name in ("web", "stock"):
        app = definition(f"{group}/{name}", env={"LEVEL": "3", "API_TOKEN": "must-not-be-shown"}, instances=0)
        (directory / f"{name}.json").write_text(json.dumps(app))
        assert marathon.write("PUT", f"/v2/apps{app['id']}", app).ok
    pod = {
        "id": f"{group}/pod",
        "containers": [
            {"name": "c", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.01, "mem": 16}}
        ],
        "scaling": {"kind": "fixed", "instances": 0},
    }
    (directory / "pod.json").write_text(json.dumps(pod))
    assert marathon.write("POST", "/v2/pods", pod).ok
    marathon.settle(group)
    return directory


@pytest.fixture
def proxy(marathon):
    """What arrives at Marathon is counted."""

    def session():
        return contextlib.nullcontext(marathon.ask)

    with FaultyProxy(lambda: marathon.url, session).serving() as proxy:
        proxy.add("counted")
        yield proxy


class Drift:
    """Runs the playbook with its report in a directory of its own."""

    def __init__(self, ansible, home, proxy):
        self.ansible, self.proxy, self.home = ansible, proxy, home
        self.output = ""

    def __call__(self, apps, *arguments, url=None, **variables):
        text, data = self.home / "drift.txt", self.home / "drift.json"
        files = {"drift_text": str(text), "drift_json": str(data)}
        url = url or self.proxy.url("counted")
        done = self.ansible.playbook(
            *arguments, name="quorum.mesos.drift", apps_dir=str(apps), marathon_url=url, **files, **variables
        )
        self.output = done.output
        assert done.changed == 0
        assert "must-not-be-shown" not in done.output + text.read_text() + data.read_text()
        assert [one for one in self.proxy.writes("counted") if REHEARSAL not in one] == []
        found = json.loads(data.read_text())
        assert text.read_text().splitlines() == found["lines"]
        return (done.code, found["outcome"]), found


@pytest.fixture
def drift(ansible, tmp_path, proxy):
    return Drift(ansible, tmp_path, proxy)


def differences(found, group):
    return {one["id"].removeprefix(f"{group}/"): (one["difference"], one["fields"]) for one in found["differs"]}


def test_nothing_differs(drift, apps):
    ended, found = drift(apps)
    assert ended == NO_DRIFT
    assert found["lines"] == [f"No drift: 3 of 3 as declared in {apps}"]
    assert drift(apps) == (ended, found)


def change(marathon, apps, group):
    """By hand at Marathon, and in the directory."""
    changed = {"env": {"LEVEL": "4", "API_TOKEN": "must-not-be-shown-either"}}
    assert marathon.write("PUT", f"/v2/apps{group}/web", changed, partialUpdate="true").ok
    assert marathon.write("PUT", f"/v2/apps{group}/stock", {"instances": 1}, partialUpdate="true").ok
    assert marathon.write("PUT", f"/v2/apps{group}/extra", definition(f"{group}/extra", instances=0)).ok
    marathon.settle(group)
    (apps / "new.json").write_text(json.dumps(definition(f"{group}/new")))


def kept(marathon, group):
    return {app["id"]: app for app in marathon.write("GET", f"/v2/groups{group}").json()["apps"]}


def test_each_difference_is_named_and_nothing_is_written(drift, marathon, apps, group):
    change(marathon, apps, group)
    before = kept(marathon, group)
    drifted = {
        "new": ("missing", []),
        "stock": ("scaled", ["instances"]),
        "web": ("changed", ["env.API_TOKEN", "env.LEVEL"]),
    }
    ended, found = drift(apps)
    assert ended == DRIFT
    assert differences(found, group) == drifted
    assert found["lines"][0] == f"Drift: 1 changed, 1 scaled, 1 missing; 1 of 4 as declared in {apps}"
    assert f"{group}/web    differs from its definition: env.API_TOKEN, env.LEVEL" in found["lines"][3]
    assert found["lines"][0] in " ".join(drift.output.split())
    assert drift(apps) == (ended, found)

    # What runs besides is drift where it belongs to the directory, and what another set has labelled does not.
    marked = definition(f"{group}/other", instances=0, labels={"quorum_owner": "another"})
    assert marathon.write("PUT", f"/v2/apps{group}/other", marked).ok
    marathon.settle(group)
    ended, owned = drift(apps, apps_owner_group=group)
    assert (ended, differences(owned, group)) == (DRIFT, {**drifted, "extra": ("undeclared", [])})

    # An autoscaler has the instances.
    _ended, ignored = drift(apps, apps_ignore_fields=["instances", "env"])
    assert differences(ignored, group) == {"new": ("missing", [])}
    after = kept(marathon, group)
    assert after.pop(f"{group}/other")
    assert after == before


def test_a_deployment_that_runs_and_what_is_not_labelled_yet_are_no_reason_not_to_look(drift, marathon, apps, group):
    stuck = {"cmd": "sleep 2000", "instances": 1, "cpus": 9000}
    assert marathon.write("PUT", f"/v2/apps{group}/web", stuck, partialUpdate="true").ok
    assert marathon.deployments(group)
    ended, found = drift(apps, apps_owner_label="quorum_owner=shop")
    assert ended == DRIFT
    web = differences(found, group)["web"]
    assert web == ("changed", ["cmd", "cpus", "instances", "labels.quorum_owner"])
    assert marathon.deployments(group)


def test_a_broken_file_is_not_compared(drift, apps):
    (apps / "zz-broken.json").write_text('{\n  "id": "a",\n  "cpus": 0.1,,\n}')
    ended, found = drift(apps)
    assert ended == NOT_COMPARED
    assert "zz-broken.json is not valid JSON: line 3, column 15" in found["lines"][0]
    assert len(found["lines"]) == 1
    (apps / "zz-broken.json").unlink()
    assert drift(apps)[0] == NO_DRIFT


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401, "<html>Unauthorized</html>"), "401"),
        (Reply(500, "<html>no</html>"), "500"),
        (Reply(200, "<html>hello</html>"), "Marathon"),
    ],
)
def test_an_answer_of_no_use_is_not_compared(drift, proxy, apps, reply, words):
    proxy.add("wrong", Fault("", then=reply, times=100))
    ended, found = drift(apps, url=proxy.url("wrong"))
    assert ended == NOT_COMPARED
    assert found["lines"][0].startswith("Not compared: ")
    assert words in found["why"]
    assert proxy.arrived["wrong"] == []


def test_a_marathon_that_does_not_answer_is_not_compared(drift, apps):
    ended, found = drift(apps, url="http://127.0.0.1:9")
    assert ended == NOT_COMPARED
    assert found["why"].startswith("Marathon does not answer at http://127.0.0.1:9")
    assert drift(apps, url="http://127.0.0.1:9") == (ended, found)


def test_a_directory_that_declares_nothing_is_not_compared(drift, apps, group):
    for path in apps.iterdir():
        path.unlink()
    ended, found = drift(apps, apps_owner_group=group)
    assert (ended, found["why"].split(";")[0]) == (NOT_COMPARED, f"{apps} declares no app, pod or group")
    ended, found = drift(apps, apps_owner_group=group, apps_allow_empty=True)
    assert (ended, set(differences(found, group))) == (DRIFT, {"web", "stock", "pod"})
    assert drift(apps / "none")[0] == NOT_COMPARED


def test_without_a_directory_or_a_marathon(ansible):
    done = ansible.playbook(name="quorum.mesos.drift", marathon_url="http://127.0.0.1:9")
    assert (done.code, "Not compared: apps_dir is not set" in done.output) == (2, True), done.output
    done = ansible.playbook(name="quorum.mesos.drift", apps_dir="/")
    assert done.code == 2
    assert "Not compared: " in done.output


def test_many_differences_are_a_short_text(drift, marathon, apps, group):
    many = [definition(f"{group}/n{number:03}") for number in range(300)]
    (apps / "many.json").write_text(json.dumps(many))
    _ended, found = drift(apps)
    assert len(found["lines"]) == 20
    assert len(found["differs"]) == 300


def test_marathon_is_found_in_the_inventory(ansible, drift, apps, tmp_path, marathon):
    address = requests.utils.urlparse(marathon.url)
    inventory = tmp_path / "inventory.ini"
    inventory.write_text(f"[marathon]\nm1 ansible_host={address.hostname} marathon_http_port={address.port}\n")
    done = ansible.playbook(f"--inventory={inventory}", "--check", name="quorum.mesos.drift", apps_dir=str(apps))
    assert done.code == 0, done.output
    assert "No drift: 3 of 3 as declared" in done.output


MAIL = """#!/bin/sh
{ echo "to $3: $2"; cat; } >>"$MAILBOX"
"""


def test_the_script_of_the_guide_sends_a_mail_where_something_differs(ansible, marathon, apps, group, tmp_path):
    script = re.search(r"`marathon-drift`:\n\n```bash\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)[1]
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "mail").write_text(MAIL)
    (programs / "marathon-drift").write_text(script.replace("/srv/shop/apps", str(apps)).replace("=/shop", f"={group}"))
    for program in programs.iterdir():
        program.chmod(0o755)
    mailbox = tmp_path / "mailbox"
    environment = {
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MARATHON_URL": marathon.url,
        "MAILBOX": str(mailbox),
        "TMPDIR": str(tmp_path),
    }
    done = ansible.run(str(programs / "marathon-drift"), environment=environment)
    assert (done.code, mailbox.exists()) == (0, False), done.output
    (apps / "stock.json").unlink()
    done = ansible.run(str(programs / "marathon-drift"), environment=environment)
    assert done.code == 1, done.output
    first = f"Drift: 1 undeclared; 2 of 2 as declared in {apps}"
    assert mailbox.read_text().splitlines() == [
        f"to ops@example.com: {first}",
        first,
        f"  {group}/stock  runs, not declared",
    ]
    assert list(tmp_path.glob("tmp.*")) == []
