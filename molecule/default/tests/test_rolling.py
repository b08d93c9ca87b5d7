"""Rolling changes under load: what the cluster goes on answering, in which order it rolls, and what stops a roll."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook, probe
from lab.config import Host
from lab.hosts.containers import container_name
from lab.watch import FailOver, Watch

# As in variables.yml: however long the wrong settings take to fail, the tasks of a stopped agent are waited for.
PATIENCE = {"max_agent_ping_timeouts": 40}
# What site.yml rolls, layer by layer: the group, its unit and a setting that the running cluster does not have.
LAYERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ZooKeeper": ("zookeeper", "zookeeper", {"zookeeper_max_client_cnxns": 61}),
    "masters": ("mesos_masters", "mesos-master", {"mesos_master_flags": {**PATIENCE, "max_completed_frameworks": 40}}),
    "agents": ("mesos_slaves", "mesos-slave", {"mesos_slave_flags": {"max_completed_executors_per_framework": 40}}),
    "Marathon": ("marathon", "marathon", {"marathon_flags": {"zk_max_versions": 40}}),
}
PLAYS = {
    "Run ZooKeeper": "ZooKeeper",
    "Run Docker": "Docker",
    "Run the Mesos masters": "masters",
    "Run the Mesos agents": "agents",
    "Run Marathon": "Marathon",
}
CHANGED = {name: value for _, _, setting in LAYERS.values() for name, value in setting.items()}
# What the cluster is left with: the tests of lost hosts that follow would wait ten minutes for a patient master.
RIGHT = {**CHANGED, "mesos_master_flags": {"max_completed_frameworks": 40}}

# Seconds of silence that a layer's roll may cost; 0 for all that is not named. Clients know every server and ask the
# next one, as the collection's modules do, so only the change of a leader can be noticed.
LONGEST_OUTAGE = {
    # The followers elect another leader: 0.2 to 0.6 s seen, and sessions live on for 10 s.
    ("ZooKeeper", "the ensemble"): 5.0,
    # The leader gives up its znode, another leads at once and the agents come to it: 0.4 s seen. Without that hand-over
    # it would be more than 10 s, until the session of the old leader ends.
    ("masters", "the leading master"): 5.0,
    # The leader gives up its place when it ends, and the next one reads its state: 0 s seen by such a client.
    ("Marathon", "Marathon's API"): 2.0,
    # It also ends when its connection to the leading master does, as the real one: 0.6 s seen on a busy machine.
    ("masters", "Marathon's API"): 2.0,
}
# Settings that look right and that the program refuses when it starts.
WRONG: dict[str, dict[str, Any]] = {
    "ZooKeeper": {"zookeeper_java_opts": ["-XX:+NoSuchOption"], "zookeeper_health_timeout": 8},
    "masters": {"mesos_master_flags": {**PATIENCE, "weights": "file:///none"}, "mesos_master_health_timeout": 12},
    "Marathon": {"marathon_flags": {"internal_store_backend": "mem"}, "marathon_health_timeout": 8},
    "agents": {"mesos_slave_flags": {"default_container_info": "file:///none"}, "mesos_slave_health_timeout": 8},
}
# How far apart the first and the last start of a layer may be on a fresh cluster. One after another they would be
# 30 s and more for the masters alone.
PARALLEL_SECONDS = 12.0


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def run_on(cluster: LabCluster, host: Host, *command: str) -> str:
    """What a command prints on a host; straight through Docker, because it is asked often."""
    container = machine_docker.client().containers.get(container_name(cluster.config, host))
    code, output = container.exec_run(list(command))
    assert code == 0, output
    return output.decode()


def started(cluster: LabCluster, layer: str) -> dict[str, float]:
    """Host -> when its unit's process started, in seconds of the clock that all hosts of a lab share."""
    group, unit, _ = LAYERS[layer]
    show = ("systemctl", "show", "-P", "ExecMainStartTimestampMonotonic", unit)

    def moment(host: Host) -> int:
        # None stands there while a unit that is tried again and again is between two processes.
        return int(run_on(cluster, host, *show) or 0)

    return {
        host.name: eventually(f"{unit} of {host.name} starts", 60, lambda host=host: moment(host), every=0.2) / 1e6
        for host in cluster.config.in_group(group)
    }


def containers(cluster: LabCluster) -> set[str]:
    """The containers of all tasks, each with its start."""
    seen = set()
    for host in cluster.config.in_group("mesos_slaves"):
        for container in run_on(cluster, host, "docker", "ps", "--quiet", "--no-trunc").split():
            seen.add(run_on(cluster, host, "docker", "inspect", "--format={{.Id}} {{.State.StartedAt}}", container))
    return seen


def leaders(cluster: LabCluster) -> dict[str, str | None]:
    """Who leads each layer; None where a layer has no leader or is between two."""
    modes = {}
    for host in cluster.config.in_group("zookeeper"):
        try:
            modes[host.name] = probe.zookeeper(f"{host.address}:2181").mode
        except probe.NoAnswer:
            continue
    master = cluster.leading_master()
    marathon = cluster.marathon("/v2/leader")["leader"].rsplit(":", 1)[0]
    return {
        "ZooKeeper": next((name for name, mode in modes.items() if mode == "leader"), None),
        "masters": master.name if master else None,
        "Marathon": cluster.host_at(marathon).name,
    }


def questions(cluster: LabCluster) -> dict[str, Callable[[], object]]:
    """The probe: each task that serves, Marathon's API through every node and through one client, and both quorums."""
    asked: dict[str, Callable[[], object]] = {}
    for app in ("nginx", "bridged-webapp"):
        for number, task in enumerate(cluster.running(app), start=1):
            host = cluster.host_at(task["host"])
            asked[f"{app} {number}"] = FailOver([f"http://{host.address}:{task['ports'][0]}/"])
    nodes = {host.name: f"http://{host.address}:8080/v2/apps" for host in cluster.config.in_group("marathon")}
    asked["Marathon's API"] = FailOver(list(nodes.values()), lambda answer: answer.json()["apps"][0])
    for name, url in nodes.items():
        asked[f"Marathon on {name}"] = FailOver([url], lambda answer: answer.json()["apps"][0])
    # A follower redirects to the leader, which is asked itself.
    masters = [f"http://{host.address}:5050/master/slaves" for host in cluster.config.in_group("mesos_masters")]
    asked["the leading master"] = FailOver(masters, lists_agents, {"allow_redirects": False})
    servers = [f"{host.address}:2181" for host in cluster.config.in_group("zookeeper")]
    asked["the ensemble"] = lambda: one_serves(servers)
    return asked


def lists_agents(answer: requests.Response) -> None:
    if answer.status_code != requests.codes.ok or not answer.json()["slaves"]:
        raise LookupError(f"HTTP {answer.status_code}: no agent is listed")


def one_serves(servers: list[str]) -> None:
    failure: Exception = LookupError("no server")
    for server in servers:
        try:
            probe.zookeeper(server)
            return
        except probe.NoAnswer as error:
            failure = error
    raise failure


@dataclass
class Run:
    """A run of site.yml under the probe."""

    watch: Watch
    code: int = 0
    output: str = ""
    # Who led a layer when its play began.
    leaders: dict[str, str | None] = field(default_factory=dict)

    @property
    def changed(self) -> dict[str, int]:
        found = re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", self.output, re.MULTILINE)
        return {host: int(number) for host, number in found}


def site(cluster: LabCluster, variables: Mapping[str, Any]) -> Run:
    """Runs site.yml with these variables, the probe asking from before its start until after its end."""
    run = Run(Watch(questions(cluster)))

    def see(line: str) -> None:
        play = re.match(r"PLAY \[(.+?)\] \*", line)
        if not play:
            return
        layer = PLAYS.get(play[1], "preflight")
        if layer in LAYERS and layer != "agents":
            run.leaders[layer] = leaders(cluster)[layer]
        run.watch.phase(layer)

    with run.watch:
        inventory = cluster.config.directory / "inventory.yml"
        run.code, run.output = playbook.follow(
            "quorum.mesos.site", inventory, "-e", json.dumps(dict(variables)), see=see
        )
        run.watch.phase("after")
        eventually("the probe's last answers", 30, lambda: run.watch.losses("the ensemble", "after").requests > 10)
    return run


@dataclass
class Roll:
    """The roll of all layers, with what was there before it."""

    run: Run
    tasks: set[str]
    containers: set[str]
    before: dict[str, dict[str, float]]
    after: dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def fresh(cluster: LabCluster) -> dict[str, dict[str, float]]:
    return {layer: started(cluster, layer) for layer in LAYERS}


@pytest.fixture(scope="module")
def roll(cluster: LabCluster, fresh: dict[str, dict[str, float]]) -> Roll:
    tasks, running = cluster.all_task_ids(), containers(cluster)
    run = site(cluster, CHANGED)
    return Roll(run, tasks, running, fresh, {layer: started(cluster, layer) for layer in LAYERS})


@pytest.mark.parametrize("layer", LAYERS)
def test_a_fresh_cluster_starts_in_parallel(fresh: dict[str, dict[str, float]], layer: str) -> None:
    times = fresh[layer].values()
    assert max(times) - min(times) < PARALLEL_SECONDS, fresh[layer]


def test_the_roll_succeeds(roll: Roll, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{roll.run.watch.table()}")
    assert roll.run.code == 0, roll.run.output[-3000:]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_host_of_the_layer_was_restarted_one_after_another(roll: Roll, layer: str) -> None:
    before, after = roll.before[layer], roll.after[layer]
    assert all(after[host] > before[host] for host in after)
    times = sorted(after.values())
    # A gate stands between two starts.
    assert all(later - sooner > 1 for sooner, later in itertools.pairwise(times)), after


@pytest.mark.parametrize("layer", ["ZooKeeper", "masters", "Marathon"])
def test_the_leader_was_the_last(roll: Roll, layer: str) -> None:
    assert max(roll.after[layer], key=roll.after[layer].__getitem__) == roll.run.leaders[layer]


def test_no_task_was_restarted(roll: Roll, cluster: LabCluster) -> None:
    assert cluster.all_task_ids() == roll.tasks
    assert containers(cluster) == roll.containers


def test_the_tasks_answered_every_request(roll: Roll) -> None:
    tasks = [name for name in roll.run.watch.questions() if name.startswith(("nginx", "bridged-webapp"))]
    assert len(tasks) == 3
    for question in tasks:
        assert roll.run.watch.losses(question).failures == 0, roll.run.watch.table()
        assert roll.run.watch.losses(question).requests > 100


@pytest.mark.parametrize("question", ["Marathon's API", "the leading master", "the ensemble"])
def test_the_cluster_was_silent_no_longer_than_it_must(roll: Roll, question: str) -> None:
    for phase in roll.run.watch.phases():
        seen = roll.run.watch.losses(question, phase)
        assert seen.longest_outage <= LONGEST_OUTAGE.get((phase, question), 0.0), roll.run.watch.table()


@pytest.fixture(scope="module")
def stopped() -> set[tuple[str, str]]:
    """Layer and host of what the wrong settings so far stopped."""
    return set()


@pytest.mark.long
@pytest.mark.parametrize("layer", WRONG)
def test_a_failed_gate_stops_the_roll_and_says_why(
    roll: Roll, cluster: LabCluster, stopped: set[tuple[str, str]], layer: str
) -> None:
    group, unit, _ = LAYERS[layer]
    before = {name: started(cluster, name) for name in LAYERS}
    led = leaders(cluster)
    inventory = cluster.config.directory / "inventory.yml"
    playbook_name = "quorum.mesos.site" if layer == "ZooKeeper" else f"quorum.mesos.{group}"
    # With ZooKeeper's, the other layers' settings would change too: nothing of them may be reached.
    variables = WRONG[layer] if layer == "ZooKeeper" else {**CHANGED, **WRONG[layer]}
    done = playbook.run(playbook_name, inventory, "-e", json.dumps(variables), capture=True)
    assert done.returncode != 0, done.stdout
    after = {name: started(cluster, name) for name in LAYERS}
    restarted = {(name, host) for name in LAYERS for host in after[name] if after[name][host] != before[name][host]}
    # What an earlier wrong setting stopped is still tried again and again.
    (one,) = restarted - stopped
    stopped.add(one)
    assert one[0] == layer, done.stdout[-3000:]
    assert re.search(rf"\[{one[1]}\]: FAILED! .*{unit}", done.stdout), done.stdout[-3000:]
    # A follower was the first, so the quorum lives and its leader leads on.
    assert leaders(cluster) == led
    assert one[1] != led.get(layer)
    assert containers(cluster) == roll.containers


@pytest.mark.long
def test_the_next_run_with_the_right_settings_mends_all(roll: Roll, cluster: LabCluster) -> None:
    inventory = cluster.config.directory / "inventory.yml"
    for name in ("mesos_slaves", "site"):
        mended = playbook.run(f"quorum.mesos.{name}", inventory, "-e", json.dumps(RIGHT), capture=True)
        assert mended.returncode == 0, mended.stdout[-3000:]
    assert len(cluster.elected_masters()) == 1
    assert sorted(cluster.active_agents()) == sorted(host.name for host in cluster.config.in_group("mesos_slaves"))
    assert cluster.all_task_ids() == roll.tasks
    assert containers(cluster) == roll.containers
    again = playbook.run("quorum.mesos.site", inventory, "-e", json.dumps(RIGHT), capture=True)
    assert set(re.findall(r"changed=(\d+)", again.stdout)) == {"0"}, again.stdout[-3000:]
