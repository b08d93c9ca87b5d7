"""marathon_pod, run by Ansible, against a Marathon that starts task groups of processes; no image is needed."""

from __future__ import annotations

import json
import time

import pytest
import requests

MODULE = "quorum.mesos.marathon_pod"
SLEEP = {"name": "main", "exec": {"command": {"shell": "exec sleep 1000"}}, "resources": {"cpus": 0.1, "mem": 32}}


@pytest.fixture(scope="module", autouse=True)
def with_pods(marathon):
    if marathon.ask.head(f"{marathon.url}/v2/pods", timeout=10).status_code != 200:
        pytest.skip("this Marathon has no pods")


@pytest.fixture
def front(group):
    """A web server beside a process that writes its page, as people keep it: no defaults, numbers as text."""
    serve = "cd pages && exec python3 -m http.server $ENDPOINT_HTTP"
    return {
        "id": f"{group}/front",
        "labels": {"team": "shop", "tier": 1},
        "environment": {"COLOUR": "green", "PASSWORD": "hunter22"},
        "networks": [{"mode": "host"}],
        "volumes": [{"name": "pages"}],
        "containers": [
            {
                "name": "web",
                "exec": {"command": {"shell": serve}},
                "resources": {"cpus": "0.1", "mem": 32},
                "endpoints": [{"name": "http", "protocol": ["tcp"]}],
                "healthCheck": {
                    "http": {"endpoint": "http", "path": "/word"},
                    "delaySeconds": 0,
                    "intervalSeconds": 2,
                    "timeoutSeconds": 1,
                },
                "volumeMounts": [{"name": "pages", "mountPath": "pages"}],
            },
            {
                "name": "writer",
                "exec": {"command": {"shell": "echo $COLOUR > pages/word; exec sleep 1000"}},
                "resources": {"cpus": 0.1, "mem": 32},
                "volumeMounts": [{"name": "pages", "mountPath": "pages"}],
            },
        ],
    }


def pod(marathon, pod_id):
    answer = marathon.ask.get(f"{marathon.url}/v2/pods{pod_id}", timeout=10)
    return answer.json() if answer.status_code == 200 else None


def word(endpoint):
    return requests.get(f"http://{endpoint}/word", timeout=5).text.strip()


def test_life_of_a_pod(ansible, marathon, front):
    pod_id = front["id"]
    secret = {"module": MODULE, "secret_env": ["PASSWORD"]}

    planned = ansible.module("--check", "--diff", definition=front, **secret)
    assert (planned["changed"], planned["action"]) == (True, "created")
    assert pod(marathon, pod_id) is None

    created = ansible.module("--diff", definition=front, **secret)
    assert (created["changed"], created["action"], created["restarts"]) == (True, "created", False)
    assert created["diff"] == planned["diff"]
    assert created["deployment_id"] and "hunter22" not in created["output"]
    (instance,) = created["instances"]
    assert instance["containers"] == {"web": "TASK_RUNNING", "writer": "TASK_RUNNING"}
    (endpoint,) = created["endpoints"]
    assert endpoint == f"{instance['host']}:{instance['endpoints']['http']}" and word(endpoint) == "green"
    stored = pod(marathon, pod_id)
    assert stored["labels"] == {"team": "shop", "tier": "1"}

    repeated = ansible.module("--diff", definition=front, **secret)
    assert (repeated["changed"], repeated["action"], repeated["requests"]) == (False, "none", 1)
    assert repeated["diff"]["before"] == repeated["diff"]["after"]
    assert pod(marathon, pod_id)["version"] == stored["version"]

    changed = {**front, "environment": {"COLOUR": "blue", "PASSWORD": "hunter22"}, "labels": None}
    planned = ansible.module("--check", "--diff", definition=changed, **secret)
    assert (planned["changed"], planned["action"], planned["restarts"]) == (True, "updated", True)
    assert pod(marathon, pod_id)["version"] == stored["version"]

    updated = ansible.module("--diff", definition=changed, **secret)
    assert (updated["changed"], updated["diff"]) == (True, planned["diff"])
    assert "labels" not in pod(marathon, pod_id)
    assert [one["id"] for one in updated["instances"]] != [instance["id"]]
    assert [word(one) for one in updated["endpoints"]] == ["blue"]

    scaled = ansible.module(id=pod_id, instances=2, module=MODULE)
    assert (scaled["action"], scaled["restarts"], len(scaled["instances"])) == ("scaled", False, 2)
    assert updated["instances"][0]["id"] in [one["id"] for one in scaled["instances"]]
    kept = ansible.module(definition=changed, ignore_fields=["instances"], **secret)
    assert (kept["changed"], len(kept["instances"])) == (False, 2)

    suspended = ansible.module(id=pod_id, state="suspended", module=MODULE)
    assert (suspended["action"], suspended["instances"]) == ("scaled", [])

    planned = ansible.module("--check", "--diff", id=pod_id, state="absent", module=MODULE)
    assert (planned["action"], planned["diff"]["after"]) == ("deleted", {})
    assert pod(marathon, pod_id) is not None
    assert ansible.module(id=pod_id, state="absent", module=MODULE)["changed"] is True
    assert pod(marathon, pod_id) is None
    again = ansible.module(id=pod_id, state="absent", module=MODULE)
    assert (again["changed"], again["requests"]) == (False, 1)


def test_one_variable_of_one_container(ansible, marathon, group, tmp_path):
    pod_id = f"{group}/merged"
    file = tmp_path / "pod.json"
    file.write_text(json.dumps({"containers": [SLEEP, {**SLEEP, "name": "side"}]}), encoding="utf-8")
    assert ansible.module(id=pod_id, src=str(file), module=MODULE)["action"] == "created"
    over = {"containers": [{"name": "side", "environment": {"LEVEL": "debug"}}]}
    assert ansible.module(id=pod_id, definition=over, merge=True, module=MODULE)["restarts"] is True
    main, side = pod(marathon, pod_id)["containers"]
    assert "environment" not in main and side["environment"] == {"LEVEL": "debug"}
    assert side["exec"] == SLEEP["exec"]
    ignored = ansible.module(id=pod_id, definition={"executorResources": {"cpus": 0.2}}, merge=True, module=MODULE)
    assert ignored["changed"] is False
    assert "differs in executorResources, a change of which alone" in " ".join(ignored["output"].split())


def test_a_pod_that_cannot_run_says_why_and_is_rolled_back(ansible, marathon, group):
    pod_id = f"{group}/broken"
    # It runs for a moment, so only its check keeps it from being stable; the other container ends with it.
    check = {"exec": {"command": {"shell": "true"}}, "delaySeconds": 60, "intervalSeconds": 2, "timeoutSeconds": 1}
    container = {**SLEEP, "exec": {"command": {"shell": "sleep 1; exit 7"}}, "healthCheck": check}
    definition = {"id": pod_id, "containers": [container, {**SLEEP, "name": "side"}], "user": "root"}
    definition["scheduling"] = {"backoff": {"backoff": 30, "backoffFactor": 2, "maxLaunchDelay": 60}}
    failed = ansible.module(definition=definition, wait_timeout=8, on_failure="rollback", module=MODULE)
    assert failed["failed"] and failed["action"] == "created"
    assert "container main: Command exited with status 7" in failed["msg"]
    assert "Marathon backs off after failures" in failed["msg"]
    assert f"rolled back to what it was before (deployment {failed['rollback_deployment_id']})" in failed["msg"]
    deadline = time.monotonic() + 30
    while pod(marathon, pod_id) is not None and time.monotonic() < deadline:
        time.sleep(0.5)
    assert pod(marathon, pod_id) is None


def test_a_pod_that_no_agent_has_room_for(ansible, group):
    container = {**SLEEP, "resources": {"cpus": 900, "mem": 32}}
    failed = ansible.module(id=f"{group}/large", definition={"containers": [container]}, wait_timeout=6, module=MODULE)
    assert failed["failed"] and "no agent offers 900.1 cpus: largest free is" in failed["msg"]


def test_a_definition_that_marathon_refuses(ansible, marathon, group):
    pod_id = f"{group}/refused"
    container = {**SLEEP, "endpoints": [{"name": "http", "containerPort": 80}]}
    definition = {"networks": [{"mode": "host"}], "containers": [container]}
    failed = ansible.module(id=pod_id, definition=definition, module=MODULE)
    assert failed["failed"] and pod(marathon, pod_id) is None
    assert "/containers(0)/endpoints(0)/containerPort is 80, but must not be set with host networking" in failed["msg"]


@pytest.mark.parametrize("check", [["--check"], []], ids=["check", "run"])
@pytest.mark.parametrize("how", ["definition", "src"])
def test_a_pod_that_would_stop_marathon_is_refused(ansible, marathon, group, tmp_path, how, check):
    pod_id = f"{group}/lethal"
    definition = {"id": pod_id, "containers": [{**SLEEP, "endpoints": [{"name": "http"}]}]}
    path = tmp_path / "pod.json"
    path.write_text(json.dumps(definition))
    given = {"src": str(path)} if how == "src" else {"definition": definition}
    failed = ansible.module(*check, module=MODULE, **given)
    assert failed["failed"] and not failed["changed"] and pod(marathon, pod_id) is None
    assert failed["msg"].startswith(
        f"the pod {pod_id} has the endpoint /containers(0)/endpoints(0) and no /networks. "
        'Declare networks, for example [{"mode": "host"}]. Marathon accepts such a pod'
    )
