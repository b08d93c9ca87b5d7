"""universe_package, run by Ansible, against a Marathon that starts tasks."""

from __future__ import annotations

import base64
import json
import re
import zipfile
from pathlib import Path

import examples
import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "universe.md"
MODULE = "quorum.mesos.universe_package"
ABOUT = {
    "packagingVersion": "4.0",
    "name": "sleeper",
    "version": "1.0.0",
    "maintainer": "ops@example.com",
    "description": "Sleeps",
    "tags": ["example"],
    "postInstallNotes": "It sleeps.",
}
CONFIG = {
    "type": "object",
    "properties": {
        "service": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "default": "/sleeper"},
                "cpus": {"type": "number", "default": 0.1, "minimum": 0.1},
                "mem": {"type": "integer", "default": 32},
                "instances": {"type": "integer", "default": 1},
                "motd": {"type": "string", "default": ""},
                "password": {"type": "string"},
            },
            "additionalProperties": False,
        }
    },
}
TEMPLATE = """\
{
  "id": "{{service.name}}",
  "cmd": "exec sleep {{resource.seconds}}",
  "cpus": {{service.cpus}},
  "mem": {{service.mem}},
  {{#service.password}}
  "labels": {"PASSWORD": "{{service.password}}"},
  {{/service.password}}
  "instances": {{service.instances}},
  "env": {"MOTD": "{{service.motd}}"},
  "portDefinitions": [{"port": 0, "name": "http", "labels": {"VIP_0": "/sleeper:80"}}]
}
"""


@pytest.fixture
def universe(tmp_path):
    """A zip archive as DC/OS took it, with two versions."""
    path = tmp_path / "universe.zip"
    newer = {"version": "2.0.0", "upgradesFrom": ["1.0.0"], "downgradesTo": []}
    with zipfile.ZipFile(path, "w") as archive:
        for release, about in enumerate((ABOUT, {**ABOUT, **newer})):
            directory = f"repo/packages/S/sleeper/{release}"
            archive.writestr(f"{directory}/package.json", json.dumps(about))
            archive.writestr(f"{directory}/config.json", json.dumps(CONFIG))
            archive.writestr(f"{directory}/resource.json", json.dumps({"seconds": 1000}))
            archive.writestr(f"{directory}/marathon.json.mustache", TEMPLATE)
    return path


@pytest.fixture
def package(ansible, universe, group):
    def run(*switches, service=None, **options):
        options = {"name": "sleeper", "src": [str(universe)], "app_id": f"{group}/sleeper", **options}
        return ansible.module(*switches, module=MODULE, options={"service": service or {}}, **options)

    return run


def test_life_of_a_package(package, marathon, group):
    app_id = f"{group}/sleeper"
    wanted = {"motd": 'say "hi"\n', "password": "hunter2"}

    planned = package("--check", "--diff", version="1.0.0", service=wanted)
    assert (planned["changed"], planned["action"]) == (True, "created"), planned["output"]
    assert marathon.app(app_id) is None

    created = package("--diff", version="1.0.0", service=wanted)
    assert (created["changed"], created["action"]) == (True, "created"), created["output"]
    assert (created["diff"], created["dcos_only"]) == (planned["diff"], planned["dcos_only"])
    assert created["dcos_only"][0]["fields"] == ["/portDefinitions/0/labels/VIP_0"]
    assert created["package"]["postInstallNotes"] == "It sleeps."
    assert "hunter2" not in planned["output"] + created["output"]
    first = marathon.app(app_id)
    assert (first["tasksRunning"], first["env"]) == (1, {"MOTD": 'say "hi"\n'})
    assert first["labels"]["DCOS_PACKAGE_VERSION"] == "1.0.0"
    assert json.loads(base64.b64decode(first["labels"]["DCOS_PACKAGE_OPTIONS"])) == {"service": wanted}

    repeated = package(version="1.0.0", service=wanted)
    assert (repeated["changed"], repeated["action"]) == (False, "none"), repeated["output"]
    assert marathon.app(app_id)["version"] == first["version"]

    # The newest version, with the stored options and one more.
    planned = package("--check", "--diff", service={"mem": 64}, merge=True)
    assert (planned["action"], planned["restarts"]) == ("updated", True), planned["output"]
    assert marathon.app(app_id)["version"] == first["version"]
    updated = package("--diff", service={"mem": 64}, merge=True)
    assert (updated["action"], updated["diff"]) == ("updated", planned["diff"]), updated["output"]
    assert "hunter2" not in planned["output"] + updated["output"]
    second = marathon.app(app_id)
    assert (second["mem"], second["env"]["MOTD"], second["tasksRunning"]) == (64, 'say "hi"\n', 1)
    assert second["labels"]["DCOS_PACKAGE_VERSION"] == "2.0.0"
    assert package(service={"mem": 64}, merge=True)["changed"] is False

    refused = package("--check", version="1.0.0", service={"mem": 64}, merge=True)
    assert refused["failed"]
    assert f"{app_id} has version 2.0.0, and 1.0.0 is no change from that" in refused["msg"]

    planned = package("--check", "--diff", state="absent")
    assert (planned["changed"], planned["action"]) == (True, "deleted")
    assert marathon.app(app_id) is not None
    removed = package("--diff", state="absent")
    assert (removed["action"], removed["diff"]) == ("deleted", planned["diff"])
    assert marathon.app(app_id) is None
    assert package(state="absent")["changed"] is False


def test_what_a_run_is_refused_check_mode_is_refused(package, marathon, group):
    for service in ({"cpus": 0.01}, {"instances": -1}):
        refusals = [package(*switches, service=service)["msg"] for switches in ((), ("--check",))]
        assert refusals[0] == refusals[1]
    assert "/instances is -1" in refusals[0]
    assert marathon.app(f"{group}/sleeper") is None


def test_the_playbook_of_the_guide(ansible, marathon, group, tmp_path):
    """Its src is relative to it, and its password is in a vault."""
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    play = tmp_path / "nginx.yml"
    play.write_text(examples.localised(block, ansible.url, group))
    directory = tmp_path / "universe"
    directory.mkdir()
    (directory / "package.json").write_text(json.dumps({**ABOUT, "name": "nginx", "version": "1.25.0"}))
    (directory / "config.json").write_text(json.dumps(CONFIG))
    (directory / "marathon.json.mustache").write_text(TEMPLATE.replace("{{resource.seconds}}", "1000"))
    first, second = (ansible.play(str(play), "--diff", "-e", "vault_nginx_password=hunter2") for _run in range(2))
    assert (first.code, first.changed, second.code, second.changed) == (0, 1, 0, 0), first.output + second.output
    assert '"msg": "It sleeps."' in first.output
    assert "hunter2" not in first.output + second.output
    app = marathon.app(f"{group}/shop/nginx")
    assert (app["mem"], app["labels"]["PASSWORD"], app["tasksRunning"]) == (64, "hunter2", 1)
