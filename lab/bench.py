"""What a run that changes nothing costs on the running lab: tasks and seconds, host by host."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab import playbook
from lab.config import CHECKOUT, MASTER_GROUPS, SLAVE_GROUPS, LabConfig, LabError

# What a run that changes nothing may cost a host that is in all four groups.
LIMIT = 60

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


def verdict(site: Cost, whole: set[str]) -> tuple[bool, str]:
    """Whether site.yml keeps to its limit on the hosts that are in all four groups, and the line that says so."""
    tasks = [run for host, (run, _, _) in site.hosts.items() if host in whole]
    if not tasks:
        return (
            True,
            f"The limit of {LIMIT} tasks is for a host in all four groups, and this lab has none (LAB_LAYOUT=single).",
        )
    kept = max(tasks) <= LIMIT
    return (
        kept,
        f"A host in all four groups runs {max(tasks)} tasks, {'within' if kept else 'OVER'} the limit of {LIMIT}.",
    )


def show(config: LabConfig, log: Callable[[str], None]) -> int:
    """Measures site.yml and apps.yml on a lab that is as declared, prints both; returns 1 if the limit is exceeded."""
    if not (config.directory / "inventory.yml").exists():
        log("no lab runs, so what site.yml costs is not measured; `make lab` starts one")
        return 0
    apps = {"apps_dir": str(CHECKOUT / "lab" / "apps")}
    site = measure(config, "quorum.mesos.site")
    whole = {host.name for host in config.hosts if set(host.groups) >= {*MASTER_GROUPS, *SLAVE_GROUPS}}
    kept, line = verdict(site, whole)
    print(f"{table([site, measure(config, 'quorum.mesos.apps', apps)])}\n{line}")
    return 0 if kept else 1
