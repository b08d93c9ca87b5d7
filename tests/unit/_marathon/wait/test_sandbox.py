"""The last lines of an ended task, and what is said where they cannot be had."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose.stability import Endings
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.sandbox import Outputs

from ..fakes import Call, FakeSession, FakeTime, stored

MASTER, AGENT = "http://master1:5050", "http://10.0.0.5:5051"
ENDED = Endings(2, {"id": "a.1", "host": "slave1", "slaveId": "S1"})
SLAVES = {"slaves": [{"id": "S1", "pid": "slave(1)@10.0.0.5:5051", "hostname": "slave1"}]}


def executor(container="c1", task_container="c1", task="a.1", directory="/work/runs/c1"):
    status = {"container_status": {"container_id": {"value": task_container}}}
    return {
        "id": "e",
        "container": container,
        "directory": directory,
        "completed_tasks": [{"id": task, "statuses": [status]}],
    }


def state(*executors):
    return {"frameworks": [{"executors": [], "completed_executors": list(executors)}]}


class Cluster:
    """Answers as a master and an agent do; files are those of the agent by their path."""

    def __init__(self, files, agent_state=None, status=200, fails=None, tasks=()):
        self.tasks = list(tasks)
        self.files, self.state, self.status, self.fails = files, agent_state or state(executor()), status, fails
        self.asked = []

    def exchange(self, method, url, params=None, body=None, seconds=None):
        self.asked.append((method, url))
        assert body is None and seconds <= 5
        if self.fails and self.fails in url:
            raise NoAnswer("no connection within 3 s", arrived=False)
        if url == f"{MASTER}/slaves":
            return Answer(200, json.dumps(SLAVES))
        if url == f"{MASTER}/tasks":
            return Answer(200, json.dumps({"tasks": [one for one in self.tasks if one["id"] == params["task_id"]]}))
        assert url.startswith((AGENT, "http://slave1:5051"))
        if self.status != 200:
            return Answer(self.status, "no")
        if url.endswith("/state"):
            return Answer(200, json.dumps(self.state))
        text = self.files[params["path"]]
        if "offset" not in params:
            return Answer(200, json.dumps({"data": "", "offset": len(text)}))
        begin = int(params["offset"])
        return Answer(200, json.dumps({"data": text[begin : begin + int(params["length"])], "offset": begin}))


FILES = {"/work/runs/c1/stderr": "one\ntwo\n\nthree\nfour\n", "/work/runs/c1/stdout": ""}


def printed(cluster, app=None, names=(), hide=str, endings=ENDED, config=None):
    time = FakeTime()
    config = {"mesos_leader_ui_url": f"{MASTER}/"} if config is None else config
    info = Call("GET", "/v2/info", data={"version": "1.11.24", "marathon_config": config})
    client = Client(Http(["http://m1:8080"], time.sleep, session=FakeSession(info)))
    return Outputs(client, cluster, names, hide, time.clock).of_failure(app or stored(), endings)


def test_the_last_lines_are_told():
    found = printed(Cluster(FILES))
    assert found.sentence == "the last lines of a.1 on slave1: stderr: two | three | four; stdout is empty"
    assert found.facts == {"task": "a.1", "host": "slave1", "stderr": ["one", "two", "three", "four"], "stdout": []}


def test_a_long_file_is_read_at_its_end_and_from_a_whole_line_on():
    text = "".join(f"line {number}\n" for number in range(9999))
    found = printed(Cluster({**FILES, "/work/runs/c1/stderr": text}))
    assert found.facts["stderr"] == [f"line {number}" for number in range(9979, 9999)]


def test_a_host_that_nobody_tells_is_told():
    found = printed(Cluster(FILES), endings=Endings(1, {"id": "p.instance-1.web.1"}))
    told = "Marathon does not tell on which host p.instance-1.web.1 ran"
    assert found.sentence == f"what it printed cannot be read: {told}"
    assert found.facts == {"task": "p.instance-1.web.1", "error": told}


def test_a_host_that_marathon_does_not_tell_is_asked_of_the_master():
    cluster = Cluster(FILES, tasks=[{"id": "a.1", "slave_id": "S1"}])
    found = printed(cluster, endings=Endings(1, {"id": "a.1"}))
    assert found.sentence == "the last lines of a.1 on slave1: stderr: two | three | four; stdout is empty"
    assert found.facts == {"task": "a.1", "host": "slave1", "stderr": ["one", "two", "three", "four"], "stdout": []}


@pytest.mark.parametrize("task", [{"id": "a.1"}, {"id": "a.1", "slave_id": "S2"}])
def test_an_agent_that_the_master_does_not_know_is_no_guess(task):
    found = printed(Cluster(FILES, tasks=[task]), endings=Endings(1, {"id": "a.1"}))
    assert found.sentence == "what it printed cannot be read: Marathon does not tell on which host a.1 ran"


def test_a_line_without_end_is_not_told_as_nothing():
    found = printed(Cluster({**FILES, "/work/runs/c1/stderr": "x" * 20_000}))
    assert found.facts["stderr"] == ["(the last line is longer than 8192 bytes)"]


def test_what_has_the_name_of_a_secret_is_masked_though_nobody_named_it():
    app = stored(env={"DB_PASSWORD": "hunter2geheim", "MODE": "live"}, labels={"api_token": "tok-12345"})
    text = "connect postgres://u:hunter2geheim@db\nmode live, hunter2geheim, tok-12345\n"
    found = printed(Cluster({**FILES, "/work/runs/c1/stderr": text}), app)
    assert found.facts["stderr"] == ["connect postgres://u:********@db", "mode live, ********, ********"]


def test_the_lines_of_a_long_secret_are_masked_one_by_one():
    app = stored(env={"SIGNING_KEY": "-----BEGIN KEY-----\nMIIEvQIBADANBg\n}\n-----END KEY-----\n"})
    text = "log: -----BEGIN KEY-----\nlog: MIIEvQIBADANBg\nlog: }\n"
    found = printed(Cluster({**FILES, "/work/runs/c1/stderr": text}), app)
    assert found.facts["stderr"] == ["log: ********", "log: ********", "log: }"]


def test_a_container_of_a_pod_has_a_sandbox_of_its_own():
    files = {f"/work/runs/p1/containers/c7/{name}": f"of {name}" for name in ("stderr", "stdout")}
    nested = executor(container="p1", task_container="c7", directory="/work/runs/p1")
    found = printed(Cluster(files, state(executor(task="other"), nested)))
    assert found.facts["stdout"] == ["of stdout"]


def test_secrets_are_masked():
    files = {**FILES, "/work/runs/c1/stderr": "login hunter22 fails\nkey abcdefgh " + "x" * 400}
    app = stored(env={"PW": "hunter22"})
    found = printed(Cluster(files), app, names=("PW",), hide=lambda text: text.replace("abcdefgh", "***"))
    assert found.facts["stderr"][0] == "login ******** fails"
    assert found.facts["stderr"][1].startswith("key *** xxx") and len(found.facts["stderr"][1]) == 300
    assert "hunter22" not in found.sentence


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        (Cluster(FILES, fails=AGENT), f"{AGENT} does not answer: no connection within 3 s"),
        (Cluster(FILES, status=401), f"{AGENT} requires authentication for /state (401), and none is sent to it"),
        (Cluster(FILES, status=404), f"{AGENT} does not have its files any more"),
        (Cluster(FILES, status=500), f"{AGENT} answers /state with HTTP 500"),
        (Cluster(FILES, state(executor(task="b.1"))), f"the agent {AGENT} does not know the task any more"),
    ],
)
def test_why_they_cannot_be_had(cluster, words):
    found = printed(cluster)
    assert found.sentence == f"what it printed cannot be read: {words}"
    assert found.facts == {"task": "a.1", "host": "slave1", "error": words}


@pytest.mark.parametrize(("config", "fails"), [({}, None), (None, MASTER)])
def test_without_a_master_the_agent_is_asked_where_agents_listen(config, fails):
    cluster = Cluster(FILES, fails=fails)
    assert printed(cluster, config=config).facts["stderr"]
    assert cluster.asked[-1][1] == "http://slave1:5051/files/read"


@pytest.mark.parametrize("last", [None, {"id": "a.1"}, {"host": "slave1"}])
def test_nothing_is_asked_where_nothing_ended(last):
    cluster = Cluster(FILES)
    assert printed(cluster, endings=Endings(0, last)) is None
    assert cluster.asked == []
