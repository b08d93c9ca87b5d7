"""Command lines that Mesos 1.11.0 refused: the same message and exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conformance import recordings
from local_cluster import ENGINE, Program, free_port

# What cannot be the same here, or is not.
KNOWN = {
    "a-defaults": "needs a machine without systemd, and a root that Mesos takes for a systemd machine",
    "a-noruntime": "needs a machine without systemd, and a root that Mesos takes for a systemd machine",
}

# Only the beginning is the same: the engine asks Docker for its own containers alone.
BEGINNING = {"a-docker-badsock": "Failed to perform recovery: Failed to run 'docker -H unix:///nonexistent.sock ps "}


@pytest.fixture(scope="module")
def port_in_use(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Something listens there."""
    directory, port = tmp_path_factory.mktemp("listener"), free_port()
    program = Program("listener", [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
                      directory, "127.0.0.1", port)
    program.start()
    program.wait_answering("/")
    yield port
    program.kill()


@pytest.mark.parametrize("start", recordings.refused_starts(), ids=lambda start: start["name"])
def test_refused_start(start: dict[str, Any], tmp_path: Path, port_in_use: int) -> None:
    if start["name"] in KNOWN:
        pytest.skip(KNOWN[start["name"]])
    places = {"directory": str(tmp_path), "port": str(free_port()), "used_port": str(port_in_use),
              "master_port": str(free_port()), "zookeeper_port": str(free_port())}

    def filled(text: str) -> str:
        for name, value in places.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    for name, content in start.get("files", {}).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MESOS_", "LIBPROCESS_"))}
    done = subprocess.run(
        [sys.executable, "-m", f"labengine.{start['program']}", *map(filled, start["arguments"])], cwd=tmp_path,
        env=environment | start.get("environment", {}) | {"PYTHONPATH": str(ENGINE)}, capture_output=True, text=True,
        timeout=60, check=False)
    # The status that a shell gives for a signal.
    status = 128 - done.returncode if done.returncode < 0 else done.returncode
    assert BEGINNING.get(start["name"], filled(start["message"])) in done.stdout + done.stderr
    assert status == start["exit"]
