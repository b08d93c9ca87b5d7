"""The EXAMPLES of all that is for Marathon, as they follow each other: one run of Ansible for each plugin."""

from __future__ import annotations

import json
import re
import sys

import certifi
import examples
import pytest
import yaml

WEB = {
    "cmd": f"touch version; {examples.SERVER}",
    "cpus": 0.1,
    "mem": 32,
    "portDefinitions": [{"port": 0, "name": "http"}],
}
CHECK = {"protocol": "MESOS_HTTP", "path": "/", "portIndex": 0, "gracePeriodSeconds": 5, "intervalSeconds": 1}
OLD_NGINX = {
    "id": "nginx",
    "container": {
        "type": "DOCKER",
        "docker": {"image": "nginx", "network": "BRIDGE", "portMappings": [{"containerPort": 80, "hostPort": 0}]},
    },
}
NEW_NGINX = {
    "id": "/nginx",
    "networks": [{"mode": "container/bridge"}],
    "container": {
        "type": "DOCKER",
        "docker": {"image": "nginx"},
        "portMappings": [{"containerPort": 80, "hostPort": 0}],
    },
}
# What runs before the examples of a plugin, with ids below the test's group.
RUNNING = {
    "filter/marathon_endpoints": {"/shop/web": {}},
    "filter/marathon_minimal": {"/shop/web": {"instances": 2}},
    "inventory/marathon": {"/shop/web": {"labels": {"team": "shop", "tier": "web"}, "healthChecks": [CHECK]}},
    "modules/marathon_app": {"/shop/front-blue": {}},
    "lookup/marathon_endpoint": {"/shop/web": {"labels": {"balanced": "true"}}},
    "modules/marathon_info": {"/shop/web": {"instances": 2}},
    "modules/marathon_translate": {"/shop/cleanup": {}},
    "modules/marathon_export": {"/shop/web": {"env": {"PASSWORD": "hunter2"}}, "/shop/db": {}},
}
# The files that they name, below the directory of the playbook.
FILES = {
    "filter/marathon_to_kubernetes": {"web.json": NEW_NGINX},
    "filter/marathon_to_swarm": {"web.json": NEW_NGINX},
    "filter/marathon_translation_report": {"shop.json": {"id": "/shop", "apps": [{"id": "cleanup", **WEB}]}},
    "filter/marathon_canonical": {"nginx.json": OLD_NGINX, "nginx-1.5.json": NEW_NGINX},
    "modules/marathon_app": {
        "apps/tomcat.json": {"id": "/shop/tomcat", **WEB},
        "templates/web.json.j2": {"id": "/shop/web", **WEB, "env": {"DB_PASSWORD": "{{ 'a' ~ 'secret' }}"}},
    },
    "modules/marathon_apps": {
        "apps/web.json": {"id": "/shop/web", **WEB},
        "team-a.yml": {"id": "/shop/a", **WEB},
        "team-b.json": {"id": "/shop/b", **WEB},
    },
    "modules/marathon_deployment": {"apps/web.json": {"id": "/shop/web", **WEB}},
    "modules/marathon_translate": {"apps/web.json": {"id": "/shop/web", **WEB}},
    "modules/universe_package": {
        "universe/package.json": {
            "packagingVersion": "4.0",
            "name": "nginx",
            "version": "1.25.0",
            "maintainer": "ops@example.com",
            "description": "A web server",
            "tags": ["web"],
        },
        "universe/config.json": {
            "properties": {
                "service": {
                    "properties": {
                        "name": {"type": "string", "default": "/nginx"},
                        "mem": {"type": "integer", "default": 32},
                        "instances": {"type": "integer", "default": 1},
                    },
                    "additionalProperties": False,
                }
            }
        },
        "universe/marathon.json.mustache": {
            **WEB,
            "id": "{{service.name}}",
            "mem": "{{service.mem}}",
            "instances": "{{service.instances}}",
        },
    },
    "modules/marathon_pod": {
        "pods/front.json": {
            "id": "/shop/front",
            "containers": [
                {"name": "web", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.1, "mem": 32}}
            ],
        }
    },
}
# What their words stand for here, besides addresses and ids.
WORDS = {
    "inventory/marathon": {"/etc/ssl/certs/cluster-ca.pem": certifi.where(), "/var/tmp": "{directory}"},
    "lookup/marathon_endpoint": {"/etc/haproxy": "{directory}"},
    # The lab engine takes an app with a persistent volume, and does not start it: it reserves nothing.
    "modules/marathon_app": {
        "/etc/nginx": "{directory}",
        "role: shop": "role: {role}",
        "wait_timeout: 900": "wait: false",
    },
    "modules/marathon_deployment": {"http://web.example.com/": "{url}/ping"},
}
# Variables that they take from a vault.
SECRETS = {"modules/marathon_app": {"vault_db_password": "hunter2"}}


@pytest.fixture
def scene(ansible, marathon, group, tmp_path):
    """Puts in place what the examples of a plugin speak of; gives their text as it is for this Marathon."""

    def prepare(plugin):
        for app_id, fields in RUNNING.get(plugin, {}).items():
            answer = marathon.write("PUT", f"/v2/apps{group}{app_id}", {**WEB, **fields})
            assert answer.status_code == 201, answer.text
        for app_id, fields in RUNNING.get(plugin, {}).items():
            waited = ansible.module(id=f"{group}{app_id}", instances=fields.get("instances", 1))
            assert not waited["failed"], waited["output"]
        for name, content in FILES.get(plugin, {}).items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(examples.localised(json.dumps(content), ansible.url, group))
        words = examples.text(plugin)
        for there, here in WORDS.get(plugin, {}).items():
            assert there in words, f"{plugin} does not speak of {there} any more"
            words = words.replace(there, here.format(directory=tmp_path, url=ansible.url, role=group.strip("/")))
        return examples.localised(words, ansible.url, group)

    return prepare


@pytest.mark.parametrize("plugin", [name for name in examples.plugins() if not name.startswith("inventory/")])
def test_examples(ansible, cluster, scene, tmp_path, plugin):
    tasks = list(examples.tasks(scene(plugin)))
    if cluster is not None:
        tasks = examples.without_docker(tasks)
    playbook = tmp_path / "examples.yml"
    playbook.write_text(yaml.safe_dump(examples.play(tasks, sys.executable), sort_keys=False))
    secrets = SECRETS.get(plugin, {})
    given = f"--extra-vars={json.dumps(secrets)}"
    done = ansible.run("ansible-playbook", str(playbook), given, "-v", environment={"MARATHON_URL": ansible.url})
    assert done.code == 0, done.output
    assert [secret for secret in secrets.values() if secret in done.output] == []
    counted = dict(re.findall(r"\b(ok|skipped|rescued|ignored)=(\d+)", done.output))
    assert counted == {"ok": str(examples.count(tasks)), "skipped": "0", "rescued": "0", "ignored": "0"}, done.output


def test_examples_of_the_inventory(ansible, group, scene, tmp_path):
    words = scene("inventory/marathon")
    names = ["marathon.yml", "shop.marathon.yml"]
    sources = []
    for name, document in zip(names, yaml.safe_load_all(words), strict=True):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(document))
        sources.append(f"--inventory={path}")
    # One of them has no user name of its own.
    login = {"MARATHON_USERNAME": "inventory", "MARATHON_PASSWORD": "of no use here"}
    done = ansible.run("ansible-inventory", *sources, "--graph", environment=login)
    assert done.code == 0, done.output
    app = f"marathon_app_{group.strip('/').replace('-', '_')}__shop__web"
    assert re.search(rf"@{app}:\n +\|  \|--quorum-test", done.output), done.output
    assert re.search(r"@ready:\n +\|  \|--quorum-test", done.output), done.output
    assert len(list((tmp_path / "marathon-inventory").iterdir())) == 1


def test_no_plugin_for_marathon_is_left_out():
    """Whoever adds one with examples that need something adds that here; whoever removes one, removes it."""
    assert set(RUNNING) | set(FILES) | set(WORDS) | set(SECRETS) <= set(examples.plugins())
    assert all(examples.text(plugin).strip() for plugin in examples.plugins())
