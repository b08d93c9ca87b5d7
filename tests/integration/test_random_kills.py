"""Processes of every kind are killed at random while apps are changed; in the end everything is as declared.

RANDOM_KILLS_SEED repeats the choices of an earlier run (not its timing), RANDOM_KILLS_SECONDS sets how long it kills.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import ClusterError, LocalCluster, Program, wait_until, zookeeper_installed
from storm import KINDS, Killer, Supervisor, clock, living, storm
from storm_operator import Apps, Operator, Reader, by_task, definition, for_group, for_one, for_set

pytestmark = [
    pytest.mark.long,
    pytest.mark.engine("the processes behind it are not ours to kill"),
    pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java"),
]  # fmt: skip

SECONDS = float(os.environ.get("RANDOM_KILLS_SECONDS", "120"))
SETTLE_SECONDS = 180
TOP = "/storm"
MODULES = {"marathon_app": (for_one, 1), "marathon_apps": (for_set, 3), "marathon_group": (for_group, 3)}
MARATHON_FLAGS = {
    "min_revive_offers_interval": "500",
    # Like the sessions, it is shorter than usual: a kill can take the word of a task with it.
    "reconciliation_interval": "15000",
}


@pytest.fixture
def cluster_of_its_own(tmp_path: Path) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path, zookeepers=3, masters=3, agents=3, marathons=3, session_timeout=4,
                      agent_flags={"containerizers": "mesos"}, marathon_flags=MARATHON_FLAGS) as cluster:
        yield cluster


class Settled:
    """Whether everything that should run runs, and nothing else; ``problems`` are what it is not."""

    def __init__(self, cluster: LocalCluster, reader: Reader, declared: Apps) -> None:
        self._cluster = cluster
        self._reader = reader
        self._declared = declared
        self.problems: list[str] = ["nothing was looked at"]

    def __call__(self) -> bool:
        try:
            self.problems = list(self._looked())
        except (ClusterError, requests.RequestException) as error:
            self.problems = [str(error)]
        return not self.problems

    def _looked(self) -> Iterator[str]:
        if deployments := self._reader.get("/v2/deployments"):
            yield f"deployments run: {deployments}"
        if queue := self._reader.get("/v2/queue")["queue"]:
            yield f"the queue holds {queue}"
        apps = {one["id"]: one for one in self._reader.get("/v2/apps?embed=apps.tasks&embed=apps.counts")["apps"]}
        if apps.keys() != self._declared.keys():
            yield f"apps are {sorted(apps)}, declared are {sorted(self._declared)}"
        known = set()
        for app_id, app in apps.items():
            wanted = self._declared.get(app_id, {}).get("instances")
            running = [one for one in app["tasks"] if one["state"] == "TASK_RUNNING"]
            known |= {one["id"] for one in app["tasks"]}
            if not wanted == len(running) == len(app["tasks"]) == app["tasksRunning"]:
                yield f"{app_id} wants {wanted} instances and has {app['tasks']}"
            since = app["versionInfo"]["lastConfigChangeAt"]
            yield from (f"{one['id']} is older than its app" for one in running if one["version"] < since)
        if known != (told := {one["id"] for one in self._reader.get("/v2/tasks")["tasks"]}):
            yield f"Marathon has tasks of no app: {told ^ known}"
        yield from self._elsewhere(known)

    def _elsewhere(self, known: set[str]) -> Iterator[str]:
        state = requests.get(f"{self._cluster.leader().url}/state", timeout=5).json()
        if state["orphan_tasks"] or state["unreachable_slaves"] or state["recovered_slaves"]:
            yield f"the master misses {[state[name] for name in ('unreachable_slaves', 'recovered_slaves')]}"
        if len([one for one in state["slaves"] if one["active"]]) != len(self._cluster.agents):
            yield "not every agent is registered"
        in_master = {one["id"] for framework in state["frameworks"]
                     for one in [*framework["tasks"], *framework["unreachable_tasks"]]}  # fmt: skip
        if in_master != known:
            yield f"master and Marathon differ on the tasks {in_master ^ known}"
        processes = living(self._cluster)
        executors, commands = by_task(processes, executors=True), by_task(processes, executors=False)
        if executors != dict.fromkeys(known, 1):
            yield f"executors are {executors}, tasks {known}"
        if commands.keys() != known:
            yield f"processes without a task, or tasks without a process: {commands.keys() ^ known}: {processes}"


def test_random_kills(cluster_of_its_own: LocalCluster, ansible: Any) -> None:
    cluster = cluster_of_its_own
    seed = int(os.environ.get("RANDOM_KILLS_SEED") or random.randrange(10_000))
    print(f"\nRANDOM_KILLS_SEED={seed}")
    urls = [one.url for one in cluster.marathons]
    reader = Reader(urls)

    def module(**options: Any) -> dict[str, Any]:
        return dict(ansible.module(url=urls, **options))

    operators = [
        Operator(name, module, reader, f"{TOP}/{name.replace('_', '-')}", random.Random(seed * 10 + number), *how)
        for number, (name, how) in enumerate(MODULES.items())
    ]
    began = time.monotonic()
    with storm(cluster, seed) as (killer, supervisor, calm):
        try:
            _change_all(operators, began + SECONDS)
            calm()
            _check_the_end(cluster, reader, operators, module)
            assert all(killer.counts()[kind] >= 2 for kind in KINDS) or SECONDS < 60, killer.counts()
            assert not supervisor.faults()
            assert not _tracebacks(cluster)
        finally:
            print(_report(seed, killer, supervisor, operators, time.monotonic() - began))


def _change_all(operators: list[Operator], until: float) -> None:
    """All at once, each until then; the last change of each is finished."""
    failures: list[BaseException] = []

    def work(operator: Operator) -> None:
        try:
            while time.monotonic() < until and not failures:
                operator.change()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in operators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    assert all(one.changes for one in operators)


def _check_the_end(cluster: LocalCluster, reader: Reader, operators: list[Operator], module: Any) -> None:
    declared = {app_id: app for operator in operators for app_id, app in operator.declared.items()}
    settled = Settled(cluster, reader, declared)
    try:
        wait_until("everything is as declared", settled, SETTLE_SECONDS, interval=1)
    except ClusterError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(settled.problems)) from None
    time.sleep(2)
    assert settled(), settled.problems
    definitions = [definition(*item) for item in declared.items()]
    again = module(module="quorum.mesos.marathon_apps", definitions=definitions, owner_group=TOP, prune=True)
    assert (again["failed"], again["changed"]) == (False, False), again["output"]
    # Nothing was written twice, and no app was made twice.
    for operator in operators:
        for app_id, number in operator.versions.items():
            found = reader.get(f"/v2/apps{app_id}/versions")["versions"]
            assert len(found) == number, f"{app_id} was changed {number} times and has the versions {found}"


def _programs(cluster: LocalCluster) -> list[Program]:
    return [*cluster.masters, *cluster.agents, *cluster.marathons]


def _tracebacks(cluster: LocalCluster) -> list[str]:
    found = []
    for program in _programs(cluster):
        text = program.log.read_text(encoding="utf-8", errors="replace")
        found += [f"{program.name}: {part[-3000:]}" for part in text.split("Traceback (most recent call last)")[1:]]
    return found


def _report(seed: int, killer: Killer, supervisor: Supervisor, operators: list[Operator], seconds: float) -> str:
    own = [f"{clock(moment)} {name} {status}" for moment, name, status in supervisor.ends if status != -9]
    lines = [
        f"seed {seed}: {len(killer.kills)} kills in {seconds:.0f} s: {dict(killer.counts())}",
        *(f"{one.name}: {one.changes} changes, {len(one.failures)} failures" for one in operators),
        *(text for one in operators for text in one.failures),
        "ended by themselves: " + ("; ".join(own) or "none"),
        *(f"{clock(moment)} killed {kind} {name}" for moment, kind, name in killer.kills),
    ]
    return "\n".join(lines)
