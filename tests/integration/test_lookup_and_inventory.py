"""The lookup marathon_endpoint and the inventory marathon, as Ansible runs them, beside the same running tasks."""

from __future__ import annotations

import json

import pytest

NOTE = "{{ lookup('pipe', 'echo run') }}"


@pytest.fixture(scope="module")
def web(ansible, marathon, module_group):
    """An app with two named ports and labels, one of which would run a command as a template."""
    definition = {
        "id": f"{module_group}/shop/web-eu",
        "cmd": "sleep 1000",
        "cpus": 0.1,
        "mem": 32,
        "instances": 2,
        "portDefinitions": [{"port": 0, "name": "http"}, {"port": 0, "name": "admin"}],
        "labels": {"team": module_group.strip("/"), "note": NOTE},
        "env": {"PASSWORD": "must-not-be-cached"},
    }
    assert marathon.write("PUT", f"/v2/apps{definition['id']}", definition).status_code == 201
    waited = ansible.module(id=definition["id"], instances=2)
    assert not waited["failed"], waited["output"]
    return waited


def shown(ansible, expression, *arguments, environment=None, **variables):
    """The value of an expression."""
    done = ansible.run(
        "ansible",
        "localhost",
        "--connection=local",
        "--module-name=ansible.builtin.debug",
        f"--args={json.dumps({'msg': '{{ ' + expression + ' }}'})}",
        f"--extra-vars={json.dumps(variables)}",
        *arguments,
        environment=environment,
    )
    if done.code:
        return done.output
    return json.loads(done.output[done.output.index("=> ") + 3 :])["msg"]


def listed(ansible, path, *arguments, environment=None):
    done = ansible.run("ansible-inventory", f"--inventory={path}", "--list", *arguments, environment=environment)
    assert done.code == 0, done.output
    return plain(json.loads(done.output[done.output.index("{") :])), done.output


def plain(value):
    """Without the mark by which ansible-inventory tells that a text is no template."""
    if isinstance(value, dict):
        marked = value.get("__ansible_unsafe")
        return {name: plain(element) for name, element in value.items()} if marked is None else marked
    return [plain(element) for element in value] if isinstance(value, list) else value


def written(directory, name="marathon.yml", **options):
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(json.dumps({"plugin": "quorum.mesos.marathon", **options}))
    return path


def test_lookup(ansible, web):
    app_id, label = web["app"]["id"], f"team=={web['app']['labels']['team']}"
    endpoints = f"query('quorum.mesos.marathon_endpoint', '{app_id}', %s)"
    assert shown(ansible, endpoints % f"url='{ansible.url}'") == web["endpoints"]
    # By name, from the environment, with fail-over, and as one text.
    http = sorted(f"http://{task['host']}:{task['ports'][0]}/" for task in web["tasks"])
    form = "port_name='http', format='http://{host}:{port}/'"
    environment = {"MARATHON_URL": f"http://127.0.0.1:9,{ansible.url}"}
    assert shown(ansible, endpoints % form, environment=environment) == http
    one_text = f"lookup('quorum.mesos.marathon_endpoint', label='{label}', port_name='http', format='%s')"
    found = shown(ansible, one_text % "http://{host}:{port}/", marathon_url="{{ other }}", other=ansible.url)
    assert found == ",".join(http)


def test_lookup_says_what_is_wrong(ansible, web):
    app_id = web["app"]["id"]
    asked = "query('quorum.mesos.marathon_endpoint', '%s', url='%s')"
    assert "/nope does not exist on Marathon" in shown(ansible, asked % (app_id + "/nope", ansible.url))
    assert "Marathon does not answer at http://127.0.0.1:9" in shown(ansible, asked % (app_id, "http://127.0.0.1:9"))
    output = shown(ansible, asked % (app_id, "http://ops:hidden@127.0.0.1:9"))
    assert "use url_username, url_password" in output


def test_inventory(ansible, web, tmp_path):
    app_id, team = web["app"]["id"], web["app"]["labels"]["team"]
    path = written(
        tmp_path,
        url=["http://127.0.0.1:9", ansible.url],
        label=f"team=={team}",
        strict=True,
        compose={"web_port": "marathon_task_ports[0]"},
        groups={"running": "marathon_task_state == 'TASK_RUNNING'", "checked": "marathon_task_healthy is not none"},
        keyed_groups=[{"key": "marathon_task_agent", "prefix": "on"}],
    )
    found, output = listed(ansible, path)
    tasks = {task["id"]: task for task in web["tasks"]}
    word = team.replace("-", "_")
    assert sorted(found["marathon_tasks"]["hosts"]) == sorted(tasks)
    assert sorted(found[f"marathon_app_{word}__shop__web_eu"]["hosts"]) == sorted(tasks)
    assert sorted(found[f"marathon_label_team_{word}"]["hosts"]) == sorted(tasks)
    assert sorted(found["running"]["hosts"]) == sorted(tasks)
    assert "checked" not in found
    for name, task in tasks.items():
        variables = found["_meta"]["hostvars"][name]
        assert variables["ansible_host"] == variables["marathon_task_agent"] == task["host"]
        assert variables["marathon_task_ports"] == task["ports"]
        assert variables["web_port"] == task["ports"][0]
        assert variables["marathon_app_id"] == app_id
        assert [place["name"] for place in variables["marathon_task_endpoints"]] == ["http", "admin"]
        agent = "marathon_agent_" + "".join(sign if sign.isalnum() else "_" for sign in task["host"])
        assert name in found[agent]["hosts"]
    assert "must-not-be-cached" not in output
    assert listed(ansible, path)[0] == found


def test_a_label_is_no_template(ansible, web, tmp_path):
    path = written(tmp_path, url=ansible.url, label=f"team=={web['app']['labels']['team']}")
    done = ansible.run(
        "ansible", "marathon_tasks", f"--inventory={path}", "--connection=local",
        "--module-name=ansible.builtin.debug", "--args=var=marathon_app_labels.note",
    )  # fmt: skip
    assert done.code == 0, done.output
    assert done.output.count(NOTE) == len(web["tasks"])


def test_a_cached_inventory_asks_nobody_and_keeps_no_secret(ansible, web, tmp_path):
    cache = tmp_path / "cache"
    options = {
        "label": f"team=={web['app']['labels']['team']}",
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(cache),
        "url_username": "ops",
        "url_password": "hidden-password",
    }
    path = written(tmp_path, url=ansible.url, **options)
    first, _ = listed(ansible, path)
    (kept,) = cache.iterdir()
    assert web["app"]["id"] in kept.read_text()
    assert "must-not-be-cached" not in kept.read_text() + str(first)
    assert "hidden-password" not in kept.read_text() + str(first)
    kept.write_text(kept.read_text().replace(web["tasks"][0]["host"], "from-the-cache"))
    again, _ = listed(ansible, path)
    assert "from-the-cache" in str(again)
    refreshed, _ = listed(ansible, path, "--flush-cache")
    assert refreshed == first
    # Another selection is not answered from what was kept for this one.
    other, _ = listed(ansible, written(tmp_path, url=ansible.url, **{**options, "label": "team==nobody"}))
    assert "marathon_tasks" not in other


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("marathon.yaml", {"url": "http://127.0.0.1:9"}, "Marathon does not answer at http://127.0.0.1:9"),
        ("shop.marathon.yml", {"url": "marathon"}, "url 'marathon' is not the address of a Marathon"),
        ("marathon.yml", {}, "url"),
        ("marathon.yml", {"url": "http://127.0.0.1:9", "group_by": ["team"]}, "group_by"),
        ("tasks.yml", {"url": "http://127.0.0.1:9"}, "Completely failed to parse inventory source"),
    ],
)
def test_what_the_inventory_refuses(ansible, tmp_path, name, options, words):
    environment = {
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_INVENTORY_ENABLED": "quorum.mesos.marathon",
    }
    path = written(tmp_path, name, **options)
    done = ansible.run("ansible-inventory", f"--inventory={path}", "--list", environment=environment)
    assert done.code != 0
    assert words in " ".join(done.output.split())
