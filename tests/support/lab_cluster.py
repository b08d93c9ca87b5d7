"""A running lab as tests see it: who leads, which tasks run where, what an address answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
import testinfra

from lab import probe
from lab.config import Host, LabConfig, from_environment

T = TypeVar("T")
TIMEOUT = 5


def eventually(what: str, seconds: float, ask: Callable[[], T], every: float = 1.0) -> T:
    """The first truthy value of ``ask``; fails naming ``what`` and the last thing seen."""
    deadline = time.monotonic() + seconds
    seen: Any = None
    while time.monotonic() < deadline:
        try:
            seen = ask()
            if seen:
                return seen
        except (requests.RequestException, probe.NoAnswer, OSError, LookupError, ValueError) as error:
            seen = error
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds:.0f} s; last seen: {seen!r}")


@dataclass
class LabCluster:
    """The lab that the variables LAB_* name."""

    config: LabConfig

    @classmethod
    def from_environment(cls) -> LabCluster:
        return cls(from_environment())

    @property
    def inventory(self) -> str:
        return str(self.config.directory / "inventory.yml")

    def shell(self, host: Host) -> Any:
        """The testinfra handle of a host."""
        return testinfra.get_host(f"ansible://{host.name}", ansible_inventory=self.inventory)

    def started(self, group: str, unit: str) -> dict[str, int]:
        """Host -> when a unit started, by the monotonic clock in microseconds."""
        show = f"systemctl show --property=ExecMainStartTimestampMonotonic --value {unit}"
        return {host.name: int(self.shell(host).check_output(show)) for host in self.config.in_group(group)}

    def host_at(self, name_or_address: str) -> Host:
        return next(host for host in self.config.hosts if name_or_address in (host.name, host.address))

    def get(self, host: Host, port: int, path: str) -> requests.Response:
        response = requests.get(f"http://{host.address}:{port}{path}", timeout=TIMEOUT)
        response.raise_for_status()
        return response

    def marathon(self, path: str) -> Any:
        """The answer of the first Marathon that gives one."""
        failure: Exception | None = None
        for host in self.config.in_group("marathon"):
            try:
                return self.get(host, 8080, path).json()
            except requests.RequestException as error:
                failure = error
        raise failure or LookupError("no Marathon host")

    def zookeeper_modes(self) -> dict[str, str]:
        return {host.name: probe.zookeeper(f"{host.address}:2181").mode for host in self.config.in_group("zookeeper")}

    def elected_masters(self) -> list[Host]:
        """The masters that say they lead; one that does not answer does not count."""
        elected = []
        for host in self.config.in_group("mesos_masters"):
            try:
                metrics = self.get(host, 5050, "/metrics/snapshot").json()
            except requests.RequestException:
                continue
            if metrics["master/elected"] == 1:
                elected.append(host)
        return elected

    def leading_master(self) -> Host | None:
        elected = self.elected_masters()
        return elected[0] if len(elected) == 1 else None

    def active_agents(self) -> list[str]:
        leader = self.leading_master()
        if leader is None:
            return []
        return [slave["hostname"] for slave in self.get(leader, 5050, "/slaves").json()["slaves"] if slave["active"]]

    def tasks(self, app: str) -> list[dict[str, Any]]:
        return self.marathon(f"/v2/apps/{app}/tasks")["tasks"]

    def running(self, app: str) -> list[dict[str, Any]]:
        return [task for task in self.tasks(app) if task["state"] == "TASK_RUNNING"]

    def all_task_ids(self) -> set[str]:
        return {task["id"] for task in self.marathon("/v2/tasks")["tasks"]}
