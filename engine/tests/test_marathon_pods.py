"""Pods: their definitions, from the request to the running task group, their status, their changes."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from fake_master import runs, stays_staged
from marathon_harness import Harness, Marathon

POD: dict[str, Any] = {
    "id": "/shop/front",
    "networks": [{"mode": "host"}],
    "containers": [
        {"name": "web", "exec": {"command": {"shell": "serve $ENDPOINT_HTTP"}}, "resources": {"cpus": 0.1, "mem": 32},
         "endpoints": [{"name": "http", "protocol": ["tcp"]}], "labels": {"part": "web"}},
        {"name": "log", "exec": {"command": {"argv": ["follow", "-n"]}}, "resources": {"cpus": 0.2, "mem": 16},
         "environment": {"LEVEL": "debug"}, "lifecycle": {"killGracePeriodSeconds": 1.5}},
    ],
    "environment": {"LEVEL": "info", "COLOUR": "green"},
}


def pod(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(POD), **fields}


def created(marathon: Marathon, **fields: Any) -> dict[str, Any]:
    return marathon.write("POST", "/v2/pods", pod(**fields), 201)


def status(marathon: Marathon, pod_id: str = "/shop/front") -> dict[str, Any]:
    return marathon.get(f"/v2/pods{pod_id}::status")


def stable(marathon: Marathon, count: int = 1) -> list[dict[str, Any]]:
    """The pod's instances, as soon as that many are stable and no others are left."""

    def instances() -> Any:
        found = status(marathon)["instances"]
        return found if len(found) == count and all(one["status"] == "STABLE" for one in found) else None

    return marathon.wait(f"{count} stable instances", instances)


def groups(harness: Harness) -> list[dict[str, Any]]:
    return [operation["launch_group"] for call in harness.master.calls_of("ACCEPT")
            for operation in call["accept"]["operations"]]


def test_a_pod_is_created_and_runs(harness: Harness, marathon: Marathon) -> None:
    assert marathon.send("HEAD", "/v2/pods").status_code == 200
    answer = marathon.send("POST", "/v2/pods", POD)
    assert answer.status_code == 201 and answer.headers["Marathon-Deployment-Id"]
    (instance,) = stable(marathon)
    assert instance["agentHostname"] == "slave1" and instance["role"] == "*"
    assert instance["resources"] == {"cpus": 0.4, "mem": 80.0, "disk": 10.0, "gpus": 0}
    body = answer.json()
    assert instance["specReference"] == f"/v2/pods/shop/front::versions/{body['version']}"
    web, log = instance["containers"]
    assert (web["name"], web["status"], log["name"]) == ("web", "TASK_RUNNING", "log")
    assert web["containerId"] == f"{instance['id']}.web.1"
    (endpoint,) = web["endpoints"]
    assert endpoint["name"] == "http" and 31000 <= endpoint["allocatedHostPort"] <= 31999
    marathon.settled()
    assert marathon.get("/v2/pods/shop/front") == body and marathon.get("/v2/pods") == [body]
    # Its status leaves out a placement without rules.
    assert body["scheduling"].pop("placement") == {}
    assert status(marathon)["status"] == "STABLE" and status(marathon)["spec"] == body
    assert [one["id"] for one in marathon.get("/v2/pods/::status")] == ["/shop/front"]
    assert marathon.get("/v2/tasks") == {"tasks": []} and marathon.get("/v2/apps") == {"apps": []}


@pytest.mark.parametrize("networks", [[], [{"mode": "container/bridge"}]])
def test_an_endpoint_without_a_port_ends_the_launch_queue(harness: Harness, marathon: Marathon,
                                                          caplog: pytest.LogCaptureFixture,
                                                          networks: list[dict[str, str]]) -> None:
    """Recorded of Marathon 1.11.24 without networks: it is accepted, and nothing starts before another leader leads."""
    created(marathon, networks=networks)
    app = {"id": "/after", "cmd": "run", "cpus": 0.1, "mem": 16}
    marathon.wait("an offer was looked at", lambda: "unexpected combination of network mode" in caplog.text)
    marathon.write("POST", "/v2/apps", app, 201)
    marathon.send("DELETE", "/v2/pods/shop/front?force=true")
    time.sleep(0.5)
    assert marathon.app("/after")["tasksRunning"] == 0 and not harness.master.active()
    harness.retire(marathon)
    heir = harness.marathon(marathon.documents)
    heir.wait("the app runs", lambda: heir.app("/after")["tasksRunning"] == 1)


def test_what_get_returns_has_the_defaults(marathon: Marathon) -> None:
    body = created(marathon)
    version = body.pop("version")
    assert version and body == {
        "id": "/shop/front",
        "networks": [{"mode": "host"}],
        "environment": {"LEVEL": "info", "COLOUR": "green"},
        "containers": [
            {"name": "web", "exec": {"command": {"shell": "serve $ENDPOINT_HTTP"}}, "labels": {"part": "web"},
             "resources": {"cpus": 0.1, "mem": 32.0, "disk": 0.0, "gpus": 0},
             "endpoints": [{"name": "http", "hostPort": 0, "protocol": ["tcp"]}]},
            {"name": "log", "exec": {"command": {"argv": ["follow", "-n"]}}, "environment": {"LEVEL": "debug"},
             "resources": {"cpus": 0.2, "mem": 16.0, "disk": 0.0, "gpus": 0},
             "lifecycle": {"killGracePeriodSeconds": 1.5}},
        ],
        "scaling": {"kind": "fixed", "instances": 1},
        "scheduling": {
            "backoff": {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0},
            "upgrade": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0},
            "placement": {},
            "killSelection": "YOUNGEST_FIRST",
            "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        },
        "executorResources": {"cpus": 0.1, "mem": 32.0, "disk": 10.0},
        "role": "*",
    }


def test_the_task_group_is_what_mesos_expects(harness: Harness, marathon: Marathon) -> None:
    definition = pod(volumes=[{"name": "share"}, {"name": "etc", "host": "/etc"}])
    definition["containers"][0]["volumeMounts"] = [{"name": "share", "mountPath": "out"}]
    definition["containers"][1]["volumeMounts"] = [{"name": "etc", "mountPath": "etc", "readOnly": True}]
    definition["containers"][0]["healthCheck"] = {"http": {"endpoint": "http", "path": "/up"}}
    version = marathon.write("POST", "/v2/pods", definition, 201)["version"]
    marathon.wait("the launch", lambda: groups(harness))
    (group,) = groups(harness)
    executor, (web, log) = group["executor"], group["task_group"]["tasks"]
    assert executor["type"] == "DEFAULT" and executor["framework_id"]
    assert {one["name"] for one in executor["resources"]} == {"cpus", "mem", "disk", "ports"}
    assert web["task_id"]["value"] == f"{executor['executor_id']['value']}.web.1"
    (ports,) = [one["ranges"]["range"] for one in executor["resources"] if one["name"] == "ports"]
    port = ports[0]["begin"]
    variables = {one["name"]: one["value"] for one in log["command"]["environment"]["variables"]}
    assert variables == {
        "LEVEL": "debug", "COLOUR": "green", "HOST": "slave1", "MARATHON_APP_ID": "/shop/front",
        "MARATHON_APP_VERSION": version, "MARATHON_CONTAINER_ID": "log", "MARATHON_APP_LABELS": "",
        "MARATHON_CONTAINER_RESOURCE_CPUS": "0.2", "MARATHON_CONTAINER_RESOURCE_MEM": "16.0",
        "MARATHON_CONTAINER_RESOURCE_DISK": "0.0", "MARATHON_CONTAINER_RESOURCE_GPUS": "0",
        "EP_HOST_HTTP": str(port), "ENDPOINT_HTTP": str(port)}
    assert (log["command"]["shell"], log["command"]["value"], log["command"]["arguments"]) == (
        False, "follow", ["follow", "-n"])
    assert log["kill_policy"] == {"grace_period": {"nanoseconds": 1_500_000_000}}
    assert web["health_check"]["http"] == {"scheme": "http", "port": port, "path": "/up"}
    assert web["container"]["volumes"] == [
        {"container_path": "out", "mode": "RW",
         "source": {"type": "SANDBOX_PATH", "sandbox_path": {"type": "PARENT", "path": "volumes/share"}}}]
    assert log["container"]["volumes"] == [{"container_path": "etc", "mode": "RO", "host_path": "/etc"}]


@pytest.mark.parametrize(("change", "path", "text"), [
    ({"id": "relative"}, "/id", "Path needs to be absolute"),
    ({"containers": []}, "/containers", "error.minLength"),
    ({"containers": [{"name": "a"}]}, "/containers(0)/resources",
     "'resources' is undefined on object: {\"name\":\"a\"}"),
    ({"containers": [{"name": "a", "resources": {"cpus": 0}}]}, "/containers(0)/resources/cpus", "error.min"),
    ({"containers": [{"name": "A", "resources": {}}]}, "/containers(0)/name", "error.pattern"),
    ({"containers": [{"name": "a", "resources": {}}] * 2}, "/containers", "container names must be unique"),
    ({"networks": [{"mode": "host"}], "containers": [
        {"name": "a", "resources": {}, "endpoints": [{"name": "x", "containerPort": 80}]}]},
     "/containers(0)/endpoints(0)/containerPort", "is not allowed when using host-mode networking"),
    ({"networks": [{"mode": "container", "name": "n"}], "containers": [
        {"name": "a", "resources": {}, "endpoints": [{"name": "x"}]}]},
     "/containers(0)/endpoints(0)/containerPort", "is required when using container-mode networking"),
    ({"containers": [{"name": n, "resources": {}, "endpoints": [{"name": "x"}]} for n in "ab"]}, "/",
     "endpoint names nust be unique across all containers"),
    ({"volumes": [{"name": "v"}]}, "/volumes(0)", "volume must be referenced by at least one container"),
    ({"containers": [{"name": "a", "resources": {}, "volumeMounts": [{"name": "v", "mountPath": "v"}]}]},
     "/containers(0)/volumeMounts(0)/name", "Referenced Volume in VolumeMount should exist"),
    ({"containers": [{"name": "a", "resources": {}, "healthCheck": {"tcp": {"endpoint": "x"}}}]},
     "/containers(0)/healthCheck/tcp/endpoint", "contained in the container endpoints"),
    ({"containers": [{"name": "a", "resources": {}, "healthCheck": {}}]}, "/containers(0)/healthCheck",
     "Only one of http, tcp, or command may be specified"),
    ({"scheduling": {"placement": {"constraints": [{"fieldName": "hostname", "operator": "UNIQUE", "value": "x"}]}}},
     "/scheduling/placement/constraints(0)", "UNIQUE does not accept a value"),
    ({"scaling": {"kind": "fixed", "instances": -1}}, "/scaling/instances", "error.min"),
    ({"role": "dev"}, "/role", "got dev, expected one of: [*, shop]"),
])
def test_refusals(marathon: Marathon, change: dict[str, Any], path: str, text: str) -> None:
    details = marathon.refused("POST", "/v2/pods", pod(**change))["details"]
    assert {"path": path, "errors": [text]} in details


def test_what_cannot_be_written(marathon: Marathon) -> None:
    created(marathon)
    assert marathon.refused("POST", "/v2/pods", POD, 409)["message"] == "A pod with id [/shop/front] already exists."
    assert marathon.refused("PUT", "/v2/pods/shop/other", POD, 400) == {
        "message": "'/shop/other' does not match definition's id ('/shop/front')"}
    app = {"cmd": "run", "cpus": 0.1, "mem": 16}
    assert marathon.refused("PUT", "/v2/apps/shop/front", app)["details"][0]["errors"] == [
        "Applications and Pods may not share the same id"]
    assert marathon.refused("PUT", "/v2/apps/shop/front/below", app)["details"][0]["errors"] == [
        "Groups and Pods may not have the same identifier."]
    assert marathon.refused("GET", "/v2/pods/none", status=404) == {
        "message": '{"message": "pod with /none does not exist"}', "details": []}
    none = {"message": "Pod '/none' does not exist", "details": []}
    assert marathon.refused("DELETE", "/v2/pods/none", status=404) == none
    assert marathon.refused("GET", "/v2/pods/none::status", status=404) == none
    assert marathon.refused("GET", "/v2/apps/shop/front", status=404)
    assert marathon.refused("PATCH", "/v2/pods/shop/front", {}, 405)


def test_the_same_definition_again_changes_nothing(marathon: Marathon) -> None:
    version = created(marathon)["version"]
    (before,) = stable(marathon)
    marathon.settled()
    again = marathon.send("PUT", "/v2/pods/shop/front", POD)
    assert again.status_code == 200 and again.json()["version"] > version and again.headers["Marathon-Deployment-Id"]
    marathon.settled()
    assert marathon.get("/v2/pods/shop/front")["version"] == version
    assert [one["id"] for one in stable(marathon)] == [before["id"]]


def test_a_change_that_marathon_does_not_notice_is_shown_but_not_kept(harness: Harness, marathon: Marathon) -> None:
    version = created(marathon)["version"]
    stable(marathon)
    marathon.settled()
    marathon.write("PUT", "/v2/pods/shop/front", pod(scheduling={"killSelection": "OLDEST_FIRST"}))
    shown = marathon.get("/v2/pods/shop/front")
    assert (shown["version"], shown["scheduling"]["killSelection"]) == (version, "OLDEST_FIRST")
    assert marathon.get("/v2/deployments") == []
    harness.retire(marathon)
    heir = harness.marathon(marathon.documents)
    assert heir.get("/v2/pods/shop/front")["scheduling"]["killSelection"] == "YOUNGEST_FIRST"


def test_scaling_keeps_the_instances_and_a_change_replaces_them(marathon: Marathon) -> None:
    first = created(marathon)["version"]
    (old,) = stable(marathon)
    marathon.settled()
    marathon.write("PUT", "/v2/pods/shop/front", pod(scaling={"kind": "fixed", "instances": 3}))
    instances = stable(marathon, 3)
    assert [one["specReference"].endswith(first) for one in instances if one["id"] == old["id"]] == [True]
    marathon.settled()
    second = marathon.get("/v2/pods/shop/front")["version"]
    changed = pod(scaling={"kind": "fixed", "instances": 2}, environment={"COLOUR": "red"})
    third = marathon.write("PUT", "/v2/pods/shop/front", changed)["version"]
    marathon.settled()
    instances = stable(marathon, 2)
    assert all(one["specReference"].endswith(third) for one in instances)
    assert marathon.get("/v2/pods/shop/front::versions") == [first, second, third]
    assert marathon.get(f"/v2/pods/shop/front::versions/{first}")["environment"] == POD["environment"]


def test_deployments_name_the_pod(harness: Harness, marathon: Marathon) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    answer = marathon.send("POST", "/v2/pods", POD)
    (listed,) = marathon.get("/v2/deployments")
    assert listed["id"] == answer.headers["Marathon-Deployment-Id"]
    assert (listed["affectedApps"], listed["affectedPods"]) == ([], ["/shop/front"])
    assert listed["steps"] == [{"actions": [{"action": "StartPod", "pod": "/shop/front"}]},
                               {"actions": [{"action": "ScalePod", "pod": "/shop/front"}]}]
    marathon.wait("a staging instance", lambda: [one for one in status(marathon)["instances"]
                                                 if one["status"] == "STAGING"])
    assert status(marathon)["status"] == "DEGRADED"
    assert marathon.refused("PUT", "/v2/pods/shop/front", pod(user="root"), 409)["deployments"] == [
        {"id": listed["id"]}]
    forced = marathon.send("PUT", "/v2/pods/shop/front?force=true", pod(user="root"))
    assert [one["id"] for one in marathon.get("/v2/deployments")] == [forced.headers["Marathon-Deployment-Id"]]


def test_the_queue_holds_the_pod(marathon: Marathon) -> None:
    definition = pod()
    definition["containers"][0]["resources"]["cpus"] = 64
    marathon.write("POST", "/v2/pods", definition, 201)
    (item,) = marathon.wait("a declined offer", lambda: [
        one for one in marathon.get("/v2/queue?embed=lastUnusedOffers")["queue"] if one.get("lastUnusedOffers")])
    assert item["pod"]["id"] == "/shop/front" and "app" not in item and item["count"] == 1
    assert item["lastUnusedOffers"][0]["reason"] == ["InsufficientCpus"]


def test_health_of_the_containers(harness: Harness, marathon: Marathon) -> None:
    definition = pod()
    definition["containers"][0]["healthCheck"] = {"tcp": {"endpoint": "http"}}
    marathon.write("POST", "/v2/pods", definition, 201)

    def degraded() -> Any:
        found = [one for one in status(marathon)["instances"] if one["status"] == "DEGRADED"]
        return found[0] if found else None

    instance = marathon.wait("an instance without a result", degraded)
    web = instance["containers"][0]
    assert instance["message"] == "at least one container is not healthy"
    assert (web["conditions"][0]["value"], web["conditions"][0]["reason"]) == ("false", "health-unreported-by-mesos")
    assert len(marathon.get("/v2/deployments")) == 1
    harness.report(web["containerId"], "TASK_RUNNING", healthy=True)
    (instance,) = stable(marathon)
    assert instance["containers"][0]["conditions"][0]["value"] == "true"
    assert instance["containers"][0]["endpoints"][0]["healthy"] is True
    marathon.settled()


def test_a_failed_container_ends_the_instance_and_is_told(harness: Harness, marathon: Marathon) -> None:
    created(marathon)
    (instance,) = stable(marathon)
    marathon.settled()
    web, log = [one["containerId"] for one in instance["containers"]]
    harness.report(log, "TASK_FAILED", message="Command exited with status 7")
    (ending,) = marathon.wait("the end", lambda: [one for one in status(marathon)["instances"]
                                                 if one["status"] == "TERMINAL"])
    assert ending["containers"][1]["termination"] == {"message": "Command exited with status 7", "exitCode": 7}
    harness.report(web, "TASK_KILLED")
    marathon.wait("a new instance", lambda: [one for one in status(marathon)["instances"]
                                            if one["status"] == "STABLE" and one["id"] != instance["id"]])
    (history,) = status(marathon)["terminationHistory"]
    assert history["instanceID"] == instance["id"]
    assert history["message"] == "container log: Command exited with status 7"
    assert [one["lastKnownState"] for one in history["containers"]] == ["TASK_KILLED", "TASK_FAILED"]


def test_a_container_that_is_done_leaves_the_others_running(harness: Harness, marathon: Marathon) -> None:
    created(marathon)
    (instance,) = stable(marathon)
    harness.report(instance["containers"][1]["containerId"], "TASK_FINISHED")
    (instance,) = stable(marathon)
    assert [one["status"] for one in instance["containers"]] == ["TASK_RUNNING", "TASK_FINISHED"]


def test_instances_are_killed_and_replaced(harness: Harness, marathon: Marathon) -> None:
    created(marathon, scaling={"kind": "fixed", "instances": 2})
    first, second = stable(marathon, 2)
    marathon.settled()
    killed = marathon.write("DELETE", f"/v2/pods/shop/front::instances/{first['id']}")
    assert killed["instanceId"] == first["id"] and killed["runSpecVersion"] and killed["agentInfo"]["host"] == "slave1"
    marathon.wait("a new one", lambda: first["id"] not in [one["id"] for one in stable(marathon, 2)])
    stray = "x.instance-4f0f1a0e-0000-0000-0000-000000000000"
    (other,) = marathon.write("DELETE", "/v2/pods/shop/front::instances", [second["id"], stray])
    assert other["instanceId"] == second["id"]
    marathon.wait("another one", lambda: second["id"] not in [one["id"] for one in stable(marathon, 2)])
    assert marathon.refused("DELETE", f"/v2/pods/shop/front::instances/{first['id']}", status=404)


def test_a_deleted_pod_is_gone_at_once_and_its_tasks_with_the_deployment(harness: Harness, marathon: Marathon) -> None:
    created(marathon)
    stable(marathon)
    answer = marathon.send("DELETE", "/v2/pods/shop/front")
    assert answer.status_code == 202 and not answer.content
    assert answer.headers["Location"].endswith(answer.headers["Marathon-Deployment-Id"])
    assert marathon.send("GET", "/v2/pods/shop/front").status_code == 404
    marathon.settled()
    assert not harness.master.active()


def test_a_new_leader_knows_the_pod_and_its_instances(harness: Harness, marathon: Marathon) -> None:
    created(marathon)
    (before,) = stable(marathon)
    marathon.settled()
    harness.retire(marathon)
    heir = harness.marathon(marathon.documents)
    (after,) = stable(heir)
    assert (after["id"], after["containers"][0]["endpoints"]) == (before["id"], before["containers"][0]["endpoints"])
    assert heir.get("/v2/pods/shop/front::versions") == [heir.get("/v2/pods/shop/front")["version"]]


def test_groups_hold_pods(marathon: Marathon) -> None:
    created(marathon)
    stable(marathon)
    marathon.settled()
    (shop,) = marathon.get("/v2/groups")["groups"]
    assert shop["apps"] == [] and [one["id"] for one in shop["pods"]] == ["/shop/front"]
    assert marathon.get("/v2/groups/shop?embed=group.apps")["pods"] == []
    marathon.write("PUT", "/v2/groups/shop", {"apps": []})
    marathon.write("PUT", "/v2/groups/shop", {"scaleBy": 3})
    assert marathon.get("/v2/pods/shop/front")["scaling"]["instances"] == 1
    marathon.write("DELETE", "/v2/groups/shop")
    assert marathon.get("/v2/pods") == []


def test_a_rolled_back_deployment_removes_the_pod_again(harness: Harness, marathon: Marathon) -> None:
    agent = harness.master.agents["agent-slave1"]
    harness.call(setattr, agent, "behaviour", stays_staged)
    deployment = marathon.send("POST", "/v2/pods", POD).headers["Marathon-Deployment-Id"]
    marathon.write("DELETE", f"/v2/deployments/{deployment}")
    assert marathon.get("/v2/pods") == []
    harness.call(setattr, agent, "behaviour", runs)
