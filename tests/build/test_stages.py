"""`make test` runs its stages in lanes; every directory of tests is in exactly one stage."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
STAGES = CHECKOUT / "tools" / "stages.py"
CLOSING = "===== 3 passed, 1 skipped in 1.50s ====="
MAKEFILE = f"""
.PHONY: quick other closing broken after slow
quick:
\t@echo quick begins; touch quick.began; for i in $$(seq 100); do test -e other.began && exit 0; sleep 0.1; done; exit 1
other:
\t@touch other.began; for i in $$(seq 100); do test -e quick.began && exit 0; sleep 0.1; done; exit 1
closing:
\t@echo '{CLOSING}'
broken:
\t@echo 'FAILED tests/a.py::test_b - AssertionError: c'; exit 3
after:
\t@touch after.began
slow:
\t@sleep 600 & echo $$! > slow.pid; wait
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


def run(directory: Path, *lanes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(STAGES), *lanes], cwd=directory, capture_output=True, text=True, timeout=300
    )


def test_lanes_run_beside_each_other(directory: Path) -> None:
    # Each of the two waits for the other one.
    done = run(directory, "quick closing", "other")
    assert done.returncode == 0, done.stdout
    assert "quick   | quick begins" in done.stdout
    assert (directory / ".build" / "logs" / "quick.log").read_text() == "quick begins\n"
    assert done.stdout.rstrip().splitlines()[-1] == CLOSING


def test_a_failed_stage_fails_the_run_and_the_others_run_all_the_same(directory: Path) -> None:
    done = run(directory, "closing broken after")
    assert done.returncode == 2, done.stdout
    assert re.search(r"^broken +\d+ s  FAILED \(exit 2, log in \.build/logs/broken\.log\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^after +\d+ s  passed$", done.stdout, re.MULTILINE)
    assert (directory / "after.began").exists()
    assert re.search(r"^broken +FAILED tests/a\.py::test_b - AssertionError: c$", done.stdout, re.MULTILINE)
    # The closing line of what passed stands in the table, and not alone as if all had passed.
    assert CLOSING not in done.stdout.splitlines()
    assert re.search(rf"^closing {CLOSING}$", done.stdout, re.MULTILINE)


def test_an_interrupted_run_ends_what_its_stages_started(directory: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(STAGES), "slow after"], cwd=directory, stdout=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 20
        while not (directory / "slow.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(90) == 143
    program = Path(f"/proc/{int((directory / 'slow.pid').read_text())}/comm")
    assert not program.exists() or program.read_text().strip() != "sleep"
    assert not (directory / "after.began").exists()


def listed(name: str) -> list[str]:
    (line,) = re.findall(rf"^{name} := (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    return line.split()


def test_every_directory_of_tests_is_in_exactly_one_stage() -> None:
    tested = sorted({f"tests/{path.relative_to(CHECKOUT / 'tests').parts[0]}"
                     for path in (CHECKOUT / "tests").glob("*/**/test_*.py")})  # fmt: skip
    assert sorted([*listed("UNITS"), "tests/unit", "tests/integration"]) == tested


def test_a_second_run_in_the_same_clone_is_refused(directory: Path) -> None:
    first = subprocess.Popen([sys.executable, str(STAGES), "slow"], cwd=directory, stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while not (directory / "slow.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        second = run(directory, "quick")
        assert second.returncode == 2
        assert second.stderr == (
            f"The stages run in this clone already (process {first.pid}); wait until they have ended, or use another "
            "clone.\n"
        )
        assert not (directory / "quick.began").exists()
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=300)
    assert run(directory, "closing").returncode == 0
