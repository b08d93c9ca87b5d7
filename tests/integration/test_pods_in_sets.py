"""Pods beside apps in one set: exported, restored, changed, ordered, owned and pruned."""

from __future__ import annotations

import json

import pytest

APPS = "quorum.mesos.marathon_apps"
EXPORT = "quorum.mesos.marathon_export"
SLEEP = {"cmd": "sleep 1000", "cpus": 0.01, "mem": 16}


def pod(path, instances=1, shell="sleep 1000", **more):
    resources = {"cpus": 0.01, "mem": 16}
    container = {"name": "one", "resources": resources, "exec": {"command": {"shell": shell}}}
    return {
        "id": path,
        "containers": [container],
        "networks": [{"mode": "host"}],
        "scaling": {"kind": "fixed", "instances": instances},
        **more,
    }


@pytest.fixture
def directory(tmp_path, group):
    """An app and a pod of one set."""
    (tmp_path / "set").mkdir()
    write(tmp_path / "set" / "web.json", {"id": f"{group}/web", **SLEEP})
    write(tmp_path / "set" / "pod.json", pod(f"{group}/pod"))
    return tmp_path / "set"


def write(path, definition):
    path.write_text(json.dumps(definition))


def actions(result):
    assert not result["failed"], result["output"]
    return {one["id"].rpartition("/")[2]: one["action"] for one in [*result["apps"], *result["pods"]]}


def stored(marathon, path):
    answer = marathon.write("GET", f"/v2/pods{path}")
    return answer.json() if answer.status_code == 200 else None


def test_a_pod_lives_in_the_same_directory_and_set(ansible, marathon, group, directory):
    def run(*switches, **options):
        return ansible.module(*switches, module=APPS, src=[str(directory)], owner_group=group, **options)

    planned = run("--check", "--diff")
    assert (planned["changed"], actions(planned)) == (True, {"web": "created", "pod": "created"})
    assert planned["summary"] == "Plan: 2 to create, 0 to change, 0 to remove"
    assert {one["after_header"] for one in planned["diff"]} == {f"{group}/web", f"{group}/pod"}
    assert stored(marathon, f"{group}/pod") is None

    created = run()
    assert (created["changed"], actions(created)) == (True, {"web": "created", "pod": "created"})
    assert stored(marathon, f"{group}/pod")["containers"][0]["exec"]["command"] == {"shell": "sleep 1000"}
    status = marathon.write("GET", f"/v2/pods{group}/pod::status").json()
    assert [one["status"] for one in status["instances"]] == ["STABLE"]

    again = run()
    assert (again["changed"], actions(again)) == (False, {"web": "none", "pod": "none"})
    assert again["requests"] == 1

    write(directory / "pod.json", pod(f"{group}/pod", shell="sleep 2000"))
    planned = run("--check")
    assert actions(planned) == {"web": "none", "pod": "updated"}
    assert planned["summary"] == "Plan: 0 to create, 1 to change (1 restarts), 0 to remove, 1 unchanged"
    changed = run()
    assert actions(changed) == actions(planned)
    assert stored(marathon, f"{group}/pod")["containers"][0]["exec"]["command"] == {"shell": "sleep 2000"}

    write(directory / "pod.json", pod(f"{group}/pod", instances=0, shell="sleep 2000"))
    assert actions(run()) == {"web": "none", "pod": "scaled"}

    # A second pod, so that the first is not the last that is declared.
    write(directory / "pod.json", pod(f"{group}/other", instances=0))
    planned = run("--check", prune=True)
    assert (planned["removed"], actions(planned)["pod"]) == ([f"{group}/pod"], "deleted")
    assert stored(marathon, f"{group}/pod") is not None
    pruned = run(prune=True)
    assert actions(pruned) == {"web": "none", "other": "created", "pod": "deleted"}
    assert stored(marathon, f"{group}/pod") is None
    assert run(prune=True)["changed"] is False


def test_pods_of_a_set_that_declares_none_are_kept_and_named(ansible, marathon, group, directory):
    options = {"module": APPS, "src": [str(directory)], "owner_group": group, "prune": True}
    assert marathon.write("POST", "/v2/pods", pod(f"{group}/old", instances=0)).status_code == 201
    (directory / "pod.json").unlink()
    kept = ansible.module(**options)
    assert actions(kept) == {"web": "created"}
    assert f"not removed, because no pod is declared: {group}/old" in " ".join(kept["output"].split())
    assert stored(marathon, f"{group}/old") is not None
    removed = ansible.module(**options, allow_empty=True)
    assert actions(removed) == {"web": "none", "old": "deleted"}
    assert stored(marathon, f"{group}/old") is None


def test_pods_are_owned_by_a_label_like_apps(ansible, marathon, group, directory):
    options = {"module": APPS, "owner_label": f"quorum_owner={group.strip('/')}", "prune": True}
    assert marathon.write("POST", "/v2/pods", pod(f"{group}/stranger", instances=0)).status_code == 201
    assert not ansible.module(**options, src=[str(directory)])["failed"]
    assert stored(marathon, f"{group}/pod")["labels"] == {"quorum_owner": group.strip("/")}
    write(directory / "pod.json", pod(f"{group}/stranger", instances=0))
    refused = ansible.module(**options, src=[str(directory)])
    assert refused["failed"]
    assert f"{group}/stranger does not have the label" in refused["msg"]
    adopted = ansible.module(**options, src=[str(directory)], adopt=True)
    assert actions(adopted) == {"web": "none", "pod": "deleted", "stranger": "updated"}


def test_what_depends_on_the_group_of_a_pod_comes_after_it(ansible, marathon, group):
    """The pod needs a second until it runs, and its dependents begin then."""
    after = {"id": f"{group}/front", "dependencies": [f"{group}/back"]}
    definitions = [
        {"id": f"{group}/back", "apps": [{"id": "db", **SLEEP}, {"id": "cache", **SLEEP}], "pods": [pod("p")]},
        {**after, "apps": [{"id": "web", **SLEEP}, {"id": "api", **SLEEP}], "pods": [pod("q")]},
    ]
    done = ansible.module(module=APPS, definitions=definitions)
    assert set(actions(done).values()) == {"created"}, done["output"]

    def since(path):
        return marathon.write("GET", f"/v2/pods{group}{path}::status").json()["instances"][0]["statusSince"]

    def begun(path):
        return marathon.app(f"{group}{path}")["tasks"][0]["stagedAt"]

    assert since("/back/p") <= begun("/front/web")
    assert max(begun("/back/db"), begun("/back/cache")) <= since("/front/q")
    assert ansible.module(module=APPS, definitions=definitions)["changed"] is False


def test_pods_that_do_not_start_are_told_with_the_apps_at_one_end(ansible, group):
    container = {"name": "one", "resources": {"cpus": 0.01, "mem": 1_000_000}, "exec": {"command": {"shell": "true"}}}
    hanging = [pod(f"{group}/{name}", containers=[container]) for name in ("big", "huge")]
    definitions = [*hanging, pod(f"{group}/fine"), {"id": f"{group}/app", **SLEEP, "mem": 1_000_000}]
    failed = ansible.module(module=APPS, definitions=definitions, wait_timeout=8)
    assert failed["failed"]
    assert "3 of 4 apps and pods are not deployed after 8 s" in failed["msg"]
    assert {one["id"].removeprefix(group) for one in failed["hanging"]} == {"/big", "/huge", "/app"}
    assert all("memory" in one["reason"] for one in failed["hanging"]), failed["hanging"]
    assert [one["action"] for one in failed["pods"]] == ["created"] * 3


def test_an_export_holds_pods_and_restores_them(ansible, marathon, group, tmp_path):
    environment = {"A": "{{ no template }}"}
    labelled = pod(f"{group}/pods/p", instances=0, labels={"team": "a"}, environment=environment)
    assert marathon.write("POST", "/v2/pods", labelled).status_code == 201
    assert marathon.write("PUT", f"/v2/apps{group}/web", {**SLEEP, "instances": 0}).ok
    dest = tmp_path / "missing" / "parents" / "copy"
    planned = ansible.module("--check", module=EXPORT, dest=str(dest), group=group)
    assert planned["changed"] and not dest.parent.exists(), planned["output"]
    exported = ansible.module(module=EXPORT, dest=str(dest), group=group)
    assert not exported["failed"], exported["output"]
    assert {one["kind"]: one["id"] for one in exported["files"]} == {"app": f"{group}/web", "pod": f"{group}/pods/p"}
    assert dest.stat().st_mode & 0o777 == 0o700
    assert ansible.module(module=EXPORT, dest=str(dest), group=group)["changed"] is False
    written = json.loads((dest / f"{group.strip('/')}_pods_p.json").read_text())
    assert written == {
        "id": f"{group}/pods/p",
        "labels": {"team": "a"},
        "environment": {"A": "{{ no template }}"},
        "containers": [{"name": "one", "exec": {"command": {"shell": "sleep 1000"}},
                        "resources": {"cpus": 0.01, "mem": 16}}],
        "networks": [{"mode": "host"}],
        "scaling": {"kind": "fixed", "instances": 0},
    }  # fmt: skip

    options = {"module": APPS, "src": [str(dest)], "owner_group": group, "prune": True}
    assert ansible.module("--check", **options)["changed"] is False
    assert marathon.write("DELETE", f"/v2/groups{group}", force="true").ok
    restored = ansible.module(**options)
    assert actions(restored) == {"web": "created", "p": "created"}
    assert stored(marathon, f"{group}/pods/p")["environment"] == {"A": "{{ no template }}"}
    assert ansible.module(**options)["changed"] is False
