"""The rotation of what tasks print: the script that the role mesos_slave writes, on files that a process keeps open."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from rendered_role import Role

LIMIT = 1000


class Sandboxes:
    def __init__(self, home: Path) -> None:
        self.work_dir = home / "work"
        self.script = home / "quorum-sandbox-logs"
        text = Role("mesos_slave").value("lookup('ansible.builtin.template', 'quorum-sandbox-logs.j2')", {})
        self.script.write_text(text)

    def add(self, run: str, agent: str = "S1") -> Path:
        made = self.work_dir / "slaves" / agent / "frameworks" / "F" / "executors" / "a web.1" / "runs" / run
        made.mkdir(parents=True)
        return made

    def rotate(self, keep: int = 2) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(self.script), str(self.work_dir), str(LIMIT), str(keep)], capture_output=True, text=True
        )


@pytest.fixture
def sandboxes(tmp_path: Path) -> Sandboxes:
    return Sandboxes(tmp_path)


def test_a_task_goes_on_in_its_file(sandboxes: Sandboxes) -> None:
    run = sandboxes.add("c1")
    (run.parent / "latest").symlink_to("c1")
    (run / "stderr").write_text("few words\n")
    with (run / "stdout").open("a", buffering=1) as task:
        for turn in range(4):
            task.write(f"turn {turn} {'x' * LIMIT}\n")
            assert sandboxes.rotate().stdout == f"rotated {run}/stdout\n"
            assert (run / "stdout").stat().st_size == 0
        task.write("after\n")
    assert (run / "stdout").read_text() == "after\n"
    assert [(run / f"stdout.{number}").read_text()[:6] for number in (1, 2)] == ["turn 3", "turn 2"]
    assert sorted(path.name for path in run.iterdir()) == ["stderr", "stdout", "stdout.1", "stdout.2"]
    # Nothing is large any more.
    assert sandboxes.rotate().stdout == ""


def test_containers_of_pods_and_agents_of_before(sandboxes: Sandboxes) -> None:
    inner = sandboxes.add("c1") / "containers" / "c2"
    inner.mkdir(parents=True)
    old = sandboxes.add("c0", agent="S0")
    for directory in (inner, old):
        (directory / "stderr").write_text("x" * (LIMIT + 1))
        (directory / "output.csv").write_text("x" * (LIMIT + 1))
    assert sandboxes.rotate(keep=0).returncode == 0
    for directory in (inner, old):
        assert (directory / "stderr").stat().st_size == 0
        assert sorted(path.name for path in directory.iterdir()) == ["output.csv", "stderr"]


def test_an_agent_without_tasks(sandboxes: Sandboxes) -> None:
    assert sandboxes.rotate().returncode == 0


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_links_of_a_task_lead_nowhere(sandboxes: Sandboxes, tmp_path: Path) -> None:
    """Who owns a sandbox has a file of root overwritten or emptied by it no more than with his own rights."""
    for directory in (tmp_path, *tmp_path.parents):
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | 0o055)
    precious = tmp_path / "precious"
    precious.write_text("p" * (2 * LIMIT))
    run = sandboxes.add("c1")
    (run / "stdout").write_text("x" * (2 * LIMIT))
    (run / "stdout.1").symlink_to(precious)
    (run / "stderr").symlink_to(precious)
    other = sandboxes.add("c2")
    (other / "stdout").write_text("y" * (2 * LIMIT))
    for path in (run, *run.iterdir(), other, other / "stdout"):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    failed = sandboxes.rotate(keep=1)
    assert precious.read_text() == "p" * (2 * LIMIT)
    # The link of stdout.1 made room for the copy, as everything there that the owner may remove.
    assert (run / "stdout").stat().st_size == 0, failed.stderr
    assert not (run / "stdout.1").is_symlink()
    assert (other / "stdout").stat().st_size == 0
    assert (other / "stdout.1").stat().st_uid == 65534


@pytest.mark.parametrize("keep", [1, 2])
def test_links_of_a_container_whose_sandbox_is_root_s(sandboxes: Sandboxes, tmp_path: Path, keep: int) -> None:
    """Its own root is none of the host; what it has put in the sandbox must not lead out of it."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    run = sandboxes.add("c1")
    (run / "stdout").write_text("x" * (2 * LIMIT))
    (run / "stdout.1").symlink_to(precious)
    # A link cannot be moved over a directory, so that it stays where the copy goes.
    (run / "stdout.2" / "stdout.1").mkdir(parents=True)
    sandboxes.rotate(keep)
    assert precious.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")
def test_a_full_disk_is_made_room_on(sandboxes: Sandboxes) -> None:
    """Older copies go first; where that is not enough, the file stays and the unit fails."""
    script = (
        f"mount -t tmpfs -o size=200k none {sandboxes.work_dir} && cd {sandboxes.work_dir} && "
        "mkdir -p $RUN && cd $RUN && "
        "head -c 60000 /dev/zero > stdout && head -c 90000 /dev/zero > stdout.1 && head -c 40000 /dev/zero > stdout.2; "
        f"/bin/sh {sandboxes.script} {sandboxes.work_dir} {LIMIT} 2; ls -s stdout*; wc -c stdout*; "
        "rm -f stdout.*; head -c 150000 /dev/zero > stdout; "
        f"/bin/sh {sandboxes.script} {sandboxes.work_dir} {LIMIT} 2; echo rc=$?; wc -c stdout*"
    )
    sandboxes.work_dir.mkdir()
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env={**os.environ, "RUN": "slaves/S/frameworks/F/executors/e/runs/c"}, capture_output=True, text=True,
    )  # fmt: skip
    if "mount:" in done.stderr:
        pytest.skip(f"no mount is possible here: {done.stderr}")
    first, _, second = done.stdout.partition("rc=")
    assert "0 stdout\n" in first and "60000 stdout.1" in first, done
    assert second.startswith("1\n"), done
    assert "150000 stdout" in second and "stdout.1" not in second, done
    assert "could not rotate" in done.stderr
