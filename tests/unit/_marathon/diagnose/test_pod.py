from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose import pod as pod_diagnosis

from ..fakes import pod_instance, pod_status, stored_pod

SPEC = stored_pod(instances=2)
FIXED = stored_pod()
FIXED["containers"][0]["endpoints"] = [{"name": "http", "hostPort": 80}]
CONSTRAINED = stored_pod()
CONSTRAINED["scheduling"]["placement"] = {"constraints": [{"fieldName": "rack", "operator": "CLUSTER", "value": "r9"}]}
IMAGE = stored_pod()
IMAGE["containers"][0]["image"] = {"kind": "DOCKER", "id": "registry.lab/nginx"}


def queue_item(reason, **delay):
    resources = [
        {"name": "cpus", "role": "*", "scalar": 0.1},
        {"name": "ports", "role": "*", "ranges": [{"begin": 31000, "end": 32000}]},
    ]
    offer = {"hostname": "mesos5", "resources": resources, "attributes": [{"name": "rack", "text": "r1"}]}
    return {
        "pod": {"id": "/p"},
        "count": 1,
        "delay": {"timeLeftSeconds": 0, "overdue": True, **delay},
        "processedOffersSummary": {
            "rejectSummaryLastOffers": [{"reason": reason, "declined": 3, "processed": 3}],
        },
        "lastUnusedOffers": [{"offer": offer, "reason": [reason]}],
    }


def unhealthy(reason="health-reported-by-mesos", **container):
    return {
        "name": "web",
        "status": "TASK_RUNNING",
        "conditions": [{"name": "healthy", "value": "false", "reason": reason}],
        "endpoints": [{"name": "http", "allocatedHostPort": 31002, "healthy": False}],
        **container,
    }


HISTORY = {
    "instanceID": "p.instance-0",
    "terminatedAt": "2020-10-29T12:00:05.000Z",
    "message": "container web: Command exited with status 7",
    "containers": [
        {
            "containerId": "p.instance-0.web.1",
            "termination": {"exitCode": 7, "message": "Command exited with status 7"},
        },
        {"containerId": "p.instance-0.log.1", "termination": {"exitCode": 9}},
    ],
}


@pytest.mark.parametrize(
    ("status", "item", "sentence"),
    [
        (
            pod_status(SPEC),
            queue_item("InsufficientCpus"),
            "no agent offers 0.2 cpus: largest free is 0.1 on mesos5 (InsufficientCpus: 3 of 3 offers declined); lower "
            "cpus, free resources or add agents",
        ),
        (pod_status(FIXED), queue_item("InsufficientPorts"), "host port 80 is outside the agents' ports 31000-32000"),
        (
            pod_status(CONSTRAINED),
            queue_item("UnfulfilledConstraint"),
            "no agent meets the constraints rack CLUSTER r9, offered are rack r1",
        ),
        (
            pod_status(SPEC, pod_instance(SPEC), terminationHistory=[HISTORY]),
            None,
            "the last instance ended at 2020-10-29T12:00:05.000Z: container web: Command exited with status 7: "
            "log exited with status 9",
        ),
        (
            pod_status(SPEC, pod_instance(SPEC, status="DEGRADED", containers=[unhealthy()])),
            None,
            "the health check of container web fails on http (port 31002) (on slave1)",
        ),
        (
            pod_status(SPEC, pod_instance(SPEC, status="DEGRADED", containers=[unhealthy(message="answered 500")])),
            None,
            "fails on http (port 31002): answered 500 (on slave1)",
        ),
        (
            pod_status(
                SPEC, pod_instance(SPEC, status="DEGRADED", containers=[unhealthy("health-unreported-by-mesos")])
            ),
            None,
            "the health check of container web has no result yet (on slave1)",
        ),
        (
            pod_status(SPEC, pod_instance(SPEC, status="DEGRADED", message="pod instance has become unreachable")),
            None,
            "pod instance has become unreachable (on slave1)",
        ),
        (
            pod_status(
                IMAGE, pod_instance(IMAGE, status="STAGING", containers=[{"name": "web", "status": "TASK_STAGING"}])
            ),
            None,
            "1 instance is staging on slave1: pulling registry.lab/nginx or starting the containers, web not running",
        ),
        (
            pod_status(
                SPEC,
                pod_instance(
                    SPEC,
                    status="TERMINAL",
                    containers=[{"name": "web", "status": "TASK_FAILED", "termination": {"message": "exit 3"}}],
                ),
            ),
            None,
            "1 instance is being stopped on slave1 after container web: exit 3",
        ),
        (
            pod_status(SPEC, pod_instance(SPEC, version="2020-01-01T00:00:00.000Z")),
            None,
            "1 instance is of an earlier version, on slave1",
        ),
        (
            pod_status(SPEC),
            queue_item("x", overdue=False, timeLeftSeconds=9),
            "its instances end by themselves: the commands must keep running; Marathon backs off after failures, next "
            "start in 9 s",
        ),
        (pod_status(SPEC), None, "Marathon reports no reason; see its log"),
    ],
)
def test_sentences(status, item, sentence):
    assert sentence in ". ".join(pod_diagnosis.explain(status, item))


# As recorded of a real agent without the isolator.
UNMOUNTED = {"terminatedAt": "2020-10-29T12:00:05.000Z", "message": "Command exited with status 2", "containers": []}
ISOLATOR = "only with the isolator volume/sandbox_path (mesos_slave_isolation of the role mesos_slave)"


@pytest.mark.parametrize(
    ("volumes", "history", "words"),
    [
        ([{"name": "pages"}], UNMOUNTED, "if its containers do not find the volume pages: "),
        ([{"name": "a"}, {"name": "b"}], UNMOUNTED, "if its containers do not find the volumes a, b: "),
        ([{"name": "pages"}, {"name": "etc", "host": "/etc"}], UNMOUNTED, "the volume pages: "),
        ([{"name": "etc", "host": "/etc"}], UNMOUNTED, None),
        ([{"name": "data", "persistent": {"size": 1}}], UNMOUNTED, None),
        ([], UNMOUNTED, None),
        ([{"name": "pages"}], {**UNMOUNTED, "message": "Command exited with status 0"}, None),
        ([{"name": "pages"}], {**UNMOUNTED, "message": "Container was killed"}, None),
        ([{"name": "pages"}], {**UNMOUNTED, "terminatedAt": "2019-10-29T12:00:05.000Z"}, None),
    ],
)
def test_a_volume_that_no_agent_may_have_mounted(volumes, history, words):
    spec = stored_pod(volumes=volumes)
    told = ". ".join(pod_diagnosis.explain(pod_status(spec, terminationHistory=[history])))
    if words is None:
        assert "isolator" not in told
    else:
        assert words in told and ISOLATOR in told and "Command exited with status 2" in told


def test_an_end_that_is_older_than_the_definition_says_nothing():
    old = {**HISTORY, "terminatedAt": "2020-10-29T11:59:59.999Z"}
    assert pod_diagnosis.explain(pod_status(SPEC, terminationHistory=[old])) == [
        "Marathon reports no reason; see its log"
    ]


def test_a_deployment_is_named_with_its_step():
    deployment = {
        "id": "d1",
        "currentStep": 1,
        "totalSteps": 2,
        "currentActions": [{"action": "RestartPod", "pod": "/other"}],
    }
    assert pod_diagnosis.explain(pod_status(SPEC), None, deployment) == [
        "deployment d1 still runs, step 1 of 2: RestartPod /other"
    ]


def test_counts():
    status = pod_status(SPEC, pod_instance(SPEC), pod_instance(SPEC, 1, status="STAGING"))
    assert pod_diagnosis.counts(status) == "1 of 2 instances are stable, 1 STAGING"


@pytest.mark.parametrize("container_id", ["p.instance-8e6b.web.1", "p.instance-8e6b.web"])
def test_the_container_that_ended_it_in_marathon_s_own_form(container_id):
    """Of Marathon 1.11 (AppInfoBaseData.scala): one container with an id and a state, and no termination."""
    entry = {
        "instanceID": "p.instance-8e6b",
        "startedAt": "2020-10-29T12:00:01Z",
        "terminatedAt": "2020-10-29T12:00:05.123456Z",
        "message": "Command exited with status 2",
        "containers": [{"containerId": container_id, "lastKnownState": "TASK_FAILED"}],
    }
    told = ". ".join(pod_diagnosis.explain(pod_status(SPEC, terminationHistory=[entry])))
    assert "ended with container web at 2020-10-29T12:00:05.123456Z: Command exited with status 2" in told


def test_ports_that_the_old_instance_holds():
    fixed = stored_pod(version="2020-10-29T13:00:00.000Z")
    fixed["containers"][0]["endpoints"] = [{"name": "http", "hostPort": 31000}]
    deployment = {"id": "d1", "currentActions": [{"action": "RestartPod", "pod": "/p"}]}
    status = pod_status(fixed, pod_instance(fixed, version="2020-10-29T12:00:00.000Z"))
    told = ". ".join(pod_diagnosis.explain(status, queue_item("InsufficientPorts"), deployment))
    assert "the app's own instance on slave1 holds it; lower scheduling.upgrade.minimumHealthCapacity (1)" in told
