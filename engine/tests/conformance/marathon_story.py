"""What a Marathon is asked and told, in the order of a story, so that every kind of answer has something in it.

An app that runs, one that no agent has room for, one that fails and a pod, all below one group; the events are read
meanwhile.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from local_cluster import wait_until

SECONDS = 20
START_SECONDS = 90
JSON = {"Content-Type": "application/json"}
RESULT = "deploymentResult.DeploymentResult"


@dataclass(frozen=True)
class Answer:
    """``wanted`` is the type that the body is held against, None where it has to be empty."""

    name: str
    status: int
    response: requests.Response
    wanted: Any


class Events(threading.Thread):
    """Reads the stream until it ends; ``seen`` are the events by type."""

    def __init__(self, url: str, auth: Any) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self._response = requests.get(f"{url}/v2/events", headers={"Accept": "text/event-stream"}, stream=True,
                                      timeout=SECONDS, auth=auth)

    def run(self) -> None:
        try:
            for line in self._response.iter_lines():
                if line.startswith(b"data: "):
                    event = json.loads(line.removeprefix(b"data: "))
                    self.seen.setdefault(event["eventType"], []).append(event)
        except requests.RequestException:
            return


class Story:
    """``answers`` is what came of it; everything that was made is removed by ``close``."""

    def __init__(self, url: str) -> None:
        self.answers: list[Answer] = []
        self._url = url
        self._session = requests.Session()
        self._group = f"/conformance-{uuid.uuid4().hex[:8]}"
        self.events = Events(url, self._session.auth)
        self.events.start()

    def ask(self, method: str, path: str, wanted: Any, status: int = 200, body: Any = None, name: str = "") -> Any:
        """``{}`` in the path and ``<group>`` in the body are the group."""
        data = None if body is None else json.dumps(body).replace("<group>", self._group)
        headers = JSON if body is not None else {}
        response = self._session.request(method, self._url + path.replace("{}", self._group), data=data,
                                         headers=headers, timeout=SECONDS)
        self.answers.append(Answer(f"{method} {name or path}", status, response, wanted))
        return response.json() if response.content and "json" in response.headers.get("Content-Type", "") else None

    def _get(self, path: str) -> Any:
        return self._session.get(self._url + path.replace("{}", self._group), timeout=SECONDS).json()

    def _until(self, what: str, condition: Callable[[], Any]) -> Any:
        return wait_until(what, condition, START_SECONDS)

    def _settled(self, *deployments: str) -> None:
        self._until("the deployments are over", lambda: not {
            one["id"] for one in self._get("/v2/deployments")} & set(deployments))

    def tell(self) -> None:
        self._group_and_apps()
        self._apps()
        self._tasks()
        self._pods()
        self._groups()
        self._system()
        self._writes()

    def _group_and_apps(self) -> None:
        self.ask("PUT", "/v2/groups{}?dryRun=true", "deploymentSteps.DeploymentSteps",
                 body={"apps": [{"id": "x", "cmd": "sleep 1"}]})
        made = self.ask("POST", "/v2/groups", RESULT, 201, {"id": "<group>"})
        self._settled(made["deploymentId"])
        small = {"cmd": "sleep 1000", "cpus": 0.01, "mem": 16}
        check = {"protocol": "COMMAND", "command": {"value": "true"}, "intervalSeconds": 1, "delaySeconds": 0}
        self.ask("POST", "/v2/apps", "app.AppInfo", 201, {
            **small, "id": "<group>/web", "healthChecks": [check], "labels": {"team": "x"}, "env": {"LEVEL": "info"},
            "portDefinitions": [{"port": 0, "name": "http", "labels": {"a": "b"}}], "fetch": [],
            "unreachableStrategy": {"inactiveAfterSeconds": 5, "expungeAfterSeconds": 10}})
        stuck = self.ask("PUT", "/v2/apps{}/stuck", RESULT, 201, {
            **small, "mem": 10**7, "constraints": [["hostname", "UNIQUE"]],
            "readinessChecks": [{"portName": "http"}], "portDefinitions": [{"name": "http"}]})
        self.ask("PUT", "/v2/apps{}/failing", RESULT, 201, {**small, "cmd": "exit 1", "backoffSeconds": 1})
        networks = [{"mode": "host"}]
        self.ask("POST", "/v2/pods", "pod.Pod", 201, {"id": "<group>/pod", "networks": networks, "containers": [
            {"name": "one", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.01, "mem": 16},
             "endpoints": [{"name": "http", "hostPort": 0}]}]})
        self._until("the app is healthy", lambda: self._get("/v2/apps{}/web")["app"]["tasksHealthy"] == 1)
        self._until("a failure", lambda: "lastTaskFailure" in self._get("/v2/apps{}/failing")["app"])
        self._until("the pod is stable", lambda: self._get("/v2/pods{}/pod::status")["status"] == "STABLE")
        self._until("an offer was too small", lambda: [
            one for one in self._get("/v2/queue?embed=lastUnusedOffers")["queue"] if one.get("lastUnusedOffers")])
        self.ask("GET", "/v2/deployments", ["deploymentEventsInfo.DeploymentStepInfo"])
        self.ask("GET", "/v2/queue", "queue.Queue")
        self.ask("GET", "/v2/queue?embed=lastUnusedOffers", "queue.Queue")
        self.ask("DELETE", "/v2/queue{}/stuck/delay", None, 204)
        self.ask("DELETE", f"/v2/deployments/{stuck['deploymentId']}", RESULT, name="/v2/deployments/{id}")

    def _apps(self) -> None:
        self.ask("GET", "/v2/apps", "app.AppList")
        self.ask("GET", "/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure&embed=apps.taskStats"
                        "&embed=apps.readiness", "app.AppList")
        self.ask("GET", "/v2/apps?id={}&cmd=sleep&label=team==x", "app.AppList")
        self.ask("GET", "/v2/apps{}/web", {"app": "app.AppInfo"})
        self.ask("GET", "/v2/apps{}/failing", {"app": "app.AppInfo"})
        self.ask("GET", "/v2/apps{}/*", {"*": ["app.AppInfo"]})
        (version,) = self.ask("GET", "/v2/apps{}/web/versions", "app.VersionList")["versions"]
        self.ask("GET", f"/v2/apps{{}}/web/versions/{version}", "app.App", name="/v2/apps{}/web/versions/{version}")

    def _tasks(self) -> None:
        self.ask("GET", "/v2/tasks", "task.TaskList")
        self.ask("GET", "/v2/tasks?status=running", "task.TaskList")
        self.ask("GET", "/v2/apps{}/*/tasks", "task.TaskList")
        (task,) = self.ask("GET", "/v2/apps{}/web/tasks", "task.TaskList")["tasks"]
        self.ask("DELETE", f"/v2/apps{{}}/web/tasks/{task['id']}", "task.TaskSingle", name="/v2/apps{}/web/tasks/{id}")
        self.ask("DELETE", "/v2/apps{}/web/tasks?host=none", "task.TaskList")
        self.ask("POST", "/v2/tasks/delete", "task.TaskList", body={"ids": [task["id"]]})

    def _pods(self) -> None:
        self.ask("HEAD", "/v2/pods", None)
        self.ask("GET", "/v2/pods", ["pod.Pod"])
        pod = self.ask("GET", "/v2/pods{}/pod", "pod.Pod")
        self.ask("GET", "/v2/pods/::status", ["podStatus.PodStatus"])
        status = self.ask("GET", "/v2/pods{}/pod::status", "podStatus.PodStatus")
        (version,) = self.ask("GET", "/v2/pods{}/pod::versions", ["string"])
        self.ask("GET", f"/v2/pods{{}}/pod::versions/{version}", "pod.Pod", name="/v2/pods{}/pod::versions/{version}")
        del pod["version"]
        self.ask("PUT", "/v2/pods{}/pod", "pod.Pod", body=pod)
        instance_id = status["instances"][0]["id"]
        self.ask("DELETE", f"/v2/pods{{}}/pod::instances/{instance_id}", "instance.Instance",
                 name="/v2/pods{}/pod::instances/{id}")
        self.ask("DELETE", "/v2/pods{}/pod::instances", ["instance.Instance"], body=[instance_id])
        self._until("the history", lambda: self._get("/v2/pods{}/pod::status")["status"] == "STABLE")
        self.ask("GET", "/v2/pods{}/pod::status", "podStatus.PodStatus", name="/v2/pods{}/pod::status, after a kill")

    def _groups(self) -> None:
        self.ask("GET", "/v2/groups", "group.GroupInfo")
        self.ask("GET", "/v2/groups{}?embed=group.apps&embed=group.pods&embed=group.apps.tasks"
                        "&embed=group.apps.counts", "group.GroupInfo")
        self.ask("GET", "/v2/groups/versions", ["string"])
        versions = self.ask("GET", "/v2/groups{}/versions", ["string"])
        self.ask("GET", f"/v2/groups{{}}/versions/{max(versions)}", "group.GroupInfo",
                 name="/v2/groups{}/versions/{version}")
        self.ask("GET", "/v2/groups{}/apps", ["app.AppInfo"])
        self.ask("GET", "/v2/groups/apps?embed=group.apps.counts", ["app.AppInfo"])
        self.ask("PATCH", "/v2/groups{}", None, body={"enforceRole": False})

    def _system(self) -> None:
        self.ask("GET", "/v2/info", "info.MarathonInfo")
        self.ask("GET", "/v2/leader", "info.LeaderInfo")
        self.ask("GET", "/v2/plugins", {"plugins": [{"id": "string", "plugin": "string", "implementation": "string",
                                                     "tags?": ["string"], "info?": {"map": "string"}}]})
        self.ask("GET", "/metrics", "newMetrics.NewMetrics")
        self.ask("GET", "/logging", "logging.Loggers")
        self.ask("POST", "/logging", "logging.LoggerChange",
                 body={"level": "info", "logger": "conformance", "durationSeconds": 1})

    def _writes(self) -> None:
        scaled = self.ask("PUT", "/v2/apps", RESULT, body=[{"id": "<group>/web", "instances": 2}])
        self._settled(scaled["deploymentId"])
        self.ask("PATCH", "/v2/apps", RESULT, body=[{"id": "<group>/web", "instances": 2}])
        self.ask("PATCH", "/v2/apps{}/web", RESULT, body={"labels": {}})
        self.ask("POST", "/v2/apps{}/web/restart?force=true", RESULT, body={})
        self.ask("DELETE", "/v2/apps{}/web/tasks?scale=true&force=true", RESULT)
        self.ask("PUT", "/v2/groups{}?force=true", RESULT, body={"scaleBy": 0})
        self.ask("DELETE", "/v2/pods{}/pod?force=true", None, 202)
        self.ask("DELETE", "/v2/apps{}/web", RESULT)
        gone = self.ask("DELETE", "/v2/groups{}?force=true", RESULT)
        self._settled(gone["deploymentId"])

    def close(self) -> None:
        self._session.delete(f"{self._url}/v2/groups{self._group}", params={"force": "true"}, timeout=SECONDS)
        self._session.close()
