"""The sentences for an app that does not reach what is wanted; payloads as api.md 1.2, 1.5, 1.6 and 5.4 give them."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose.app import deployment_of, explain
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose.stability import Endings

from ..fakes import stored, task

SINCE = "2020-10-29T12:00:00.000Z"
EARLIER = "2019-01-01T00:00:00.000Z"


def rejected(reason, declined=3, processed=3):
    return {"reason": reason, "declined": declined, "processed": processed}


def offer(host, ports=((31000, 32000),), reasons=(), attributes=(), role="*", **resources):
    scalars = [{"name": name, "role": role, "scalar": value} for name, value in resources.items()]
    ranges = [{"begin": low, "end": high} for low, high in ports]
    return {
        "offer": {
            "id": f"offer-{host}",
            "hostname": host,
            "agentId": f"agent-{host}",
            "resources": [*scalars, {"name": "ports", "role": role, "ranges": ranges}],
            "attributes": [{"name": name, "text": text} for name, text in attributes],
        },
        "reason": list(reasons),
        "timestamp": SINCE,
    }


def queued(*rows, offers=(), **delay):
    return {
        "app": {"id": "/a"},
        "count": 1,
        "role": "*",
        "since": SINCE,
        "delay": {"timeLeftSeconds": 0, "overdue": True, **delay},
        "processedOffersSummary": {
            "processedOffersCount": sum(row["declined"] for row in rows),
            "unusedOffersCount": 0,
            "rejectSummaryLastOffers": list(rows),
            "rejectSummaryLaunchAttempt": [],
        },
        "lastUnusedOffers": list(offers),
    }


def failed(message, state="TASK_FAILED", version=SINCE):
    return {
        "appId": "/a",
        "host": "mesos5",
        "message": message,
        "state": state,
        "taskId": "a.1",
        "timestamp": SINCE,
        "version": version,
    }


def docker(image="tomcat", **port):
    mappings = [{"containerPort": 80, "hostPort": 0, "servicePort": 10000, **port}]
    return {
        "container": {"type": "DOCKER", "docker": {"image": image}, "portMappings": mappings},
        "networks": [{"mode": "container/bridge"}],
    }


def unhealthy(cause, failures=3, **more):
    return {"alive": False, "consecutiveFailures": failures, "lastFailureCause": cause, **more}


NOTHING = {"tasksRunning": 0}
CHECK = {"protocol": "HTTP", "path": "/", "portIndex": 0, "maxConsecutiveFailures": 3, "gracePeriodSeconds": 300}
ALL = "3 of 3 offers declined"

OFFERS = [
    (
        "too few cpus, the one that fails otherwise has no say",
        {"cpus": 4.0},
        queued(
            rejected("UnfulfilledRole", 0),
            rejected("UnfulfilledConstraint", 1),
            rejected("InsufficientCpus", 2, 2),
            offers=[
                offer("mesos4", cpus=1.0, reasons=["InsufficientCpus"]),
                offer("mesos5", cpus=1.5, reasons=["InsufficientCpus", "InsufficientMemory"]),
                offer("mesos6", cpus=8.0, reasons=["UnfulfilledConstraint"]),
            ],
        ),
        "no agent offers 4 cpus: largest free is 1.5 on mesos5 (InsufficientCpus: 2 of 3 offers declined, "
        "1 for UnfulfilledConstraint); lower cpus, free resources or add agents",
    ),
    (
        "memory, without the offers",
        {"mem": 4096.0},
        queued(rejected("InsufficientMemory")),
        f"no agent offers 4096 MiB of memory (InsufficientMemory: {ALL}); lower mem, free resources or add agents",
    ),
    (
        "resources of another role do not count",
        {"disk": 100.0},
        queued(rejected("InsufficientDisk"), offers=[offer("mesos4", disk=500.0, role="db"), offer("m5", disk=50.0)]),
        f"no agent offers 100 MiB of disk: largest free is 50 on m5 (InsufficientDisk: {ALL}); lower disk, free "
        "resources or add agents",
    ),
    (
        "the last funnel is empty, that of the launch attempt is not",
        {"gpus": 1},
        {
            **queued(rejected("InsufficientGpus", 0, 0)),
            "processedOffersSummary": {
                "rejectSummaryLastOffers": [rejected("InsufficientGpus", 0, 0)],
                "rejectSummaryLaunchAttempt": [rejected("InsufficientGpus")],
            },
        },
        f"no agent offers 1 gpus (InsufficientGpus: {ALL}); lower gpus, free resources or add agents",
    ),
    (
        "a host port outside",
        docker(hostPort=80),
        queued(rejected("InsufficientPorts"), offers=[offer("m4"), offer("m5")]),
        f"host port 80 is outside the agents' ports 31000-32000 (InsufficientPorts: {ALL}); use a port inside, 0 for "
        "any, or give the agents the port as a resource",
    ),
    (
        "a host port that is taken",
        docker(hostPort=31001),
        queued(rejected("InsufficientPorts"), offers=[offer("m4", ports=((31000, 31000), (31002, 32000)))]),
        f"no agent has host port 31001 free, free are 31000-31000, 31002-32000 (InsufficientPorts: {ALL}); free it, "
        "use another one, or 0 for any",
    ),
    (
        "service ports that are required",
        {"requirePorts": True, "portDefinitions": [{"port": 80}, {"port": 443}]},
        queued(rejected("InsufficientPorts"), offers=[offer("m4")]),
        f"host ports 80, 443 are outside the agents' ports 31000-32000 (InsufficientPorts: {ALL}); use a port inside, "
        "0 for any, or give the agents the port as a resource",
    ),
    (
        "ports of an answer of 1.4",
        {"container": {"docker": {"image": "x", "portMappings": [{"hostPort": 80}]}}},
        queued(rejected("InsufficientPorts"), offers=[offer("m4")]),
        f"host port 80 is outside the agents' ports 31000-32000 (InsufficientPorts: {ALL}); use a port inside, 0 for "
        "any, or give the agents the port as a resource",
    ),
    (
        "no port at all",
        {},
        queued(rejected("InsufficientPorts")),
        f"no agent has 1 free port (InsufficientPorts: {ALL}); free ports on the agents",
    ),
    (
        "one instance per host",
        {"constraints": [["hostname", "UNIQUE"]], "instances": 3, "tasksRunning": 2},
        queued(rejected("UnfulfilledConstraint"), offers=[offer("slave1"), offer("slave2")]),
        "no agent meets the constraints hostname UNIQUE, offered are hostname slave1, slave2, instances are on slave1, "
        f"slave2 already (UnfulfilledConstraint: {ALL}); add agents or loosen the constraints",
    ),
    (
        "an attribute that the agents have with other values",
        {"constraints": [["rack", "LIKE", "r[12]"], ["disk", "CLUSTER", "ssd"]]},
        queued(rejected("UnfulfilledConstraint"), offers=[offer("m4", attributes=[("rack", "r3")])]),
        "no agent meets the constraints rack LIKE r[12]; disk CLUSTER ssd, offered are rack r3; no agents with disk "
        f"(UnfulfilledConstraint: {ALL}); add agents or loosen the constraints",
    ),
    *[
        (
            f"groups without their number: {rule}",
            {"constraints": [rule]},
            queued(rejected("UnfulfilledConstraint"), offers=[offer("m4", attributes=[("rack", "r1")])]),
            f"no agent meets the constraints {' '.join(rule)}, offered are rack r1 (UnfulfilledConstraint: {ALL}); "
            "give GROUP_BY the number of groups, without which Marathon 1.11 places no instance",
        )
        for rule in (["rack", "GROUP_BY"], ["rack", "GROUP_BY", "0"])
    ],
    (
        "a role that no agent offers",
        {"role": "db"},
        queued(rejected("UnfulfilledRole"), offers=[offer("m4", cpus=1.0)]),
        f"no offer is for role 'db', they are for * (UnfulfilledRole: {ALL}); check role and acceptedResourceRoles",
    ),
    (
        "ports of many agents are told as few ranges",
        docker(hostPort=31001),
        queued(
            rejected("InsufficientPorts"),
            offers=[
                offer("m4", ports=((31000, 31000), (31002, 31005))),
                offer("m5", ports=((31003, 31010), (31011, 31012))),
                offer("m6", ports=[(port, port) for port in range(31020, 31060, 2)]),
            ],
        ),
        "no agent has host port 31001 free, free are 31000-31000, 31002-31012, 31020-31020, 31022-31022, 31024-31024 "
        f"and 17 more ranges up to 31058 (InsufficientPorts: {ALL}); free it, use another one, or 0 for any",
    ),
    (
        "maintenance",
        {},
        queued(rejected("AgentMaintenance"), offers=[offer("m4"), offer("m5")]),
        f"the agents are in maintenance (m4, m5) (AgentMaintenance: {ALL}); end it or add agents",
    ),
    (
        "a reservation",
        {},
        queued(rejected("NoCorrespondingReservationFound")),
        f"no agent has the reservation or the volume that the app needs (NoCorrespondingReservationFound: {ALL}); see "
        "whether its agent is back",
    ),
    (
        "agents with GPUs",
        {},
        queued(rejected("DeclinedScarceResources")),
        f"the offers are of agents with GPUs, which are kept for apps with gpus (DeclinedScarceResources: {ALL}); add "
        "agents without",
    ),
    (
        "no single blocker",
        {},
        queued(rejected("InsufficientCpus", 1), rejected("InsufficientMemory", 1, 2)),
        "offers were declined: 1 for InsufficientCpus, 1 for InsufficientMemory (of 3)",
    ),
    (
        "no offers",
        {"role": "db"},
        queued(),
        "Marathon got no offer for it: it is not connected to a Mesos master, no agent is registered, Mesos gives "
        "nothing to role 'db' (quota, weights), or all resources are in use",
    ),
]

FAILURES = [
    (
        "Docker: manifest unknown",
        "Failed to launch container: Failed to run 'docker -H unix:///var/run/docker.sock pull registry.lab/nope': "
        "exited with status 1; stderr='Error response from daemon: manifest for registry.lab/nope:latest not found: "
        "manifest unknown'",
        "image registry.lab/nope: pull failed: not found (on mesos5); push it, or correct its name and tag",
    ),
    (
        "Docker: a repository that may need docker login",
        "Failed to run 'docker pull registry.lab/nope': exited with status 1; stderr='Error response from daemon: pull "
        "access denied for registry.lab/nope, repository does not exist or may require docker login: denied'",
        "image registry.lab/nope: pull failed: access denied (on mesos5); check the registry's credentials on the "
        "agents",
    ),
    (
        "a registry that is away",
        "Failed to run 'docker pull registry.lab/nope': exited with status 1; stderr='dial tcp 10.0.0.9:443: connect: "
        "connection refused'",
        "image registry.lab/nope: pull failed: the registry refuses connections (on mesos5)",
    ),
    (
        "a registry that nobody knows",
        "Failed to run 'docker pull registry.lab/nope': exited with status 1; stderr='lookup registry.lab: no such "
        "host'",
        "image registry.lab/nope: pull failed: the registry's name is not known (on mesos5)",
    ),
    (
        "a registry that hangs",
        "'docker pull registry.lab/nope' did not end within 300 seconds",
        "image registry.lab/nope: pull failed: the registry does not answer (on mesos5)",
    ),
    (
        "Mesos' own fetcher",
        "Failed to launch container: Unexpected HTTP response '401 Unauthorized' when trying to get the manifest",
        "image registry.lab/nope: pull failed: access denied (on mesos5); check the registry's credentials on the "
        "agents",
    ),
    (
        "another cause of a pull is quoted",
        "Failed to pull the image: the moon is full",
        "image registry.lab/nope: pull failed: Failed to pull the image: the moon is full (on mesos5)",
    ),
    (
        "a file",
        "Failed to fetch 'http://h/a.tgz': the server answered 404",
        "a file to fetch cannot be had on mesos5: Failed to fetch 'http://h/a.tgz': the server answered 404; check "
        "fetch and its servers",
    ),
    (
        "memory",
        "Memory limit exceeded: Requested: 128MB Maximum Used: 128MB",
        "the last task was killed on mesos5 because it used more than mem, 128 MiB: Memory limit exceeded: Requested: "
        "128MB Maximum Used: 128MB; raise mem",
    ),
    (
        "a command that is not there",
        "Command exited with status 127",
        "the last task ended with TASK_FAILED on mesos5: Command exited with status 127 (the command was not found)",
    ),
    (
        "any other",
        "Container exited\nwith status 1",
        "the last task ended with TASK_FAILED on mesos5: Container exited with status 1",
    ),
    (
        "a long message is cut",
        "x" * 400,
        f"the last task ended with TASK_FAILED on mesos5: {'x' * 297}...",
    ),
    ("no message", None, "the last task ended with TASK_FAILED on mesos5: no message"),
    (
        "killed for its health",
        "Task was killed since health check failed. Reason: 500 Internal Server Error",
        "health check HTTP / answered 500, 3 of 3 failures: Marathon killed the instance on mesos5",
    ),
]

HEALTH = [
    (
        "a status",
        [CHECK],
        [task(host="mesos5", ports=[31002], healthCheckResults=[unhealthy("500 Internal Server Error")])],
        ["mesos5: health check HTTP / on port 31002 answered 500, 3 of 3 failures"],
    ),
    (
        "no connection, and it is never killed",
        [{**CHECK, "protocol": "TCP", "port": 99, "maxConsecutiveFailures": 0}],
        [task(healthCheckResults=[unhealthy("ConnectException: Connection refused", 7)])],
        ["slave1: health check TCP on port 99 failed: ConnectException: Connection refused, 7 failures in a row"],
    ),
    (
        "a command",
        [{"protocol": "COMMAND", "command": {"value": "test -f ok"}, "maxConsecutiveFailures": 3}],
        [task(healthCheckResults=[unhealthy("COMMAND health check returned 1", 1)])],
        [
            "slave1: health check COMMAND 'test -f ok' failed: COMMAND health check returned 1, 1 of 3 failures",
        ],
    ),
    (
        "grace",
        [CHECK],
        [task(healthCheckResults=[unhealthy("503 Service Unavailable", 0)])],
        ["slave1: health check HTTP / on port 31000 answered 503, still within the grace period of 300 s"],
    ),
    (
        "the second of two checks",
        [CHECK, {**CHECK, "path": "/deep"}],
        [task(healthCheckResults=[{"alive": True, "consecutiveFailures": 0}, unhealthy("404 Not Found", 2)])],
        ["slave1: health check HTTP /deep on port 31000 answered 404, 2 of 3 failures"],
    ),
    (
        "one result of two checks: which is not known",
        [CHECK, {**CHECK, "path": "/deep"}],
        [task(healthCheckResults=[unhealthy("404 Not Found", 2)])],
        ["slave1: a health check answered 404, 2 failures in a row"],
    ),
    (
        "many instances",
        [CHECK],
        [task(number, healthCheckResults=[unhealthy("500 Oops")]) for number in range(5)],
        [
            *[
                f"slave{number + 1}: health check HTTP / on port {31000 + number} answered 500, 3 of 3 failures"
                for number in range(3)
            ],
            "2 more health check results are bad",
        ],
    ),
    (
        "no result yet",
        [{**CHECK, "delaySeconds": 15, "intervalSeconds": 60}],
        [task(), task(1, healthCheckResults=[{"alive": True, "consecutiveFailures": 0}])],
        [
            "1 running instance has no health check result yet (the slowest check takes up to 75 s for the first; "
            "failures count after 300 s, gracePeriodSeconds)"
        ],
    ),
]


@pytest.mark.parametrize(("app", "item", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in OFFERS])
def test_what_the_offers_lack(app, item, sentence):
    assert explain(stored(**{**NOTHING, **app}), item, None, SINCE) == [sentence]


@pytest.mark.parametrize(("message", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in FAILURES])
def test_how_the_last_task_ended(message, sentence):
    app = stored(**{**NOTHING, **docker("registry.lab/nope"), "healthChecks": [CHECK]}, lastTaskFailure=failed(message))
    assert explain(app, None, None, SINCE) == [sentence]


@pytest.mark.parametrize(("checks", "tasks", "sentences"), [pytest.param(*row[1:], id=row[0]) for row in HEALTH])
def test_what_the_health_checks_found(checks, tasks, sentences):
    assert explain(stored(healthChecks=checks, tasks=tasks), None, None, SINCE) == sentences


def test_a_failure_before_the_change_says_nothing():
    app = stored(**NOTHING, lastTaskFailure=failed("old", version=EARLIER))
    assert explain(app, None, None, SINCE) == ["Marathon reports no reason; see its log"]
    assert explain(app, None, None, None) == ["the last task ended with TASK_FAILED on mesos5: old"]


class TestBackOff:
    ITEM = queued(overdue=False, timeLeftSeconds=12)

    def test_after_a_failure(self):
        app = stored(**NOTHING, lastTaskFailure=failed("Command exited with status 1"))
        assert explain(app, self.ITEM, None, SINCE) == [
            "the last task ended with TASK_FAILED on mesos5: Command exited with status 1",
            "Marathon backs off after failures, next start in 12 s",
        ]

    def test_a_loop_of_exits_with_status_0_leaves_no_failure(self):
        app = stored(**NOTHING, lastTaskFailure=failed("old", version=EARLIER))
        assert explain(app, self.ITEM, None, SINCE) == [
            "its instances end by themselves, with exit status 0 as no failure is recorded: the command must keep "
            "running; Marathon backs off, next start in 12 s"
        ]

    def test_offers_are_not_looked_at_meanwhile(self):
        item = queued(rejected("InsufficientCpus"), overdue=False, timeLeftSeconds=3)
        assert len(explain(stored(**NOTHING), item, None, SINCE)) == 1


class TestStates:
    def test_staging_since(self):
        tasks = [
            task(number, state="TASK_STAGING", stagedAt=f"2020-10-29T12:0{number}:00.000Z", version=None)
            for number in (2, 1)
        ]
        assert explain(stored(tasksRunning=0, tasks=tasks, **docker()), None, None, SINCE) == [
            "2 instances are staging on slave2, slave3 since 2020-10-29T12:01:00.000Z: pulling the image tomcat or "
            "starting the container; Marathon starts an instance anew when that takes longer than its "
            "task_launch_timeout (5 minutes by default)"
        ]

    def test_files_come_first(self):
        app = stored(tasksRunning=0, tasks=[task(state="TASK_STARTING")], fetch=[{"uri": "http://h/a"}])
        assert "1 instance is staging on slave1: fetching files, starting the command" in explain(app, None)[0]

    def test_killing(self):
        app = stored(tasks=[task(state="TASK_KILLING")], taskKillGracePeriodSeconds=120)
        assert explain(app, None) == [
            "1 instance is being stopped (TASK_KILLING) on slave1 for at most 120 s (taskKillGracePeriodSeconds)"
        ]

    @pytest.mark.parametrize(
        ("strategy", "words"),
        [
            ("disabled", "unreachableStrategy is disabled, so they are not replaced until their agent is back"),
            ({"inactiveAfterSeconds": 5, "expungeAfterSeconds": 9}, "replaced after 5 s, given up after 9 s"),
        ],
    )
    def test_unreachable(self, strategy, words):
        app = stored(tasksRunning=0, tasks=[task(state="TASK_UNREACHABLE")], unreachableStrategy=strategy)
        assert explain(app, None) == [f"1 instance is TASK_UNREACHABLE, the agents on slave1 do not answer: {words}"]

    def test_old_instances_that_still_run(self):
        app = stored(instances=1, tasksRunning=2, tasks=[task(), task(1, version=EARLIER)])
        assert explain(app, None) == ["1 instance is still of the version before the change, on slave2"]


def deployment(*steps, current=1, readiness=()):
    actions = [[{"action": "ScaleApplication", "app": name} for name in step] for step in steps]
    return {
        "id": "d1",
        "version": SINCE,
        "affectedApps": sorted({name for step in steps for name in step}),
        "affectedPods": [],
        "steps": [{"actions": step} for step in actions],
        "currentActions": [{**action, "readinessCheckResults": list(readiness)} for action in actions[current - 1]],
        "currentStep": current,
        "totalSteps": len(steps),
    }


class TestDeployments:
    APP = stored(**NOTHING, deployments=[{"id": "d1"}])

    def test_dependencies_come_first(self):
        assert explain(self.APP, None, deployment(["/a"], ["/db", "/mq"], ["/a"], current=2)) == [
            "step 2 of 3 of deployment d1 is not done: /db, /mq must be ready before /a, whose turn is step 3"
        ]

    def test_steps_of_old_releases_are_lists(self):
        old = {"id": "d1", "currentStep": 1, "steps": [[{"action": "a", "app": "/db"}], [{"action": "a", "app": "/a"}]]}
        assert "/db must be ready before /a" in explain(self.APP, None, old)[0]

    def test_its_own_turn(self):
        assert explain(self.APP, None, deployment(["/a"], ["/a"], current=2)) == [
            "deployment d1 still runs, step 2 of 2: ScaleApplication /a"
        ]

    def test_none_is_known(self):
        assert explain(self.APP, None) == ["deployment d1 still runs"]
        assert explain(stored(**NOTHING), None) == ["Marathon reports no reason; see its log"]

    def test_the_one_of_the_app_is_found(self):
        listed = [{"id": "d0"}, {"id": "d1"}]
        assert deployment_of(self.APP, listed) == {"id": "d1"}
        assert deployment_of(stored(), listed) is None


class TestReadiness:
    APP = stored(
        deployments=[{"id": "d1"}],
        readinessChecks=[{"path": "/ready", "portName": "http", "httpStatusCodesForReady": [200, 204]}],
    )
    ID = APP["tasks"][0]["id"]

    @pytest.mark.parametrize(
        ("result", "words"),
        [
            (
                {"lastResponse": {"status": 503, "contentType": "text/plain", "body": "no"}},
                "answered 503 instead of 200, 204",
            ),
            (
                {},
                "has not answered 200, 204 yet; with preserveLastResponse: true Marathon tells what it answers",
            ),
        ],
    )
    def test_not_ready(self, result, words):
        results = [{"name": "readinessCheck", "taskId": self.ID, "ready": False, **result}]
        sentence = [f"slave1: readiness check /ready on port http {words}"]
        assert explain(self.APP, None, deployment(["/a"], readiness=results)) == sentence
        assert explain({**self.APP, "readinessCheckResults": results}, None) == sentence

    def test_no_answer_yet_where_an_answer_would_be_shown(self):
        checks = [{**self.APP["readinessChecks"][0], "preserveLastResponse": True}]
        results = [{"name": "readinessCheck", "taskId": self.ID, "ready": False}]
        assert explain({**self.APP, "readinessChecks": checks}, None, deployment(["/a"], readiness=results)) == [
            "slave1: readiness check /ready on port http has not answered yet"
        ]

    def test_ready_is_no_reason(self):
        results = [{"name": "readinessCheck", "taskId": self.ID, "ready": True}]
        assert explain(self.APP, None, deployment(["/a"], readiness=results)) == [
            "deployment d1 still runs, step 1 of 1: ScaleApplication /a"
        ]


NEWER = "2020-10-29T13:00:00.000Z"
CHANGED = {"versionInfo": {"lastScalingAt": NEWER, "lastConfigChangeAt": NEWER}, "version": NEWER}
PORTS = {"requirePorts": True, "portDefinitions": [{"port": 31777}]}
LOWER = (
    "lower upgradeStrategy.minimumHealthCapacity (1), with which Marathon starts the new instance before it stops the "
    "old one"
)
STUCK = [
    (
        "a static port",
        PORTS,
        [task(host="m4", ports=[31777])],
        queued(rejected("InsufficientPorts"), offers=[offer("m4", ports=((31000, 31776), (31778, 32000)))]),
        f"or 0 for any; the app's own instance on m4 holds it; {LOWER}",
    ),
    (
        "a static port, where the agent has nothing to offer",
        PORTS,
        [task(host="m4", ports=[31777])],
        queued(),
        f"host port 31777 is not free: the app's own instance on m4 holds it; {LOWER}",
    ),
    (
        "one instance per host",
        {"constraints": [["hostname", "UNIQUE"]], "instances": 2},
        [task(host="m4"), task(1, host="m5")],
        queued(rejected("UnfulfilledConstraint"), offers=[offer("m4"), offer("m5")]),
        "the app's own instances on m4, m5 hold it; lower upgradeStrategy.minimumHealthCapacity (1)",
    ),
    (
        "memory",
        {"mem": 600.0},
        [task(host="m4")],
        queued(rejected("InsufficientMemory"), offers=[offer("m4", mem=400.0)]),
        f"largest free is 400 on m4 (InsufficientMemory: {ALL}); lower mem, free resources or add agents; the app's "
        f"own instance on m4 holds it; {LOWER}",
    ),
]


class TestTheOldInstanceHoldsIt:
    @pytest.mark.parametrize(("app", "tasks", "item", "words"), [pytest.param(*row[1:], id=row[0]) for row in STUCK])
    def test_and_the_remedy_is_told(self, app, tasks, item, words):
        assert words in ". ".join(explain(stored(**{**CHANGED, **app, "tasks": tasks}), item, None, NEWER))

    @pytest.mark.parametrize(("app", "tasks", "item", "words"), [pytest.param(*row[1:], id=row[0]) for row in STUCK])
    @pytest.mark.parametrize(
        "other",
        [
            # Marathon may stop an old one first; the instances are not old; the agents are others.
            {"upgradeStrategy": {"minimumHealthCapacity": 0.0}},
            {"versionInfo": {"lastScalingAt": NEWER, "lastConfigChangeAt": SINCE}},
            {"tasks": []},
        ],
        ids=["capacity", "scaled", "none"],
    )
    def test_not_where_it_does_not(self, app, tasks, item, words, other):
        told = ". ".join(explain(stored(**{**CHANGED, **app, "tasks": tasks, **other}), item, None, NEWER))
        assert "the app's own" not in told


FAILED = {"lastTaskFailure": failed("Command exited with status 1"), **NOTHING}


class TestWhatSpeaksOfThisAppComesFirst:
    def test_no_offer_yet_is_no_reason_for_a_crash_loop(self):
        told = ". ".join(explain(stored(**FAILED), queued(), None, SINCE, Endings(3, {"host": "mesos5"})))
        assert told.startswith("its instances do not stay up: they ended 3 times during the wait; the last task ended")
        assert "Mesos master" not in told and "no offer" not in told

    def test_nor_are_offers_that_were_declined_for_a_moment(self):
        item = queued(rejected("InsufficientCpus"))
        told = explain(stored(**FAILED), item, None, SINCE, Endings(1, {"host": "mesos5"}))
        assert "they ended once during the wait" in told[0] and "no agent offers" in told[1]

    def test_an_old_failure_comes_behind_what_a_scaled_app_waits_for(self):
        item = queued(rejected("InsufficientCpus"))
        told = explain(stored(**FAILED, version=NEWER), item, None, SINCE)
        assert "no agent offers" in told[0] and "exited with status 1" in told[1]

    def test_an_instance_that_runs_shows_that_marathon_is_connected(self):
        told = ". ".join(explain(stored(instances=2, tasksRunning=1), queued(), None, SINCE))
        assert "Marathon got no offer for it: Mesos gives nothing to role" in told and "Mesos master" not in told

    def test_staging_is_more_than_no_offer(self):
        app = stored(tasksRunning=0, tasks=[task(state="TASK_STAGING")])
        assert "no offer" not in ". ".join(explain(app, queued(), None, SINCE))


def test_groups_of_a_scaled_app():
    """As recorded of a real Marathon 1.11: from 1 to 3 instances on two agents it stays at 2."""
    app = stored(
        constraints=[["hostname", "GROUP_BY", "2"]],
        instances=3,
        tasksRunning=2,
        versionInfo={"lastScalingAt": NEWER, "lastConfigChangeAt": SINCE},
    )
    item = queued(rejected("UnfulfilledConstraint", 2, 2), offers=[offer("slave1"), offer("slave2")])
    words = "Marathon reckons the groups with the instances of the first task: restart the app"
    assert words in explain(app, item, None, SINCE)[0]
    new = {**app, "versionInfo": {"lastScalingAt": SINCE, "lastConfigChangeAt": SINCE}}
    assert words not in explain(new, item, None, SINCE)[0]
