"""Where apps answer at the load balancers of an inventory: the end of apps.yml, and the lookup marathon_endpoint."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

LOGIN = {"marathon_http_credentials": {"username": "operator", "password": "hidden-word"}}


def definition(group, name, ports, **labels):
    return {
        "id": f"{group}/{name}",
        "cmd": "sleep 1000",
        "cpus": 0.01,
        "mem": 16,
        "instances": 0,
        "portDefinitions": [{"port": port, "protocol": "tcp"} for port in ports],
        "requirePorts": False,
        "labels": labels,
    }


@pytest.fixture
def apps(tmp_path, group):
    """One with a virtual host, one whose label is wrong, and one without a port."""
    directory = tmp_path / "apps"
    directory.mkdir()
    host = f"{group.strip('/')}.example.org"
    for app in (
        definition(group, "web", [18001], HAPROXY_0_VHOST=host, HAPROXY_0_PATH="/shop"),
        definition(group, "wrong", [18002], HAPROXY_0_MODE="udp"),
        definition(group, "worker", []),
    ):
        (directory / f"{app['id'].rpartition('/')[2]}.json").write_text(json.dumps(app))
    return directory


def inventory(ansible, home, balancers):
    """Nothing listens at the load balancers: nobody connects to them."""
    address = urlsplit(ansible.url)
    marathon = {"ansible_host": address.hostname, "marathon_http_port": address.port, **LOGIN}
    groups = {"marathon": {"hosts": {"m1": marathon}}}
    if balancers is not None:
        groups["load_balancers"] = {"hosts": balancers}
    path = home / "inventory.json"
    path.write_text(json.dumps({"all": {"children": groups}}))
    return f"--inventory={path}"


def test_a_deployment_ends_with_the_addresses_at_the_balancers(ansible, apps, group, tmp_path):
    balancers = {"lb1": {"ansible_host": "192.0.2.1"}, "lb2.example.org": {"haproxy_http_port": "8080"}}
    given = inventory(ansible, tmp_path, balancers)
    planned = ansible.playbook(given, "--check", apps_dir=str(apps))
    assert planned.code == 0, planned.output
    assert " at 192.0.2.1" not in planned.output
    vhost = f"{group.strip('/')}.example.org"
    for changed in (1, 0):
        done = ansible.playbook(given, apps_dir=str(apps))
        assert (done.code, done.changed) == (0, changed), done.output
        shown = [
            f"{group}/web at {place}"
            for place in (f"{vhost}:80/shop", "192.0.2.1:18001", f"{vhost}:8080/shop", "lb2.example.org:18001")
        ]
        assert [line for line in shown if f'"{line}"' not in done.output] == []
        assert f"{group}/wrong at lb2.example.org: HAPROXY_0_MODE" in " ".join(done.output.split())
        assert f"{group}/worker at" not in done.output
        assert "hidden-word" not in done.output


def test_without_load_balancers_nothing_is_said_of_them(ansible, apps, tmp_path):
    for balancers in (None, {}):
        done = ansible.playbook(inventory(ansible, tmp_path, balancers), apps_dir=str(apps))
        assert done.code == 0, done.output
        assert "example.org" not in done.output
        assert "load_balancers" not in done.output


def test_the_lookup_answers_with_them(ansible, marathon, group, tmp_path):
    host = f"{group.strip('/')}.example.org"
    web = definition(group, "web", [18011, 18012], HAPROXY_1_VHOST=host)
    assert marathon.write("PUT", f"/v2/apps{web['id']}", web).ok
    given = inventory(ansible, tmp_path, {"lb1": {"haproxy_strict": "{{ tight }}", "tight": False}})

    def shown(options, *arguments):
        asked = f"'{web['id']}', url='{ansible.url}', public=true{options}"
        query = f"{{{{ query('quorum.mesos.marathon_endpoint', {asked}) }}}}"
        done = ansible.run(
            "ansible", "localhost", "--connection=local", "--module-name=ansible.builtin.debug",
            f"--args={json.dumps({'msg': query})}", *arguments,
        )  # fmt: skip
        return json.loads(done.output[done.output.index("=> ") + 3 :])["msg"] if done.code == 0 else done.output

    assert shown("", given) == ["lb1:18011", f"{host}:80", "lb1:18012"]
    assert shown(", balancers=['lb.example.org'], port_index=0") == ["lb.example.org:18011"]
    assert "no load balancer is known: the inventory has no host in the group load_balancers" in shown("")
