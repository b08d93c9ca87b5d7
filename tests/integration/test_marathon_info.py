"""marathon_info, run by Ansible, about apps that run and about what does not exist."""

from __future__ import annotations

import pytest

INFO = "quorum.mesos.marathon_info"


@pytest.fixture(scope="module")
def shop(marathon, module_group, ansible):
    """Two apps, one of which no agent can run."""
    web = {
        "id": f"{module_group}/web",
        "cmd": "sleep 1000",
        "cpus": 0.1,
        "mem": 32,
        "env": {"PASSWORD": "blue-cheese", "COLOUR": "green"},
        "labels": {"quorum-team": module_group.strip("/"), "token": "brown-bread"},
    }
    huge = {"id": f"{module_group}/sub/huge", "cmd": "sleep 1000", "cpus": 10000, "mem": 32, "instances": 1}
    for app, wait in ((web, True), (huge, False)):
        assert ansible.module(definition=app, wait=wait)["changed"]
    return web


def test_what_runs(ansible, marathon, module_group, shop):
    options = {
        "module": INFO,
        "gather": ["apps", "tasks", "groups", "deployments", "queue", "leader", "info", "versions"],
        "group": module_group,
        "embed": ["counts", "tasks", "lastUnusedOffers"],
        "secret_env": ["PASSWORD"],
        "secret_labels": ["token"],
    }
    before = marathon.app(shop["id"])
    found = ansible.module(**options)
    assert (found["failed"], found["changed"], found["requests"]) == (False, False, 8)
    apps = {app["id"]: app for app in found["apps"]}
    assert sorted(apps) == [f"{module_group}/sub/huge", shop["id"]]
    assert [task["id"] for task in apps[shop["id"]]["tasks"]] == [task["id"] for task in before["tasks"]]
    assert [task["appId"] for task in found["tasks"]] == [shop["id"]]
    assert [(one["id"], one["groups"]) for one in found["groups"]] == [
        (module_group, [f"{module_group}/sub"]),
        (f"{module_group}/sub", []),
    ]
    assert found["groups"][0]["apps"][0]["tasksRunning"] == 1
    assert [item["app"]["id"] for item in found["queue"]] == [f"{module_group}/sub/huge"]
    assert [entry["affectedApps"] for entry in found["deployments"]] == [[f"{module_group}/sub/huge"]]
    assert found["info"]["version"] and found["leader"]
    assert found["versions"] == sorted(found["versions"], reverse=True) != []

    assert apps[shop["id"]]["env"] == {"PASSWORD": "********", "COLOUR": "green"}
    assert "blue-cheese" not in found["output"] and "brown-bread" not in found["output"]

    checked = ansible.module("--check", **options)
    assert (checked["apps"], checked["groups"]) == (found["apps"], found["groups"])
    assert marathon.app(shop["id"])["version"] == before["version"]


def test_selectors_and_a_query(ansible, module_group, shop):
    label = f"quorum-team=={module_group.strip('/')}"
    found = ansible.module(
        module=INFO, gather=["apps"], label=label, secret_env=["PASSWORD"], query="apps[].[id, env.PASSWORD]"
    )
    assert found["selected"] == [[shop["id"], "********"]]
    assert "apps" not in found and found["requests"] == 1

    one = ansible.module(module=INFO, gather=["apps", "tasks", "versions", "pods"], id=shop["id"])
    assert ([app["id"] for app in one["apps"]], len(one["tasks"]), len(one["versions"])) == ([shop["id"]], 1, 1)
    assert one["pods"] == []


def test_what_does_not_exist_is_an_empty_list(ansible, module_group):
    missing = f"{module_group}/missing"
    found = ansible.module(
        module=INFO, gather=["apps", "tasks", "pods", "queue", "deployments", "versions"], id=missing
    )
    assert not found["failed"]
    assert [found[kind] for kind in ("apps", "tasks", "pods", "queue", "deployments", "versions")] == [[]] * 6
    found = ansible.module(module=INFO, gather=["apps", "tasks", "groups", "versions"], group=missing)
    assert [found[kind] for kind in ("apps", "tasks", "groups", "versions")] == [[]] * 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gather": ["apps"], "query": "apps[*"}, "not an expression in JMESPath"),
        ({"gather": ["apps"], "label": "a=b=c"}, "does not understand the label selector 'a=b=c'"),
        ({"gather": ["leader"], "label": "a"}, "label is about apps"),
    ],
)
def test_slips_are_told(ansible, options, words):
    failed = ansible.module(module=INFO, **options)
    assert failed["failed"] and words in failed["msg"]
