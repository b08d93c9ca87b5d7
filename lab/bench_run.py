"""What benches have in common: an app, and a run of a playbook through a proxy that counts its requests."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from lab import playbook
from lab.bench_table import Cost
from lab.config import CHECKOUT, LabError
from lab.counting_proxy import READS, CountingProxy

# A loop over all definitions on a busy machine.
SECONDS = 7200


def definition(index: int, release: int, *, instances: int, protocol: str) -> dict[str, Any]:
    """As teams write them: what an app needs and no more."""
    team = f"{index % 20:02}"
    return {
        "id": f"/bench/team-{team}/app-{index:04}",
        "cmd": "exec python3 -m http.server $PORT0",
        "cpus": 0.1,
        "mem": 64,
        "instances": instances,
        "env": {"RELEASE": str(release), "STAGE": "bench"},
        "labels": {"team": team},
        "healthChecks": [{"protocol": protocol, "path": "/", "portIndex": 0}],
        "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.2},
    }


class Bench:
    """``wait_timeout`` is that of the modules; without it they wait as long as they do by default."""

    def __init__(self, directory: Path, proxy: CountingProxy, wait_timeout: int | None = None) -> None:
        self._options = {} if wait_timeout is None else {"bench_wait_timeout": wait_timeout}
        self._proxy = proxy
        self._inventory = directory / "inventory.yml"
        self._variables = directory / "variables.json"
        self._source = directory / "definitions.json"
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        self._inventory.write_text(json.dumps({"all": {"hosts": {"localhost": local}}}))

    def cost(self, name: str, wanted: list[dict[str, Any]], *, from_file: bool = False) -> Cost:
        """The definitions are a variable of the playbook, or in the file that its variable bench_src names."""
        self._source.write_text(json.dumps(wanted))
        given = {"bench_src": str(self._source)} if from_file else {"bench_definitions": wanted}
        self._variables.write_text(json.dumps({**given, "bench_url": self._proxy.url, **self._options}))
        path = str(CHECKOUT / "lab" / "playbooks" / f"{name}.yml")
        self._proxy.taken()
        started = time.monotonic()
        done = playbook.run(path, self._inventory, "-e", f"@{self._variables}", capture=True, seconds=SECONDS)
        seconds = time.monotonic() - started
        counts = self._proxy.taken()
        told = re.search(r"apps told as changed: (\d+)", done.stdout)
        if done.returncode != 0 or told is None:
            raise LabError(f"{name} failed, so there is nothing to measure:\n{done.stdout[-2000:]}")
        reads = sum(number for method, number in counts.items() if method in READS)
        return Cost(seconds, reads, sum(counts.values()) - reads, int(told.group(1)))
