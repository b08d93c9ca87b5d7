"""Packing the engine into one relocatable archive.

The same sources and pins give the same bytes, so that the archive's checksum identifies the engine.
"""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from lab.config import CHECKOUT, LabError
from labengine import LAB_ENGINE_VERSION

ENGINE = CHECKOUT / "engine"
NAME = f"mesos-lab-engine-{LAB_ENGINE_VERSION}"
PROGRAMS = {
    "sbin/mesos-master": "labengine.master",
    "sbin/mesos-agent": "labengine.agent",
    "sbin/mesos-slave": "labengine.agent",
    "sbin/mesos-simulated-agents": "labengine.simulated",
    "bin/marathon": "labengine.marathon",
}
LAUNCHER = Path(__file__).resolve().parent / "launcher.py"
# What pip writes about its own run differs from machine to machine.
PIP_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
PIP_SECONDS = 600


def pack(output: Path) -> Path:
    """Build the archive in ``output`` and return its path."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mesos-lab-engine-") as scratch:
        root = Path(scratch) / NAME
        library = root / "lib" / "python"
        library.mkdir(parents=True)
        _install_dependencies(library, output / "wheels")
        shutil.copytree(
            ENGINE / "src" / "labengine", library / "labengine", ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
        _write_launchers(root)
        archive = output / f"{NAME}.tar.gz"
        data = _archive(root)
        if not archive.exists() or archive.read_bytes() != data:
            partial = archive.with_suffix(".partial")
            partial.write_bytes(data)
            partial.replace(archive)
    return archive


def _install_dependencies(library: Path, wheels: Path) -> None:
    """Pure Python wheels, downloaded once and kept beside the archive."""
    pins = ENGINE / "requirements.txt"
    stamp = wheels / "requirements.txt"
    if not stamp.exists() or stamp.read_bytes() != pins.read_bytes():
        shutil.rmtree(wheels, ignore_errors=True)
        # One interpreter and the platform 'any', whatever the machine: no compiled wheel can come in.
        _pip(
            "download",
            "--dest",
            str(wheels),
            "--no-deps",
            "--only-binary=:all:",
            "--platform=any",
            "--python-version=3.11",
            "--requirement",
            str(pins),
        )
        shutil.copyfile(pins, stamp)
    _pip(
        "install",
        "--target",
        str(library),
        "--no-compile",
        "--no-index",
        "--no-deps",
        *(str(wheel) for wheel in sorted(wheels.glob("*.whl"))),
    )
    shutil.rmtree(library / "bin", ignore_errors=True)
    for path in sorted(library.rglob("*")):
        if path.name in PIP_NOTES and path.parent.suffix == ".dist-info":
            path.unlink()
        elif path.suffix in (".so", ".pyd"):
            raise LabError(
                f"{path.relative_to(library)} is compiled code: pin a pure Python version of its package in {pins.name}"
            )


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)
    except subprocess.TimeoutExpired:
        raise LabError(f"pip {arguments[0]} of the engine's dependencies took longer than {PIP_SECONDS} s") from None
    if answer.returncode:
        raise LabError(f"pip {arguments[0]} of the engine's dependencies failed:\n{answer.stderr.strip()}")


def _write_launchers(root: Path) -> None:
    text = LAUNCHER.read_text(encoding="utf-8")
    for name, package in PROGRAMS.items():
        launcher = root / name
        launcher.parent.mkdir(exist_ok=True)
        launcher.write_text(text.replace("@PACKAGE@", package), encoding="utf-8")
        launcher.chmod(0o755)


def _archive(root: Path) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in [root, *sorted(root.rglob("*"))]:
            member = tar.gettarinfo(path, arcname=str(path.relative_to(root.parent)))
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime = 0
            member.mode = 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    tar.addfile(member, content)
            else:
                tar.addfile(member)
    return buffer.getvalue()
