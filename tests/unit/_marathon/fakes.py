"""A session that answers from a script and checks what is asked, in order, and a clock that only sleeping moves."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer

# What a request can come to without an answer.
REFUSED = NoAnswer("connection refused", arrived=False)
UNCONNECTED = NoAnswer("no connection within 10 s", arrived=False)
LATE = NoAnswer("no answer within 30 s", arrived=True)
CLOSED = NoAnswer("it closed the connection without an answer", arrived=True)


class Call:
    def __init__(
        self,
        method: str,
        path: str,
        status: int = 200,
        data: Any = None,
        *,
        text: str | None = None,
        raises: Exception | None = None,
        headers: dict[str, str] | None = None,
        host: str = "http://m1:8080",
        body: Any = None,
        params: dict[str, str] | None = None,
    ) -> None:
        self.method, self.url = method, host + path
        self.status, self.text = status, json.dumps(data) if text is None else text
        self.raises, self.headers = raises, headers or {}
        self.body, self.params = body, params


class FakeSession:
    def __init__(self, *calls: Call) -> None:
        self.calls = list(calls)
        self.bodies: list[Any] = []

    def prepare(self, urls: list[str]) -> None:
        pass

    def exchange(
        self, method: str, url: str, params: Any = None, body: Any = None, seconds: float | None = None
    ) -> Answer:
        assert self.calls, f"unexpected {method} {url}"
        call = self.calls.pop(0)
        assert (method, url) == (call.method, call.url)
        self.bodies.append(body)
        if call.body is not None:
            assert body == call.body
        if call.params is not None:
            assert (params or {}) == call.params
        if call.raises is not None:
            raise call.raises
        return Answer(call.status, call.text, call.headers)


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def stored(app_id: str = "/a", **declared: Any) -> dict[str, Any]:
    """An app as GET returns it, one running and settled instance of it unless said otherwise."""
    app = {
        "id": app_id,
        "cmd": "sleep 1000",
        "backoffFactor": 1.15,
        "backoffSeconds": 1,
        "cpus": 1.0,
        "disk": 0.0,
        "executor": "",
        "instances": 1,
        "labels": {},
        "maxLaunchDelaySeconds": 300,
        "mem": 128.0,
        "gpus": 0,
        "networks": [{"mode": "host"}],
        "portDefinitions": [{"port": 10000, "name": "default", "protocol": "tcp"}],
        "requirePorts": False,
        "upgradeStrategy": {"maximumOverCapacity": 1.0, "minimumHealthCapacity": 1.0},
        "version": "2020-10-29T12:00:00.000Z",
        "versionInfo": {
            "lastScalingAt": "2020-10-29T12:00:00.000Z",
            "lastConfigChangeAt": "2020-10-29T12:00:00.000Z",
        },
        "killSelection": "YOUNGEST_FIRST",
        "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        "role": "*",
        "tasksStaged": 0,
        "tasksHealthy": 0,
        "tasksUnhealthy": 0,
        "deployments": [],
        **declared,
    }
    app.setdefault("tasksRunning", app["instances"])
    app.setdefault("tasks", [task(number) for number in range(app["tasksRunning"])])
    return {name: value for name, value in app.items() if value is not None}


def task(number: int = 0, **state: Any) -> dict[str, Any]:
    return {
        "id": f"a.instance-{number}._app.1",
        "appId": "/a",
        "host": f"slave{number + 1}",
        "ports": [31000 + number],
        "state": "TASK_RUNNING",
        "version": "2020-10-29T12:00:00.000Z",
        **state,
    }


def stored_pod(pod_id: str = "/p", instances: int = 1, **declared: Any) -> dict[str, Any]:
    """A pod as GET returns it."""
    return {
        "id": pod_id,
        "networks": [{"mode": "host"}],
        "version": "2020-10-29T12:00:00.000Z",
        "containers": [
            {
                "name": "web",
                "exec": {"command": {"shell": "serve"}},
                "resources": {"cpus": 0.1, "mem": 32.0, "disk": 0.0, "gpus": 0},
                "endpoints": [{"name": "http", "hostPort": 0}],
            }
        ],
        "scaling": {"kind": "fixed", "instances": instances},
        "scheduling": {
            "backoff": {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0},
            "upgrade": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0},
            "placement": {},
            "killSelection": "YOUNGEST_FIRST",
            "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        },
        "executorResources": {"cpus": 0.1, "mem": 32.0, "disk": 10.0},
        "role": "*",
        **declared,
    }


def pod_status(spec: dict[str, Any] | None = None, *instances: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What ::status returns, with as many stable instances as are wanted unless said otherwise."""
    spec = stored_pod() if spec is None else spec
    found = list(instances) or [pod_instance(spec, number) for number in range(spec["scaling"]["instances"])]
    return {"id": spec["id"], "spec": spec, "status": "STABLE", "instances": found, "terminationHistory": [], **fields}


def pod_instance(spec: dict[str, Any], number: int = 0, version: str | None = None, **state: Any) -> dict[str, Any]:
    return {
        "id": f"p.instance-{number}",
        "status": "STABLE",
        "agentHostname": f"slave{number + 1}",
        "specReference": f"/v2/pods{spec['id']}::versions/{version or spec['version']}",
        "containers": [
            {
                "name": "web",
                "status": "TASK_RUNNING",
                "conditions": [],
                "endpoints": [{"name": "http", "allocatedHostPort": 31000 + number}],
            }
        ],
        **state,
    }
