"""What a run that changes nothing costs on the running lab: tasks and seconds, host by host."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from lab import playbook
from lab.config import CHECKOUT, LabConfig, LabError

RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+) .*skipped=(?P<skipped>\d+)", re.MULTILINE
)


@dataclass(frozen=True)
class Cost:
    """One playbook run: its wall time and, by host, the tasks run, changed and skipped."""

    playbook: str
    seconds: float
    hosts: dict[str, tuple[int, int, int]]


def read_recap(output: str) -> dict[str, tuple[int, int, int]]:
    """The counts (run, changed, skipped) that Ansible's recap gives for each host."""
    return {
        match["host"]: (int(match["ok"]), int(match["changed"]), int(match["skipped"]))
        for match in RECAP.finditer(output)
    }


def measure(config: LabConfig, name: str, variables: dict[str, str] | None = None) -> Cost:
    started = time.monotonic()
    done = playbook.run(name, config.directory / "inventory.yml", variables=variables, capture=True)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise LabError(f"{name} failed, so there is nothing to measure; run `make lab` first:\n{done.stdout[-2000:]}")
    return Cost(name, seconds, read_recap(done.stdout))


def table(costs: list[Cost]) -> str:
    lines = []
    for cost in costs:
        lines += [f"{cost.playbook}: {cost.seconds:.1f} s", f"  {'host':<12}{'tasks':>7}{'changed':>9}{'skipped':>9}"]
        lines += [f"  {host:<12}{ok:>7}{changed:>9}{skipped:>9}" for host, (ok, changed, skipped) in cost.hosts.items()]
    return "\n".join(lines)


def show(config: LabConfig) -> None:
    """Measures site.yml and apps.yml on a lab that is as declared, and prints both."""
    apps = {"apps_dir": str(CHECKOUT / "lab" / "apps")}
    print(table([measure(config, "quorum.mesos.site"), measure(config, "quorum.mesos.apps", apps)]))
