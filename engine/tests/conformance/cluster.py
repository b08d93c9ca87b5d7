"""The cluster that is asked: one of the engine in the situation of the recordings, or the one at MESOS_URL."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from agent_master import busybox_image
from conformance.recordings import Recording
from local_cluster import LocalCluster, wait_until
from mesos_clients import Scheduler, task

ANSWER_SECONDS = 30
LAUNCH_SECONDS = 60


class Asked:
    """Where to ask whom; ``urls`` has no entry for a kind of host that the cluster has not."""

    # A cluster at MESOS_URL, whose flags and state are its own.
    given = False

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls
        self.names = {"leader": urls["leader"].partition("//")[2]}

    def ask(self, recording: Recording, **replaced: str) -> requests.Response:
        body = recording.body
        for name, value in replaced.items():
            body = body and body.replace(f"{{{name}}}", value)
        return requests.request(
            recording.method, self.urls[recording.who] + recording.path, data=body, headers=recording.headers,
            allow_redirects=False, timeout=ANSWER_SECONDS)


def given() -> Asked | None:
    """The cluster at MESOS_URL (any of its masters): its leader, and a follower and an agent if it has one."""
    url = os.environ.get("MESOS_URL", "").rstrip("/")
    if not url:
        return None
    answer = requests.get(f"{url}/redirect", allow_redirects=False, timeout=ANSWER_SECONDS)
    urls = {"leader": f"{url.partition(':')[0]}:{answer.headers['Location']}"}
    if urls["leader"] != url:
        urls["follower"] = url
    for agent in requests.get(f"{urls['leader']}/slaves", timeout=ANSWER_SECONDS).json()["slaves"]:
        urls["agent"] = f"{url.partition(':')[0]}://{agent['hostname']}:{agent['port']}"
    asked = Asked(urls)
    asked.given = True
    return asked


class Lab(Asked):
    """Two agents; a framework has a task in a container on the second, another one a shell command on the first."""

    def __init__(self, cluster: LocalCluster, image: str) -> None:
        self.cluster = cluster
        self.schedulers: dict[str, Scheduler] = {}
        leader = cluster.leader()
        follower = next(one for one in cluster.masters if one is not leader)
        first, second = self._agents(leader.url)
        container = {"type": "DOCKER", "docker": {"image": image, "network": "HOST"}}
        self._launch(leader.url, "long-docker", second["id"], container=container)
        self._launch(leader.url, "long-shell", first["id"])
        # The one that is drained; the other one is asked.
        self.second = second
        asked = next(one for one in cluster.agents if first["pid"].endswith(f"@{one.ip}:{one.port}"))
        super().__init__({"leader": leader.url, "follower": follower.url, "agent": asked.url})

    @staticmethod
    def _agents(leader: str) -> list[dict[str, Any]]:
        return requests.get(f"{leader}/slaves", timeout=ANSWER_SECONDS).json()["slaves"]

    def _launch(self, leader: str, name: str, agent_id: str, **more: object) -> None:
        """Returns when the task runs; the framework wants no further offers."""
        scheduler = self.schedulers[name] = Scheduler(leader, name="long-running", role="prod")
        scheduler.subscribed()
        for _agent in range(2):
            offer = scheduler.offer()
            if offer["agent_id"]["value"] == agent_id:
                scheduler.launch(offer, task(offer, name, **more), refuse_seconds=3600)
            else:
                scheduler.call("DECLINE", offer_ids=[offer["id"]], filters={"refuse_seconds": 3600.0})
        scheduler.call("SUPPRESS")
        self.until(name, "TASK_RUNNING")

    def until(self, name: str, wanted: str) -> None:
        """The framework acknowledges every status of its task up to this one."""
        state = ""
        while state != wanted:
            status = self.schedulers[name].update(LAUNCH_SECONDS)
            state = status["state"]
            assert state in ("TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", wanted), status
            self.schedulers[name].acknowledge(status)

    def restart_agents(self) -> None:
        for agent in self.cluster.agents:
            agent.kill()
            agent.start()
        wait_until("the agents are back", lambda: all(
            "reregistered_time" in one for one in self._agents(self.urls["leader"])))

    def close(self) -> None:
        for scheduler in self.schedulers.values():
            scheduler.stream.close()


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Lab]:
    image_directory = directory / "image"
    image_directory.mkdir()
    with busybox_image(image_directory) as image, LocalCluster(
            directory, masters=3, agents=2, master_flags={"cluster": "real"},
            agent_flags={"containerizers": "docker,mesos", "attributes": "rack:r1"}) as cluster:
        lab = Lab(cluster, image)
        try:
            yield lab
        finally:
            lab.close()


@contextlib.contextmanager
def without_quorum(directory: Path) -> Iterator[Asked]:
    """One master of two that are needed."""
    with LocalCluster(directory, masters=0, quorum=2) as cluster:
        master = cluster.add_master()

        def elected() -> bool:
            metrics = requests.get(f"{master.url}/metrics/snapshot", timeout=ANSWER_SECONDS).json()
            # The recorded one had also run for a while: statistics are of two runs of the allocator at least.
            return metrics["master/elected"] == 1.0 and metrics["allocator/mesos/allocation_runs"] > 1.0

        wait_until("the master is elected", elected)
        yield Asked({"leader": master.url})
