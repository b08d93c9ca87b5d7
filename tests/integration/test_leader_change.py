"""A leader that is killed, with several runs in different places of their work at that moment."""

from __future__ import annotations

import threading

import case_playbook
import pytest
import requests
from faulty_proxy import CLOSE, WRITE, Fault, FaultyProxy

# The GETs of a run that writes: of the app, of the release, and then those of the wait.
WAITING = 2
MEETING_SECONDS = 60
ALWAYS = 99


@pytest.mark.engine("its leader is not ours to kill")
def test_a_leader_is_killed_between_read_and_write_and_during_the_wait(marathon, ansible, cluster, group, tmp_path):
    address = requests.get(f"{cluster.marathons[0].url}/v2/leader", timeout=10).json()["leader"]
    killed = next(one for one in cluster.marathons if one.url.endswith(address))
    left = next(one for one in cluster.marathons if one is not killed)
    meeting: threading.Barrier

    def meet() -> None:
        # The last one to come kills it.
        meeting.wait(MEETING_SECONDS)

    faults = {
        # The leader dies, and the write goes to one that does not know yet.
        "not-sent": [Fault(WRITE, meanwhile=meet)],
        "lost": [Fault(WRITE, CLOSE, meanwhile=meet)],
        "done": [Fault(WRITE, CLOSE, lost=False, meanwhile=meet)],
        "waiting": [Fault("GET", CLOSE, skip=WAITING, meanwhile=meet)],
        "removed": [Fault(WRITE, CLOSE, lost=False, meanwhile=meet)],
        # Nothing answers at this address any more; another one is known.
        "moved": [Fault(WRITE, CLOSE, meanwhile=meet), Fault(".*", CLOSE, skip=WAITING, times=ALWAYS)],
        "set-done": [Fault(WRITE, CLOSE, lost=False, meanwhile=meet)],
    }
    meeting = threading.Barrier(len(faults), action=killed.kill)

    def one_that_runs() -> str:
        return killed.url if killed.running else left.url

    def declared(name: str) -> dict[str, object]:
        return {"id": f"{group}/{name}", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "env": {"LEVEL": "1"}}

    marathon.write("PUT", f"/v2/groups{group}", {"apps": [{**declared("removed"), "instances": 0}]}).raise_for_status()
    marathon.settle(group)
    with FaultyProxy(one_that_runs, requests.Session).serving() as proxy:
        runs = {}
        for name, happens in faults.items():
            proxy.add(name, *happens)
            options = {"url": [proxy.url(name)], "wait_timeout": 90, "progress": False}
            if name == "moved":
                options["url"].append(left.url)
            if name == "set-done":
                runs[name] = ("marathon_apps", {**options, "definitions": [declared(name)]})
            elif name == "removed":
                runs[name] = ("marathon_app", {**options, "id": f"{group}/{name}", "state": "absent"})
            else:
                runs[name] = ("marathon_app", {**options, "definition": declared(name)})
        try:
            results = case_playbook.run(ansible.play, tmp_path, runs)
        finally:
            killed.start()
            killed.wait_answering("/ping")
        assert not meeting.broken

    for name, result in results.items():
        assert not result["failed"], (name, result)
        assert result["changed"], (name, result)
        app = marathon.app(f"{group}/{name}")
        if name == "removed":
            assert app is None
            continue
        assert app["tasksRunning"] == 1, (name, app)
        versions = requests.get(f"{left.url}/v2/apps{group}/{name}/versions", timeout=10).json()["versions"]
        assert len(versions) == 1, (name, versions)
    arrived = {name: len(proxy.writes(name)) for name in faults}
    # The first, that nobody could take, may be followed by others of which only one is taken.
    assert arrived.pop("not-sent") >= 1
    assert arrived == {"lost": 1, "done": 1, "waiting": 1, "removed": 1, "moved": 0, "set-done": 1}
