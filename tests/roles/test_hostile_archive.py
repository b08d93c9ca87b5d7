"""A hostile archive ends in one sentence that names it and its member, in a rehearsal as in a run."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from lab import playbook


def pack(path: Path, canary: Path) -> str:
    """An archive with a program, a link out of it, and a file of the link's name; returns its checksum."""
    with tarfile.open(path, "w:gz") as archive:
        program = tarfile.TarInfo("marathon-1.11/bin/marathon")
        program.mode = 0o755
        archive.addfile(program)
        link = tarfile.TarInfo("marathon-1.11/cron")
        link.type, link.linkname = tarfile.SYMTYPE, str(canary)
        archive.addfile(link)
        evil = tarfile.TarInfo("marathon-1.11/cron")
        evil.size = 5
        archive.addfile(evil, io.BytesIO(b"evil\n"))
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def unpack(parameters: dict[str, Any], *arguments: str) -> str:
    """What Ansible prints when it refuses the archive."""
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible", "localhost", "-m", "quorum.mesos._program_archive",
         "-a", json.dumps(parameters), "-e", f"ansible_python_interpreter={sys.executable}", *arguments],
        env=playbook.environment(), capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [["--check"], []])
def test_it_is_refused_by_name(tmp_path: Path, arguments: list[str]) -> None:
    canary = tmp_path / "canary"
    canary.write_text("mine\n")
    archive = tmp_path / "marathon.tar.gz"
    parameters = {
        "src": str(archive), "checksum": pack(archive, canary), "dest": str(tmp_path / "opt"),
        "programs": ["marathon"], "option": "marathon_archive",
    }  # fmt: skip
    (message,) = re.findall(r'"msg": "(.*?)"[,}]', unpack(parameters, "-o", *arguments))
    assert message == (
        f"localhost: marathon_archive is {archive}: its member 'marathon-1.11/cron' is there twice, as a symbolic link "
        "and as a file; give a tar archive of an installed tree."
    )
    assert canary.read_text() == "mine\n"
    assert not (tmp_path / "opt").exists() or os.listdir(tmp_path / "opt") == []


@pytest.mark.parametrize(
    ("source", "shown", "why"),
    [
        (
            "http://me:fake-password@127.0.0.1:1/mesos.tar.gz?signature=fake-signature",
            "http://***@127.0.0.1:1/mesos.tar.gz?***", "it cannot be fetched",
        ),
        (
            "http://me:fake-pass/word@127.0.0.1:1/mesos.tar.gz",
            "http://***@127.0.0.1:1/mesos.tar.gz", "its host or port cannot be read",
        ),
        # Without any, it is told as it is.
        ("http://127.0.0.1:1/mesos.tar.gz", "http://127.0.0.1:1/mesos.tar.gz", "it cannot be fetched"),
    ],
)  # fmt: skip
def test_the_credentials_of_a_url_show_nowhere(tmp_path: Path, source: str, shown: str, why: str) -> None:
    parameters = {
        "src": "{{ source }}", "checksum": f"sha256:{'0' * 64}", "dest": str(tmp_path / "opt"),
        "programs": ["marathon"],
    }  # fmt: skip
    output = unpack(parameters, "-vvv", "-e", json.dumps({"source": source}))
    assert f"localhost: src is {shown}: {why}" in output
    assert "module_args" in output
    assert "fake-" not in output
