"""What the agent that feeds HAProxy costs: seconds and memory for the apps of a large cluster, from JSON to text."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lab.bench_table import aligned
from lab.config import whole_number

PACKAGE = Path(__file__).resolve().parents[1] / "roles" / "_common" / "files"
APPS, TASKS = 1000, 5
ROUNDS = 3


def body(apps: int) -> bytes:
    """As Marathon answers: each app with a virtual host, a health check and its tasks."""
    return json.dumps({"apps": [_app(number) for number in range(apps)]}).encode()


def show(log: Callable[[str], None], environ: Mapping[str, str]) -> int:
    apps = whole_number(environ, "BENCH_APPS", APPS)
    log(f"{apps:,} apps with {apps * TASKS:,} tasks become HAProxy's file, the fastest of {ROUNDS}")
    sys.path.insert(0, str(PACKAGE))
    before = _megabytes()
    print("\n".join(aligned([("", "seconds"), *_measured(body(apps))])))
    print(f"  memory of the process: {before:.0f} MB before, {_megabytes():.0f} MB at most")
    return 0


def _measured(answer: bytes) -> list[tuple[str, ...]]:
    from marathon_discovery.apps.build import model
    from marathon_discovery.apps.model import Now, Settings
    from marathon_discovery.haproxy import saved
    from marathon_discovery.haproxy.changes import Running, changes
    from marathon_discovery.haproxy.text import render
    from marathon_discovery.marathon.answer import apps as parse

    settings = Settings(("external",))
    apps, parsing = _fastest(lambda: parse(answer))
    found, modelling = _fastest(lambda: model(apps, settings, Now()))
    text, rendering = _fastest(lambda: render(found, settings))
    _, reading = _fastest(lambda: saved.read(text))
    running = {
        (backend.name, one.name): Running(one.address, one.port, one.weight, 0, 0)
        for backend in found.backends
        for one in backend.servers
    }
    _, comparing = _fastest(lambda: changes(running, found))
    return [
        (f"JSON of {len(answer) / 1e6:.1f} MB to apps", f"{parsing:.2f}"),
        ("apps to model", f"{modelling:.2f}"),
        (f"model to text of {len(text) / 1e6:.1f} MB", f"{rendering:.2f}"),
        ("model and text", f"{modelling + rendering:.2f}"),
        ("the file read back", f"{reading:.2f}"),
        ("model beside what HAProxy runs", f"{comparing:.2f}"),
    ]


def _fastest(work: Callable[[], Any]) -> tuple[Any, float]:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _app(number: int) -> dict[str, Any]:
    tasks = [
        {
            "id": f"team{number % 20}_app{number}.instance-{index}._app.1",
            "host": f"10.0.{(number + index) % 100}.{1 + index}",
            "ports": [31000 + number % 1000],
            "state": "TASK_RUNNING",
            "healthCheckResults": [{"alive": True, "consecutiveFailures": 0}],
        }
        for index in range(TASKS)
    ]
    return {
        "id": f"/team{number % 20}/app{number}",
        "instances": TASKS,
        "labels": {"HAPROXY_GROUP": "external", "HAPROXY_0_VHOST": f"app{number}.example.org"},
        "networks": [{"mode": "container/bridge"}],
        "container": {"portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 10000 + number}]},
        "healthChecks": [{"protocol": "HTTP", "path": "/health", "portIndex": 0, "intervalSeconds": 10}],
        "tasks": tasks,
        "versionInfo": {"lastConfigChangeAt": f"2020-01-01T00:{number % 60:02}:00Z"},
    }
