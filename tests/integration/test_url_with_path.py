"""url copied with a path of the API: nothing is taken for absent or empty, nothing is written, the url is named.

Marathon takes the rest of such a path for the id of an app, and answers that it does not exist. All cases are one run
of Ansible.
"""

from __future__ import annotations

import json
import re

import case_playbook
import pytest
import requests
from faulty_proxy import FaultyProxy
from local_cluster import wait_until

SMALL = {"cmd": "exec sleep 1000", "cpus": 0.01, "mem": 16}
CONTAINER = {"name": "main", "exec": {"command": {"shell": "exec sleep 1000"}}, "resources": {"cpus": 0.01, "mem": 16}}


@pytest.fixture(scope="module")
def there(marathon, module_group):
    """Apps, a pod and a deployment that hangs; what all of them are is returned by looking again."""
    group = module_group
    wanted = {"apps": [{**SMALL, "id": f"{group}/a"}, {**SMALL, "id": f"{group}/b"}]}
    marathon.write("PUT", f"/v2/groups{group}", wanted).raise_for_status()
    marathon.write("POST", "/v2/pods", {"id": f"{group}/p", "containers": [CONTAINER]}).raise_for_status()
    marathon.settle(group)
    wait_until("the pod is there", lambda: marathon.write("GET", f"/v2/pods{group}/p").status_code == 200)
    stuck = marathon.write("PUT", f"/v2/apps{group}/stuck", {**SMALL, "cpus": 1000}).json()["deploymentId"]
    (task,) = marathon.app(f"{group}/a")["tasks"]

    def look():
        tree = marathon.write("GET", "/v2/groups").json()
        return {
            "groups": sorted(names_in(tree)),
            "task": [one["id"] for one in marathon.app(f"{group}/a")["tasks"]],
            "deployment": [one["id"] for one in marathon.write("GET", "/v2/deployments").json()],
        }

    return {"group": group, "task": task["id"], "deployment": stuck, "look": look, "before": look()}


def names_in(group):
    yield group["id"]
    for one in [*group["apps"], *group["pods"]]:
        yield one["id"]
    for one in group["groups"]:
        yield from names_in(one)


def cases(there):
    """By name; those that would remove or kill something first."""
    group = there["group"]
    removing = {
        "app-absent": ("marathon_app", {"id": f"{group}/a", "state": "absent"}),
        "apps-prune-all": ("marathon_apps", {"owner_group": group, "prune": True, "allow_empty": True}),
        "apps-prune": (
            "marathon_apps",
            {"definitions": [{**SMALL, "id": f"{group}/a"}], "owner_group": group, "prune": True},
        ),
        "apps-prune-label": ("marathon_apps", {"owner_label": "owner=me", "prune": True, "allow_empty": True}),
        "group-absent": ("marathon_group", {"id": group, "state": "absent"}),
        "pod-absent": ("marathon_pod", {"id": f"{group}/p", "state": "absent"}),
        "task": ("marathon_task", {"tasks": [there["task"]]}),
        "deployment": ("marathon_deployment", {"id": [there["deployment"]], "state": "cancelled"}),
    }
    others = {
        "app-present": ("marathon_app", {"definition": {**SMALL, "id": f"{group}/new"}}),
        "app-suspended": ("marathon_app", {"id": f"{group}/a", "state": "suspended"}),
        "group-present": ("marathon_group", {"id": group, "definition": {"apps": []}}),
        "pod-present": ("marathon_pod", {"id": f"{group}/new", "definition": {"containers": [CONTAINER]}}),
        "export": ("marathon_export", {"group": group, "dest": "/tmp/quorum-test-export.yml"}),
        **{
            f"info-{kind}": ("marathon_info", {"gather": [kind]})
            for kind in ("apps", "tasks", "groups", "pods", "deployments", "queue", "leader", "info", "versions")
        },
        "info-of-app": ("marathon_info", {"gather": ["apps"], "id": f"{group}/a"}),
        "info-of-pod": ("marathon_info", {"gather": ["pods"], "id": f"{group}/p"}),
        "info-of-group": ("marathon_info", {"gather": ["apps"], "group": group}),
    }
    return removing, others


@pytest.fixture(scope="module")
def results(ansible, there, tmp_path_factory):
    """Of each kind of url and case; the url, and the result."""
    removing, others = cases(there)
    asked = [("/v2/apps", name, case) for name, case in {**removing, **others}.items()]
    asked += [("/v2/apps", f"{name}-checked", case) for name, case in removing.items()]
    asked += [(f"/v2/{kind}s", f"{kind}-absent", removing[f"{kind}-absent"]) for kind in ("group", "pod")]
    asked += [
        (end, name, removing[name]) for end in ("/v2", "/v2/apps/x", "/ui") for name in ("app-absent", "apps-prune")
    ]
    runs, urls = {}, {}
    for number, (end, name, (module, options)) in enumerate(asked):
        host = f"{name}-{number}"
        urls[host] = ansible.url + end
        quiet = {"wait": False} if module not in ("marathon_info", "marathon_export") else {}
        runs[host] = (module, {"url": urls[host], **quiet, **options})
    checked = [host for host in runs if "-checked-" in host]
    found = case_playbook.run(ansible.play, tmp_path_factory.mktemp("urls"), runs, checked)
    return [(host, urls[host], result) for host, result in found.items()]


def test_every_module_says_that_the_url_is_wrong(ansible, results):
    for case, url, result in results:
        assert result["failed"] and not result["changed"], (case, result)
        assert re.search(rf"{re.escape(url)}[/ ]", result["msg"]), (case, result["msg"])
        assert result["msg"].endswith(f"give the root URL of Marathon as url, for example {ansible.url}"), (
            case,
            result,
        )


def test_nothing_is_removed_or_killed(there, results):
    assert there["look"]() == there["before"]


def test_the_lookup_and_the_inventory_say_it_too(ansible, there, tmp_path):
    url = f"{ansible.url}/v2/apps"
    words = f"give the root URL of Marathon as url, for example {ansible.url}"
    for asked in (f"'{there['group']}/a'", "label='team==x'"):
        message = f"{{{{ query('quorum.mesos.marathon_endpoint', {asked}, url='{url}') }}}}"
        arguments = json.dumps({"msg": message})
        done = ansible.run("ansible", "localhost", "-c", "local", "-m", "ansible.builtin.debug", "-a", arguments)
        assert done.code != 0 and words in done.output, done.output
    path = tmp_path / "marathon.yml"
    path.write_text(json.dumps({"plugin": "quorum.mesos.marathon", "url": url}))
    done = ansible.run("ansible-inventory", f"--inventory={path}", "--list")
    assert words in " ".join(done.output.split()) and "marathon_tasks" not in done.output, done.output


def test_a_path_below_which_a_proxy_has_marathon_works(ansible, marathon, there, group):
    with FaultyProxy(lambda: marathon.url, requests.Session).serving() as proxy:
        proxy.add("marathon")
        url = proxy.url("marathon")
        created = ansible.module(url=url, definition={**SMALL, "id": f"{group}/a"})
        again = ansible.module(url=url, id=f"{group}/none", state="absent")
        removed = ansible.module(url=url, id=f"{group}/a", state="absent")
        assert [one["changed"] for one in (created, again, removed)] == [True, False, True]
        wrong = ansible.module(url=f"{url}/v2/apps", id=f"{group}/a", state="absent")
        assert wrong["failed"] and wrong["msg"].endswith(f"give the root URL of Marathon as url, for example {url}")
