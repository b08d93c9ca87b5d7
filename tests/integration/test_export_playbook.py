"""playbooks/export.yml: what runs becomes files that plan to nothing."""

from __future__ import annotations

import json
import stat

import pytest
import yaml

ODD = {
    "bare": {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32},
    "many-things": {
        "args": ["sh", "-c", "sleep 1000"],
        "cpus": 0.1,
        "mem": 32,
        "instances": 0,
        "ports": [0, 0],
        "uris": ["http://files.example.com/a.tgz", "http://files.example.com/b.jar"],
        "constraints": [["hostname", "GROUP_BY", "2"], ["zone", "LIKE", "a|b"]],
        "env": {"COLOUR": "green", "PASSWORD": "must-not-be-shown", "TEMPLATE": "{{ not one }}", "YES": "yes"},
        "labels": {"team": "shop", "HAPROXY_0_VHOST": "shop.example.com"},
        "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0},
        "healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}}, {"protocol": "TCP", "portIndex": 1}],
        "maxLaunchDelaySeconds": 60,
        "taskKillGracePeriodSeconds": 3,
    },
    "bridge": {
        "instances": 0,
        "container": {
            "type": "DOCKER",
            "docker": {
                "image": "nginx",
                "network": "BRIDGE",
                "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 0, "protocol": "tcp"}],
                "parameters": [{"key": "hostname", "value": "a.corp"}],
            },
            "volumes": [{"containerPath": "/etc/a", "hostPath": "/var/data/a", "mode": "RO"}],
        },
        "healthChecks": [{"path": "/", "portIndex": 0, "gracePeriodSeconds": 3}],
    },
    "mesos": {
        "cmd": "sleep 1000",
        "instances": 0,
        "container": {"type": "MESOS", "docker": {"image": "busybox"}},
        "unreachableStrategy": "disabled",
        "user": "nobody",
    },
}


@pytest.fixture
def running(marathon, group):
    """Apps written by hand in forms that people have, and a group that depends on another."""
    for name, definition in ODD.items():
        answer = marathon.write("POST", "/v2/apps", {"id": f"{group}/odd/{name}", **definition})
        assert answer.status_code == 201, answer.text
    answer = marathon.write("PUT", "/v2/groups", {"id": f"{group}/after", "dependencies": [f"{group}/odd"]})
    assert answer.status_code == 200, answer.text
    return group


def export(ansible, directory, *arguments, **variables):
    variables = {"export_dir": str(directory), "marathon_url": ansible.url, **variables}
    return ansible.playbook(*arguments, name="quorum.mesos.export", **variables)


def deploy(ansible, directory, *arguments, **variables):
    variables = {"apps_dir": str(directory), "marathon_url": ansible.url, **variables}
    return ansible.playbook("--check", "--diff", *arguments, **variables)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_files_plan_to_nothing(ansible, running, tmp_path, form):
    directory = tmp_path / "apps"
    planned = export(ansible, directory, "--check", export_group=running, export_format=form)
    assert (planned.code, planned.changed) == (0, 1), planned.output
    assert not directory.exists()

    written = export(ansible, directory, export_group=running, export_format=form)
    assert (written.code, written.changed) == (0, 1), written.output
    suffix = {"json": ".json", "yaml": ".yml"}[form]
    start = running.strip("/")
    names = [f"{start}_odd_{name}" for name in ODD] + [f"{start}_after@group"]
    files = {path.name: path for path in directory.iterdir()}
    assert sorted(files) == sorted(name + suffix for name in names)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    bare = yaml.safe_load(files[f"{start}_odd_bare{suffix}"].read_text())
    assert bare == {"id": f"{running}/odd/bare", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32.0}

    again = export(ansible, directory, export_group=running, export_format=form)
    assert (again.code, again.changed) == (0, 0), again.output
    deployed = deploy(ansible, directory)
    assert (deployed.code, deployed.changed) == (0, 0), deployed.output


def test_secrets_stay_out_and_strangers_are_named(ansible, running, tmp_path):
    directory = tmp_path / "apps"
    directory.mkdir()
    (directory / "gone.json").write_text(json.dumps({"id": f"{running}/gone", "cmd": "sleep 1000"}))
    variables = {"export_group": f"{running}/odd", "export_leave_out": ["env.PASSWORD"], "export_mode": "0640"}
    done = export(ansible, directory, "--diff", **variables)
    assert done.code == 0, done.output
    assert f"{directory}/gone.json: no exported app, pod or group has this file" in " ".join(done.output.split())
    assert "must-not-be-shown" not in done.output + "".join(path.read_text() for path in directory.iterdir())
    assert stat.S_IMODE((directory / f"{running.strip('/')}_odd_bare.json").stat().st_mode) == 0o640

    (directory / "gone.json").unlink()
    taken = deploy(ansible, directory, apps_secret_env=["PASSWORD"])
    assert taken.changed == 1
    assert "must-not-be-shown" not in taken.output
    kept = deploy(ansible, directory, apps_ignore_fields=["env.PASSWORD"])
    assert (kept.code, kept.changed) == (0, 0), kept.output

    variables = {"export_group": running, "export_secret_env": ["PASSWORD"]}
    masked = export(ansible, tmp_path / "all", "--check", "--diff", **variables)
    assert masked.changed == 1
    assert "********" in masked.output
    assert "must-not-be-shown" not in masked.output


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"export_dir": ""}, "export_dir is not set"),
        ({"export_group": "/quorum-test-nothing"}, "the group /quorum-test-nothing does not exist on Marathon"),
        ({"export_leave_out": ["instnces"]}, "leave_out: 'instnces' is not a field that an app declares"),
        ({"export_dir": "/dev/null/apps"}, "dest /dev/null/apps cannot be written: /dev/null is not a directory"),
    ],
)
def test_what_is_wrong_is_named(ansible, tmp_path, variables, words):
    done = export(ansible, **{"directory": tmp_path / "apps", **variables})
    assert done.code != 0
    assert words in " ".join(done.output.split())
