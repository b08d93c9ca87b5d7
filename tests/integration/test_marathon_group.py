"""marathon_group, run by Ansible, against a Marathon that starts tasks."""

from __future__ import annotations

import pytest

MODULE = "quorum.mesos.marathon_group"
SLEEP = {"cmd": "exec sleep 1000", "cpus": 0.1, "mem": 32}


@pytest.fixture
def groups(ansible):
    """Runs the module; no switch means that it writes."""

    def run(*switches, **options):
        return ansible.module(*switches, module=MODULE, **options)

    return run


def actions(result, group):
    return {one["id"].removeprefix(group): one["action"] for one in [*result["apps"], *result["groups"]]}


def info(marathon, group):
    answer = marathon.write("GET", f"/v2/groups{group}")
    return answer.json() if answer.status_code == 200 else None


def test_life_of_a_group(groups, marathon, group, tmp_path):
    source = tmp_path / "shop.yml"
    source.write_text(
        "groups:\n"
        "  - {id: back, apps: [{id: db, cmd: exec sleep 1000, cpus: 0.1, mem: 32, env: {PASSWORD: hunter22}}]}\n"
        "  - id: front\n"
        "    dependencies: [../back]\n"
        "    apps:\n"
        "      - {id: web, cmd: exec sleep 1000, cpus: 0.1, mem: 32, env: {LEVEL: '{{ 1 + 2 }}'}}\n"
        "      - {id: cache, cmd: exec sleep 1000, cpus: 0.1, mem: 32}\n"
    )
    options = {"id": group, "src": str(source), "secret_env": ["PASSWORD"]}

    planned = groups("--check", "--diff", **options)
    assert (planned["changed"], planned["action"]) == (True, "created")
    assert info(marathon, group) is None

    created = groups("--diff", **options)
    assert not created["failed"], created["output"]
    assert created["diff"] == planned["diff"] and created["group"] == planned["group"]
    assert "hunter22" not in created["output"]
    assert info(marathon, f"{group}/front")["dependencies"] == [f"{group}/back"]
    stored = {name: marathon.app(f"{group}/{name}") for name in ("back/db", "front/web", "front/cache")}
    assert [app["tasksRunning"] for app in stored.values()] == [1, 1, 1]
    started = {name: app["tasks"][0]["startedAt"] for name, app in stored.items()}
    assert started["back/db"] < min(started["front/web"], started["front/cache"])

    repeated = groups("--diff", **options)
    assert (repeated["changed"], repeated["requests"], repeated["diff"]) == (False, 1, [])
    # What GET returns is a definition too.
    given_back = groups(id=group, definition=info(marathon, group))
    assert (given_back["changed"], given_back["action"]) == (False, "none"), given_back["output"]

    fewer = {"groups": [{"id": "back"}, {"id": "front", "apps": [{"id": "web", **SLEEP, "env": {"LEVEL": 4}}]}]}
    planned = groups("--check", "--diff", id=group, definition=fewer)
    expected = {"/front/web": "updated", "/front/cache": "deleted", "": "none", "/back": "none", "/front": "none"}
    assert actions(planned, group) == expected
    assert planned["restarts"]
    assert marathon.app(f"{group}/front/cache") is not None
    changed = groups(id=group, definition=fewer)
    assert not changed["failed"], changed["output"]
    assert actions(changed, group) == expected
    assert marathon.app(f"{group}/front/web")["env"] == {"LEVEL": "4"}
    assert marathon.app(f"{group}/front/cache") is None
    assert marathon.app(f"{group}/back/db")["tasks"][0]["id"] == stored["back/db"]["tasks"][0]["id"]
    assert changed["versions"][0] > changed["previous_version"] in changed["versions"]

    back = {"id": group, "version": changed["previous_version"]}
    planned = groups("--check", **back)
    assert actions(planned, group)["/front/cache"] == "created"
    restored = groups(**back)
    assert not restored["failed"], restored["output"]
    assert len(restored["deployment_ids"]) == 1
    assert marathon.app(f"{group}/front/web")["env"] == {"LEVEL": "3"}
    assert marathon.app(f"{group}/front/cache")["tasksRunning"] == 1
    assert not groups(**back)["changed"]

    removed = {"id": group, "state": "absent"}
    assert groups("--check", **removed)["action"] == "deleted"
    assert info(marathon, group) is not None
    assert groups(**removed)["changed"]
    assert info(marathon, group) is None
    again = groups(**removed)
    assert (again["changed"], again["requests"]) == (False, 1)


def test_scaling_merging_and_what_is_only_in_the_group(groups, marathon, group):
    assert marathon.write("PUT", f"/v2/apps{group}/a", {**SLEEP, "labels": {"keep": "me"}}).ok
    assert marathon.write("PUT", f"/v2/apps{group}/sub/b", {**SLEEP, "instances": 0}).ok
    marathon.settle(group)

    merged = groups(
        id=group, merge=True, definition={"apps": [{"id": "a", "labels": {"new": 1}}], "dependencies": ["/elsewhere"]}
    )
    assert not merged["failed"], merged["output"]
    assert marathon.app(f"{group}/a")["labels"] == {"keep": "me", "new": "1"}
    assert marathon.app(f"{group}/sub/b") is not None
    assert info(marathon, group)["dependencies"] == ["/elsewhere"]

    planned = groups("--check", id=group, scale_by=1.5)
    assert [(one["id"].removeprefix(group), one["action"]) for one in planned["apps"]] == [
        ("/a", "scaled"),
        ("/sub/b", "none"),
    ]
    scaled = groups(id=group, scale_by=1.5)
    assert (scaled["changed"], scaled["restarts"]) == (True, False), scaled["output"]
    assert marathon.app(f"{group}/a")["tasksRunning"] == 2

    role = {"id": group, "definition": {"enforceRole": True}}
    if "enforceRole" in info(marathon, group):
        assert groups(**role)["changed"]
        assert info(marathon, group)["enforceRole"] is True
        assert not groups(**role)["changed"]

    missing = groups(id=group, version="2001-01-01T00:00:00.000Z")
    assert missing["failed"] and "has no version 2001-01-01T00:00:00.000Z: the versions are 2" in missing["msg"]
