"""The playbook translate on a directory: files, notes that stop it, a second run, check mode."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WEB = {
    "id": "/shop/web",
    "container": {
        "docker": {
            "image": "nginx",
            "network": "BRIDGE",
            "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 82}],
        }
    },
    "env": {"DB_PASSWORD": "hunter2-hunter2"},
    "instances": 2,
}
GROUP = {"id": "/batch", "apps": [{"id": "cleanup", "cmd": "clean {{ what }}", "dependencies": ["/shop/web"]}]}


@pytest.fixture
def translate(tmp_path):
    apps = tmp_path / "apps"
    (apps / "batch").mkdir(parents=True)
    (apps / "web.json").write_text(json.dumps(WEB))
    (apps / "batch" / "group.json").write_text(json.dumps(GROUP))

    def run(*arguments, **variables):
        given = {
            "translate_dir": str(apps),
            "translate_dest": str(tmp_path / "out"),
            "what": "all",
            **variables,
        }
        command = ["ansible-playbook", "-i", "localhost,", "quorum.mesos.translate", "-e", json.dumps(given)]
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
        }
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_notes_stop_it_until_they_are_accepted(translate, tmp_path):
    code, output = translate()
    assert code == 2
    assert "notes are not accepted" in output
    for named in ("/batch/cleanup kubernetes:/dependencies (dropped)", "/shop/web swarm:/env/DB_PASSWORD (manual)"):
        assert named in output
    out = tmp_path / "out"
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert written == [
        "REPORT.md",
        "kubernetes/batch-cleanup.yml",
        "kubernetes/shop-web.yml",
        "swarm/batch.stack.yml",
        "swarm/batch_cleanup.json",
        "swarm/shop.stack.yml",
        "swarm/shop_web.json",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out, out / "swarm")} == {0o700}
    assert not any("hunter2" in path.read_text() for path in out.rglob("*") if path.is_file())
    assert "hunter2" not in output
    code, output = translate(translate_accept=["manual", "kubernetes:/dependencies", {"level": "dropped"}])
    assert code == 0, output
    assert "changed=0" in output
    code, output = translate(translate_accept=["manual", "dropped", "/colour"])
    assert code == 0
    assert "accept has /colour, but no note is like that" in " ".join(output.split())


def test_what_is_written(translate, tmp_path):
    translate(translate_options={"namespace": "shop"}, translate_app_options={"/batch/cleanup": {"kind": "Job"}})
    objects = list(yaml.safe_load_all((tmp_path / "out/kubernetes/shop-web.yml").read_text()))
    assert [one["kind"] for one in objects] == ["Deployment", "Service", "PodDisruptionBudget"]
    assert {one["metadata"]["namespace"] for one in objects} == {"shop"}
    assert objects[1]["spec"]["ports"][0]["port"] == 82
    assert yaml.safe_load((tmp_path / "out/kubernetes/batch-cleanup.yml").read_text())["kind"] == "Job"
    spec = json.loads((tmp_path / "out/swarm/batch_cleanup.json").read_text())
    assert spec["TaskTemplate"]["ContainerSpec"]["Args"] == ["-c", "clean all"]
    report = (tmp_path / "out/REPORT.md").read_text()
    assert "2 apps and 0 pods were translated" in report
    assert re.search(r"\| shop-web-secrets \| DB\\_PASSWORD \|", report)


def test_check_mode_is_true(translate, tmp_path):
    code, output = translate("--check", "--diff", translate_accept=["manual", "dropped"])
    assert code == 0, output
    assert not (tmp_path / "out").exists()
    assert "changed=1" in output
    assert "+kind: Deployment" in output
    translate(translate_accept=["manual", "dropped"])
    code, output = translate("--check", "--diff", translate_accept=["manual", "dropped"])
    assert "changed=0" in output
    (tmp_path / "out/kubernetes/shop-web.yml").write_text("kind: Mine\n")
    code, output = translate("--check", "--diff", translate_accept=["manual", "dropped"])
    assert "-kind: Mine" in output
    assert (tmp_path / "out/kubernetes/shop-web.yml").read_text() == "kind: Mine\n"


def test_files_of_earlier_runs_are_named_and_stay(translate, tmp_path):
    accepted = {"translate_accept": ["manual", "dropped"]}
    translate(**accepted)
    (tmp_path / "apps" / "web.json").unlink()
    code, output = translate(**accepted)
    words = " ".join(output.split())
    assert code == 0
    for name in ("kubernetes/shop-web.yml", "swarm/shop_web.json", "swarm/shop.stack.yml"):
        assert f"out/{name}" in words
        assert (tmp_path / "out" / name).exists()
    assert "nothing that is translated now has this file" in words


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"translate_dest": ""}, "translate_dest is not set"),
        ({"translate_dir": "/missing"}, "translate_dir /missing is not a directory"),
        ({"translate_options": {"colour": "red"}}, "there is no option 'colour'"),
        ({"translate_app_options": {"/shop/web": "Job"}}, "app_options has no mapping for /shop/web"),
    ],
)
def test_wrong_variables_are_refused_before_anything_is_written(translate, tmp_path, variables, told):
    code, output = translate(**variables)
    assert code == 2
    assert told in " ".join(output.split())
    assert "Traceback" not in output
    assert not (tmp_path / "out").exists()
