"""The HTTP calls of the command line `dcos`, in its order: `marathon app`, `marathon deployment`, `task`, `node`.

What a person sees of that program is made of these answers, so each call here is followed by the look at what the
program takes from it. Where newer releases speak protocol buffers to the master, these are the older ones' calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until

SECONDS = 30


class Dcos:
    """One session as the program has it: JSON is asked for, ids are bare of their first slash."""

    def __init__(self, cluster: LocalCluster) -> None:
        self.cluster = cluster
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"

    def marathon(self, method: str, path: str, *, status: int = 200, force: bool = False, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.cluster.marathon_url}/{path}", json=body, timeout=10,
                                       params={"force": "true"} if force else None)
        assert answer.status_code == status, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def master(self, path: str) -> Any:
        """From any master, as behind an address that all share."""
        answer = self._session.get(f"{self.cluster.masters[-1].url}/{path}", timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def operator(self, kind: str, status: int = 200, **content: Any) -> requests.Response:
        answer = self._session.post(f"{self.cluster.masters[-1].url}/api/v1", timeout=10,
                                    json={"type": kind, **content})
        assert answer.status_code == status, answer.text
        return answer

    def agent(self, agent: dict[str, Any], endpoint: str, **query: Any) -> requests.Response:
        address = agent["pid"].rpartition("@")[2]
        return self._session.get(f"http://{address}/{endpoint}", params=query, timeout=10)

    def watch(self, deployment_id: str) -> None:
        """`dcos marathon deployment watch`"""
        wait_until("the deployment is finished", lambda: deployment_id not in [
            one["id"] for one in self.marathon("GET", "v2/deployments")], SECONDS)

    def tasks(self, fragment: str, keys: tuple[str, ...] = ("tasks",)) -> list[dict[str, Any]]:
        """`dcos task`, with ``completed_tasks`` `--completed`"""
        state = self.master("master/state")
        return [task for framework in [*state["completed_frameworks"], *state["frameworks"]] for key in keys
                for task in framework[key] if fragment in task["id"]]


@pytest.fixture(scope="module")
def dcos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dcos]:
    home: Path = tmp_path_factory.mktemp("cluster")
    with LocalCluster(home, masters=3, agents=2, marathons=1) as cluster:
        wait_until("Marathon leads", lambda: requests.get(cluster.marathon_url + "/v2/leader", timeout=5).ok)
        yield Dcos(cluster)


@pytest.fixture
def web(dcos: Dcos) -> Iterator[str]:
    """`dcos marathon app add`: the app must not be there, is created, and its deployment named."""
    absent = dcos.marathon("GET", "v2/apps/cli/web", status=404)
    assert absent == {"message": "App '/cli/web' does not exist", "details": []}
    created = dcos.marathon("POST", "v2/apps", status=201, body={
        "id": "/cli/web", "cmd": "echo hello; echo trouble >&2; sleep 1000", "cpus": 0.1, "mem": 32, "instances": 1})
    (deployment,) = created["deployments"]
    dcos.watch(deployment["id"])
    yield "/cli/web"
    removed = dcos.marathon("DELETE", "v2/groups/cli", force=True)
    dcos.watch(removed["deploymentId"])


def test_app_list_and_show(dcos: Dcos, web: str) -> None:
    (app,) = dcos.marathon("GET", "v2/apps")["apps"]
    # The columns of the table, and the ones that another two calls add to it.
    assert (app["id"], app["mem"], app["cpus"], app["tasksRunning"], app["instances"]) == (web, 32, 0.1, 1, 1)
    assert (app["tasksHealthy"], app["tasksStaged"], app["tasksUnhealthy"], app["deployments"]) == (0, 0, 0, [])
    assert app.get("healthChecks", []) == [] and app.get("container") is None and "sleep" in app["cmd"]
    assert dcos.marathon("GET", "v2/deployments") == []
    assert dcos.marathon("GET", "v2/queue") == {"queue": []}
    shown = dcos.marathon("GET", f"v2/apps{web}")["app"]
    assert {key: shown[key] for key in ("id", "cmd", "instances", "version")} == {
        key: app[key] for key in ("id", "cmd", "instances", "version")}
    (task,) = shown["tasks"]
    assert (task["appId"], task["state"]) == (web, "TASK_RUNNING")


def test_app_update_and_version_list(dcos: Dcos, web: str) -> None:
    dcos.marathon("GET", f"v2/apps{web}")
    updated = dcos.marathon("PUT", "v2/apps/cli/web", body={"instances": 2, "env": {"A": "b"}})
    assert set(updated) == {"deploymentId", "version"}
    dcos.watch(updated["deploymentId"])
    versions = sorted(dcos.marathon("GET", f"v2/apps{web}/versions")["versions"], reverse=True)
    assert len(versions) == 2 and versions[0] == updated["version"]
    older = dcos.marathon("GET", f"v2/apps{web}/versions/{versions[-1]}")
    assert (older["instances"], older.get("env", {})) == (1, {})

    # `app stop` asks first and sets the number alone; `app start` names the app as well.
    assert dcos.marathon("GET", f"v2/apps{web}")["app"]["instances"] == 2
    dcos.watch(dcos.marathon("PUT", "v2/apps/cli/web", body={"instances": 0})["deploymentId"])
    started = dcos.marathon("PUT", "v2/apps/cli/web", force=True, body={"id": "cli/web", "instances": 1})
    dcos.watch(started["deploymentId"])
    assert dcos.marathon("GET", f"v2/apps{web}")["app"]["env"] == {"A": "b"}
    before = dcos.tasks("web")[0]["id"]
    dcos.watch(dcos.marathon("POST", f"v2/apps{web}/restart")["deploymentId"])
    assert [one["id"] for one in dcos.tasks("web")] != [before]
    unknown = dcos.marathon("PUT", "v2/apps/cli/web", status=422, body={"instances": "many"})
    assert unknown["message"] and unknown["details"]


def test_deployments_and_debug(dcos: Dcos, web: str) -> None:
    hanging = dcos.marathon("PUT", "v2/apps/cli/web", body={"cpus": 500})["deploymentId"]
    (listed,) = dcos.marathon("GET", "v2/deployments")
    assert (listed["id"], listed["affectedApps"], listed["currentStep"], listed["totalSteps"]) == (hanging, [web], 1, 1)
    assert [one["action"] for one in listed["currentActions"]] == ["RestartApplication"]
    conflict = dcos.marathon("PUT", "v2/apps/cli/web", status=409, body={"mem": 64})
    assert conflict["deployments"] == [{"id": hanging}]

    # `debug list`, `debug summary`, `debug details`
    def refused() -> dict[str, Any] | None:
        (entry,) = dcos.marathon("GET", "v2/queue?embed=lastUnusedOffers")["queue"]
        return entry if entry["processedOffersSummary"]["processedOffersCount"] >= 2 else None

    entry = wait_until("both agents made an offer", refused, SECONDS)
    assert (entry["app"]["id"], entry["count"], entry["delay"]["overdue"]) == (web, 1, True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["since"])
    rows = {row["reason"]: row for row in entry["processedOffersSummary"]["rejectSummaryLastOffers"]}
    assert (rows["InsufficientCpus"]["declined"], rows["InsufficientCpus"]["processed"]) == (2, 2)
    assert rows["InsufficientMemory"]["declined"] == 0
    assert {one["offer"]["hostname"] for one in entry["lastUnusedOffers"]} == {one.ip for one in dcos.cluster.agents}

    undone = dcos.marathon("DELETE", f"v2/deployments/{hanging}")
    dcos.watch(undone["deploymentId"])
    assert dcos.marathon("GET", f"v2/apps{web}")["app"]["cpus"] == 0.1
    hanging = dcos.marathon("PUT", "v2/apps/cli/web", body={"cpus": 500})["deploymentId"]
    assert dcos.marathon("DELETE", f"v2/deployments/{hanging}", force=True, status=202) is None
    assert dcos.marathon("GET", "v2/deployments") == []


def test_task_list_kill_and_sandbox(dcos: Dcos, web: str) -> None:
    (task,) = dcos.tasks("web")
    assert (task["name"], task["state"]) == ("web.cli", "TASK_RUNNING")
    state = dcos.master("master/state")
    framework = next(one for one in state["frameworks"] if one["id"] == task["framework_id"])
    assert (framework["name"], framework["active"], framework["user"]) == ("marathon", True, "root")
    agent = next(one for one in state["slaves"] if one["id"] == task["slave_id"])
    assert task["statuses"][0]["container_status"]["container_id"]["value"]

    # `task log` and `task ls`: the agent's state leads to the sandbox.
    own = dcos.agent(agent, "state").json()
    (directory,) = {executor["directory"] for one in own["frameworks"] for executor in one["executors"]
                    if any(each["id"] == task["id"] for each in executor["tasks"])}
    names = {entry["path"].rpartition("/")[2]: entry for entry in dcos.agent(
        agent, "files/browse", path=directory).json()}
    assert {"stdout", "stderr"} <= set(names)
    assert names["stderr"]["size"] >= len("trouble\n")
    size = dcos.agent(agent, "files/read", path=f"{directory}/stderr", offset=-1).json()
    assert size == {"data": "", "offset": names["stderr"]["size"]}
    text = dcos.agent(agent, "files/read", path=f"{directory}/stderr", offset=0, length=10_000).json()["data"]
    assert "trouble\n" in text
    tail = dcos.agent(agent, "files/read", path=f"{directory}/stderr", offset=text.index("trouble"), length=7).json()
    assert tail == {"data": "trouble", "offset": text.index("trouble")}
    assert "hello\n" in dcos.agent(agent, "files/download", path=f"{directory}/stdout").text
    assert dcos.agent(agent, "files/read", path=f"{directory}/nothing", offset=0).status_code == 404

    listed = dcos.marathon("GET", "v2/tasks")["tasks"]
    assert [one["id"] for one in listed] == [task["id"]]
    killed = dcos.marathon("POST", "v2/tasks/delete", body={"ids": [task["id"]]})
    assert [one["id"] for one in killed["tasks"]] == [task["id"]]
    wait_until("it is over", lambda: task["id"] in [
        one["id"] for one in dcos.tasks("web", ("completed_tasks",))], SECONDS)
    wait_until("another one runs", lambda: [one["state"] for one in dcos.tasks("web")] == ["TASK_RUNNING"], SECONDS)
    # `app kill --scale`
    scaled = dcos.marathon("DELETE", f"v2/apps{web}/tasks?scale=true")
    dcos.watch(scaled["deploymentId"])
    assert dcos.marathon("GET", f"v2/apps{web}")["app"]["instances"] == 0


def test_groups_and_pods(dcos: Dcos) -> None:
    dcos.marathon("GET", "v2/groups/cli", status=404)
    made = dcos.marathon("POST", "v2/groups", status=201, body={
        "id": "/cli", "apps": [{"id": "a", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}]})
    dcos.watch(made["deploymentId"])
    assert [one["id"] for one in dcos.marathon("GET", "v2/groups")["groups"]] == ["/cli"]
    dcos.watch(dcos.marathon("PUT", "v2/groups/cli", body={"scaleBy": 2})["deploymentId"])
    assert dcos.marathon("GET", "v2/groups/cli")["apps"][0]["instances"] == 2

    # Whether there are pods is asked by HEAD.
    assert requests.head(dcos.cluster.marathon_url + "/v2/pods", timeout=5).ok
    dcos.marathon("POST", "v2/pods", status=201, body={"id": "/cli/pod", "containers": [
        {"name": "c", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.1, "mem": 32}}]})
    wait_until("the pod runs", lambda: dcos.marathon("GET", "v2/pods/cli/pod::status")["status"] == "STABLE", SECONDS)
    (pod,) = dcos.marathon("GET", "v2/pods/::status")
    (instance,) = pod["instances"]
    killed = dcos.marathon("DELETE", "v2/pods/cli/pod::instances", body=[instance["id"]])
    assert [one["instanceId"] for one in killed] == [instance["id"]]
    dcos.marathon("DELETE", "v2/pods/cli/pod", force=True, status=202)
    dcos.watch(dcos.marathon("DELETE", "v2/groups/cli", force=True)["deploymentId"])


def test_about(dcos: Dcos) -> None:
    assert dcos.marathon("GET", "v2/info")["name"] == "marathon"
    assert dcos.marathon("GET", "ping") == "pong"
    assert dcos.marathon("GET", "v2/plugins") == {"plugins": []}
    assert dcos.marathon("GET", "v2/leader")["leader"] == dcos.cluster.marathon_url.partition("://")[2]


def test_node_list_and_its_actions(dcos: Dcos, web: str) -> None:
    summary = dcos.master("master/state-summary")
    state = dcos.master("master/state")
    assert {one["id"] for one in summary["slaves"]} == {one["id"] for one in state["slaves"]}
    assert {one["pid"].rpartition("@")[2].partition(":")[0] for one in summary["slaves"]} == {
        one.ip for one in dcos.cluster.agents}
    busy = next(one for one in summary["slaves"] if one["TASK_RUNNING"])
    assert sum(one["TASK_RUNNING"] for one in summary["slaves"]) == 1
    assert busy["framework_ids"] == [one["id"] for one in summary["frameworks"] if one["name"] == "marathon"]
    assert (busy["active"], busy["deactivated"], busy["used_resources"]["cpus"]) == (True, False, 0.1)

    agent_id = {"value": busy["id"]}
    agents = dcos.operator("GET_AGENTS").json()["get_agents"]["agents"]
    assert {one["agent_info"]["id"]["value"] for one in agents} == {one["id"] for one in summary["slaves"]}
    dcos.operator("DEACTIVATE_AGENT", deactivate_agent={"agent_id": agent_id})
    shown = next(one for one in dcos.master("master/state")["slaves"] if one["id"] == busy["id"])
    assert (shown["deactivated"], shown["active"]) == (True, False)
    dcos.operator("REACTIVATE_AGENT", reactivate_agent={"agent_id": agent_id})

    dcos.operator("DRAIN_AGENT", drain_agent={"agent_id": agent_id, "max_grace_period": {"nanoseconds": 10**9}})

    def drained() -> bool:
        one = next(one for one in dcos.master("master/state")["slaves"] if one["id"] == busy["id"])
        return one["drain_info"]["state"] == "DRAINED"

    wait_until("the agent is drained", drained, SECONDS)

    def moved() -> bool:
        places = [(one["state"], one["slave_id"]) for one in dcos.tasks("web")]
        return len(places) == 1 and places[0][0] == "TASK_RUNNING" and places[0][1] != busy["id"]

    wait_until("the app runs elsewhere", moved, SECONDS)
    dcos.operator("REACTIVATE_AGENT", reactivate_agent={"agent_id": agent_id})
    dcos.operator("MARK_AGENT_GONE", mark_agent_gone={"agent_id": agent_id})
    assert busy["id"] not in {one["id"] for one in dcos.master("master/state")["slaves"]}
