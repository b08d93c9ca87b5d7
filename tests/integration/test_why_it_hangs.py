"""Why an app does not come up, in the module's own words, from what a Marathon really reports about it."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

SMALL = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
SECONDS = 15
CHECK = {"protocol": "HTTP", "path": "/", "portIndex": 0, "gracePeriodSeconds": 1, "intervalSeconds": 1}
# Without it the moment before a command fails can be enough for the deployment to end.
NEVER_HEALTHY = {"protocol": "COMMAND", "command": {"value": "false"}}
READINESS = {"path": "/ready", "portName": "http", "intervalSeconds": 2, "timeoutSeconds": 1}
ANSWERS_500 = (
    "import http.server as s; s.HTTPServer(('', $PORT0), type('H', (s.BaseHTTPRequestHandler,), "
    "{'do_GET': lambda self: self.send_error(500)})).serve_forever()"
)

# Each is an app that hangs, and the sentence that says why; numbers are those of the app and of the cluster.
HANGS = {
    "cpus": (
        {"cpus": 9000},
        r"no agent offers 9000 cpus: largest free is [\d.]+ on \S+ \(InsufficientCpus: \d+ of \d+ offers declined\); "
        "lower cpus, free resources or add agents",
    ),
    "memory": (
        {"mem": 9000000},
        r"no agent offers 9000000 MiB of memory: largest free is [\d.]+ on \S+ \(InsufficientMemory: ",
    ),
    "port": (
        {"portDefinitions": [{"port": 80}], "requirePorts": True},
        r"host port 80 is outside the agents' ports \d+-\d+.* \(InsufficientPorts: \d+ of \d+ offers declined\); use a "
        "port inside, 0 for any, or give the agents the port as a resource",
    ),
    "constraint": (
        {"constraints": [["hostname", "CLUSTER", "nowhere"]]},
        r"no agent meets the constraints hostname CLUSTER nowhere, offered are hostname \S+.* "
        r"\(UnfulfilledConstraint: \d+ of \d+ offers declined\)",
    ),
    "status": (
        {"cmd": "exit 127", "healthChecks": [NEVER_HEALTHY]},
        r"the last task ended with TASK_FAILED on \S+: .*127.* \(the command was not found\)",
    ),
    "nobody-listens": (
        {"healthChecks": [{**CHECK, "maxConsecutiveFailures": 0}]},
        r"\S+: health check HTTP / on port \d+ failed: .*[Cc]onnect.*, \d+ failures in a row",
    ),
    "unhealthy": (
        {"cmd": f'exec {sys.executable} -c "{ANSWERS_500}"', "healthChecks": [{**CHECK, "maxConsecutiveFailures": 30}]},
        r"\S+: health check HTTP / on port \d+ answered 500, \d+ of 30 failures",
    ),
    "grace": (
        {"healthChecks": [{**CHECK, "protocol": "MESOS_HTTP", "gracePeriodSeconds": 300}]},
        r"no health check result yet \(the slowest check takes up to \d+ s for the first; failures count after 300 s",
    ),
    "not-ready": (
        {
            "cmd": f'exec {sys.executable} -c "{ANSWERS_500}"',
            "portDefinitions": [{"name": "http"}],
            "readinessChecks": [{**READINESS, "preserveLastResponse": True}],
        },
        r"\S+: readiness check /ready on port http answered 500 instead of 200",
    ),
    "not-ready-nor-told": (
        {
            "cmd": f'exec {sys.executable} -c "{ANSWERS_500}"',
            "portDefinitions": [{"name": "http"}],
            "readinessChecks": [READINESS],
        },
        r"\S+: readiness check /ready on port http has not answered 200 yet; with preserveLastResponse: true",
    ),
}
# They run a program of this machine.
HERE = ("unhealthy", "not-ready", "not-ready-nor-told")


@pytest.fixture(scope="module")
def told(ansible, cluster, module_group):
    """What the module says of each: all of them hang at the same time."""
    names = [name for name in HANGS if cluster is not None or name not in HERE]

    def hang(name):
        definition = {**SMALL, **HANGS[name][0], "id": f"{module_group}/{name}"}
        return ansible.module(definition=definition, wait_timeout=SECONDS)

    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(hang, names), strict=True))


@pytest.mark.parametrize("name", HANGS)
def test_the_reason_is_told_with_its_numbers(told, module_group, name):
    if name not in told:
        pytest.skip("the agents of a Marathon that was given need not have this machine's Python")
    result = told[name]
    assert result["failed"]
    assert f"{module_group}/{name} is not deployed after {SECONDS} s (" in result["msg"]
    assert re.search(HANGS[name][1], result["msg"]), result["msg"]
    assert (result["changed"], result["action"]) == (True, "created")
    assert result["deployments"] == [result["deployment_id"]]


def test_the_old_instance_holds_the_port_of_the_new_one(ansible, marathon, cluster, group):
    """The rollback hangs the same way, as the old definition gets a new version too, and says so before."""
    if cluster is None:
        pytest.skip("the ports and hosts of a Marathon that was given are not known")
    app = {**SMALL, "id": f"{group}/port", "ports": [31777], "requirePorts": True}
    app["constraints"] = [["hostname", "LIKE", cluster.agents[0].ip]]
    assert ansible.module(definition=app, wait_timeout=60)["changed"]
    result = ansible.module(
        "-v", definition={**app, "env": {"V": "2"}}, wait_timeout=8, on_failure="rollback", healthy_for=0
    )
    host = cluster.agents[0].ip
    holds = f"the app's own instance on {host} holds it; lower upgradeStrategy.minimumHealthCapacity (1)"
    before, _started, after = result["msg"].partition("The rollback was started")
    assert holds in before and "no agent has host port 31777 free" in before and holds in after
    assert "is likely to hang the same way; the instance keeps running meanwhile" in before
    assert result["held_by"] == [cluster.agents[0].ip] and not result["rollback"]["confirmed"]
    assert marathon.app(app["id"])["tasksRunning"] == 1


def test_a_proxy_that_refuses_is_named(ansible, marathon):
    proxy = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    result = ansible.module(module="quorum.mesos.marathon_info", gather=["leader"], environment=proxy)
    assert "Marathon was not reached: " in result["msg"], result["msg"]
    assert "the proxy http://127.0.0.1:9 fails: connection refused); correct http_proxy, or name" in result["msg"]
    assert "does not answer" not in result["msg"]
