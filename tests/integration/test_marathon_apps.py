"""marathon_apps, run by Ansible, against a Marathon that starts tasks."""

from __future__ import annotations

import json

import pytest

MODULE = "quorum.mesos.marathon_apps"
SLEEP = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32}


@pytest.fixture
def apps(ansible):
    """Runs the module; no switch means that it writes."""

    def run(*switches, **options):
        return ansible.module(*switches, module=MODULE, **options)

    return run


def actions(result, group):
    return {one["id"].removeprefix(group): one["action"] for one in result["apps"]}


def test_life_of_a_set(apps, marathon, group, tmp_path):
    (tmp_path / "front.yml").write_text(
        f"id: {group}/front\ndependencies: [../back]\napps:\n"
        "  - {id: web, cmd: sleep 1000, cpus: 0.1, mem: 32, env: {LEVEL: '{{ 1 + 2 }}'}}\n"
        "  - {id: cache, cmd: sleep 1000, cpus: 0.1, mem: 32}\n"
    )
    (tmp_path / "back.json").write_text(json.dumps([{"id": f"{group}/back/db", **SLEEP}]))
    owned = {"src": [str(tmp_path)], "owner_group": group}

    planned = apps("--check", "--diff", **owned)
    assert planned["changed"]
    assert actions(planned, group) == {"/back/db": "created", "/front/cache": "created", "/front/web": "created"}
    assert marathon.app(f"{group}/front/web") is None

    created = apps("--diff", **owned)
    assert not created["failed"], created["output"]
    assert created["diff"] == planned["diff"]
    # One for the dependencies of the group, one for all apps.
    assert len(created["deployment_ids"]) == 2
    stored = {name: marathon.app(f"{group}/{name}") for name in ("front/web", "front/cache", "back/db")}
    assert [app["tasksRunning"] for app in stored.values()] == [1, 1, 1]
    assert marathon.write("GET", f"/v2/groups{group}/front").json()["dependencies"] == [f"{group}/back"]
    # The group's dependency ordered the deployment.
    started = {name: app["tasks"][0]["startedAt"] for name, app in stored.items()}
    assert started["back/db"] < min(started["front/web"], started["front/cache"])

    repeated = apps("--diff", **owned)
    assert (repeated["changed"], repeated["requests"], repeated["diff"]) == (False, 1, [])

    (tmp_path / "front.yml").write_text(
        f"id: {group}/front\ndependencies: [../back]\napps:\n"
        "  - {id: web, cmd: sleep 1000, cpus: 0.1, mem: 32, env: {LEVEL: 4}}\n"
    )
    (tmp_path / "back.json").write_text(json.dumps([{"id": f"{group}/back/db", **SLEEP, "instances": 2}]))
    planned = apps("--check", "--diff", prune=True, **owned)
    assert actions(planned, group) == {"/back/db": "scaled", "/front/cache": "deleted", "/front/web": "updated"}
    assert [one["id"] for one in planned["apps"] if one["restarts"]] == [f"{group}/front/web"]
    assert {entry["before_header"].removeprefix(group) for entry in planned["diff"]} == {
        "/back/db", "/front/cache", "/front/web"
    }  # fmt: skip
    assert marathon.app(f"{group}/front/cache") is not None

    changed = apps(prune=True, **owned)
    assert actions(changed, group) == actions(planned, group)
    assert marathon.app(f"{group}/front/web")["env"] == {"LEVEL": "4"}
    assert marathon.app(f"{group}/front/cache") is None
    # What only scaled kept its task.
    tasks = [task["id"] for task in marathon.app(f"{group}/back/db")["tasks"]]
    assert len(tasks) == 2
    assert stored["back/db"]["tasks"][0]["id"] in tasks

    refused = apps(owner_group=group, prune=True)
    assert refused["failed"]
    assert "no app is declared, so 2 apps would be removed" in refused["msg"]
    emptied = apps(owner_group=group, prune=True, allow_empty=True)
    assert actions(emptied, group) == {"/back/db": "deleted", "/front/web": "deleted"}
    # One for the whole group.
    assert len(emptied["deployment_ids"]) == 1
    assert marathon.write("GET", f"/v2/groups{group}").status_code == 404


def test_prune_takes_no_missing_definition_for_a_decision(apps, marathon, group, tmp_path):
    assert marathon.write("PUT", f"/v2/apps{group}/a", SLEEP).ok
    assert marathon.write("PUT", f"/v2/apps{group}/b", SLEEP).ok
    marathon.settle(group)
    owned = {"src": [str(tmp_path)], "owner_group": group, "prune": True}
    loop = "{% for app in enabled | default([]) %}\n  - {id: {{ app }}, cmd: sleep 1000}\n{% endfor %}"

    (tmp_path / "shop.yml.j2").write_text(f"id: {group}\napps:\n{loop}\n")
    for switches in (["--check"], []):
        emptied = apps(*switches, **owned)
        assert emptied["failed"]
        assert "no app is declared, the group" in emptied["msg"]
        assert f"so 2 apps would be removed ({group}/a, {group}/b): " in emptied["msg"]
        assert "allow_empty" in emptied["msg"]
    planned = apps("--check", allow_empty=True, **owned)
    assert actions(planned, group) == {"/a": "deleted", "/b": "deleted"}

    (tmp_path / "shop.yml.j2").unlink()
    (tmp_path / "a.json").write_text(json.dumps({"id": f"{group}/a", **SLEEP}))
    (tmp_path / "b.json").symlink_to("/nonexistent/b.json")
    for switches in (["--check"], []):
        dangling = apps(*switches, **owned)
        assert dangling["failed"]
        assert "b.json (a link to a file that is missing)" in dangling["msg"]
    kept = apps(**{**owned, "prune": False})
    assert not kept["failed"]
    assert "b.json (a link to a file that is missing)" in " ".join(kept["output"].split())
    (tmp_path / "b.json").unlink()
    (tmp_path / "b.json").write_text("[]")
    blank = apps(**owned)
    assert f"b.json is an empty list, so 1 app would be removed ({group}/b)" in blank["msg"]
    assert marathon.app(f"{group}/b")["instances"] == 1


def test_a_set_that_owns_by_label_adopts_only_when_told(apps, marathon, group):
    assert marathon.write("PUT", f"/v2/apps{group}/old", SLEEP).ok
    assert marathon.write("PUT", f"/v2/apps{group}/strange", SLEEP).ok
    marathon.settle(group)
    owned = {"owner_label": f"owner={group[1:]}", "prune": True}
    secret = {"env": {"PASSWORD": "correct-horse"}}
    both = [{"id": f"{group}/old", **SLEEP}, {"id": f"{group}/new", **SLEEP, **secret}]
    owned["secret_env"] = ["PASSWORD"]

    refused = apps(definitions=both, **owned)
    assert refused["failed"]
    assert refused["strangers"] == [f"{group}/old"]
    assert "Set adopt" in refused["msg"]
    assert marathon.app(f"{group}/new") is None

    adopted = apps("--diff", definitions=both, adopt=True, **owned)
    assert not adopted["failed"], adopted["output"]
    assert marathon.app(f"{group}/new")["env"] == {"PASSWORD": "correct-horse"}
    assert "correct-horse" not in adopted["output"]
    assert adopted["diff"][0]["after"]["env"] == {"PASSWORD": "********"}
    assert "adopted, which replaces their running instances" in adopted["output"]
    assert [(one["action"], one["adopted"], one["restarts"]) for one in adopted["apps"]] == [
        ("created", False, False),
        ("updated", True, True),
    ]
    assert marathon.app(f"{group}/new")["labels"] == {"owner": group[1:]}
    assert apps(definitions=both, **owned)["requests"] == 1

    pruned = apps(definitions=both[1:], **owned)
    assert actions(pruned, group) == {"/new": "none", "/old": "deleted"}
    assert marathon.app(f"{group}/old") is None
    assert marathon.app(f"{group}/strange")["instances"] == 1


def test_what_hangs_is_said_for_each_app_and_what_marathon_refuses_changes_nothing(apps, marathon, group):
    fine = {"id": f"{group}/fine", **SLEEP}
    hanging = apps(definitions=[fine, {"id": f"{group}/big", **SLEEP, "mem": 9000000}], wait_timeout=8)
    assert hanging["failed"]
    assert "1 of 2 apps are not deployed after 8 s" in hanging["msg"]
    assert [one["id"] for one in hanging["hanging"]] == [f"{group}/big"]
    assert "mem" in hanging["hanging"][0]["reason"]
    assert marathon.app(f"{group}/fine")["tasksRunning"] == 1

    # One deployment holds both.
    locked = apps(definitions=[{**fine, "mem": 48}, {"id": f"{group}/third", **SLEEP}])
    assert locked["failed"]
    assert f"holds {group}/fine" in locked["msg"]
    assert locked["deployments"] == hanging["deployment_ids"]
    assert marathon.app(f"{group}/third") is None

    wrong = {"id": f"{group}/wrong", **SLEEP, "constraints": [["hostname", "NEAR"]]}
    refused = apps(definitions=[{"id": f"{group}/third", **SLEEP}, wrong])
    assert refused["failed"]
    assert "Marathon would refuse" in refused["msg"]
    assert f"Correct that in the definition of {group}/wrong (definitions[1])" in refused["msg"]
    assert marathon.app(f"{group}/third") is None
    # Check mode says the same.
    planned = apps("--check", definitions=[{"id": f"{group}/third", **SLEEP}, wrong])
    assert planned["failed"]
    assert planned["msg"].startswith(refused["msg"])
    assert actions(planned, group) == {"/third": "created", "/wrong": "created"}
