"""Building the packages ``mesos`` and ``marathon`` of the engine's archive; the same archive gives the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.config import LabError, Program
from labengine import MARATHON_VERSION, MESOS_VERSION

FILES = Path(__file__).resolve().parent / "files"
BUILD_SECONDS = 120
DIGITS = 8


@dataclass(frozen=True)
class Package:
    """One package: units by the command that they run, and links to the engine's programs."""

    name: str
    units: dict[str, str]
    programs: dict[str, str]
    conffiles: dict[str, str]


# Laid out as the vendor's packages are.
PACKAGES = [
    Package(
        "mesos",
        {
            "mesos-master": "/usr/bin/mesos-init-wrapper master",
            "mesos-slave": "/usr/bin/mesos-init-wrapper slave",
        },
        {name: f"sbin/{name.rpartition('/')[2]}" for name in
         ("usr/sbin/mesos-master", "usr/sbin/mesos-agent", "usr/sbin/mesos-slave")},
        {"etc/mesos/zk": "zk://localhost:2181/mesos\n"},
    ),
    Package(
        "marathon",
        {"marathon": "/usr/share/marathon/bin/marathon"},
        {"usr/share/marathon/bin/marathon": "bin/marathon"},
        {},
    ),
]  # fmt: skip


def version(engine: Program, program: str = MESOS_VERSION) -> str:
    """The version that packages and images of this engine have: another engine has another one."""
    return f"{program}-0.lab.{engine.checksum.removeprefix('sha256:')[:DIGITS]}"


def _control(package: Package, engine: Program, program: str) -> str:
    return (
        f"Package: {package.name}\nVersion: {version(engine, program)}\nArchitecture: all\nSection: misc\n"
        "Priority: optional\nMaintainer: The lab <lab@quorum.invalid>\nDepends: python3\n"
        f"Description: {package.name} of the lab engine\n A stand-in for labs and tests.\n"
    )


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _call(library: Path, program: str) -> None:
    """Lets the programs say that they are this version."""
    path = library / "lib" / "python" / "labengine" / "__init__.py"
    text = path.read_text()
    for own in (MESOS_VERSION, MARATHON_VERSION):
        text = text.replace(f'"{own}"', f'"{program}"')
    path.write_text(text)


def _lay_out(root: Path, package: Package, engine: Program, program: str) -> None:
    library = root / "usr" / "lib" / f"{package.name}-lab-engine"
    with tarfile.open(engine.archive) as archive, tempfile.TemporaryDirectory(dir=root.parent) as scratch:
        archive.extractall(scratch, filter="data")
        (top,) = Path(scratch).iterdir()
        library.parent.mkdir(parents=True)
        shutil.move(top, library)
    if program != MESOS_VERSION:
        _call(library, program)
    for link, target in package.programs.items():
        (root / link).parent.mkdir(parents=True, exist_ok=True)
        (root / link).symlink_to(f"/{library.relative_to(root)}/{target}")
    for unit, command in package.units.items():
        text = (FILES / "daemon.service").read_text().replace("@NAME@", unit).replace("@COMMAND@", command)
        _write(root / "lib" / "systemd" / "system" / f"{unit}.service", text)
    if package.name == "mesos":
        _write(root / "usr" / "bin" / "mesos-init-wrapper", (FILES / "mesos-init-wrapper").read_text(), 0o755)
    for path, text in package.conffiles.items():
        _write(root / path, text)
    _write(root / "DEBIAN" / "control", _control(package, engine, program))
    _write(root / "DEBIAN" / "conffiles", "".join(f"/{path}\n" for path in package.conffiles))
    _write(
        root / "DEBIAN" / "postinst", (FILES / "postinst").read_text().replace("@UNITS@", " ".join(package.units)),
        0o755,
    )  # fmt: skip


def build_all(engine: Program, output: Path, program: str = MESOS_VERSION) -> list[Path]:
    """Builds what ``output`` does not have of this engine; returns the packages' paths.

    ``program`` is the version that the programs say, if they are not to say the engine's own.
    """
    output.mkdir(parents=True, exist_ok=True)
    paths = []
    for package in PACKAGES:
        path = output / f"{package.name}_{version(engine, program)}_all.deb"
        paths.append(path)
        if path.exists():
            continue
        for older in output.glob(f"{package.name}_*.deb"):
            older.unlink()
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory) / "root"
            root.mkdir(mode=0o755)
            _lay_out(root, package, engine, program)
            partial = path.with_suffix(".partial")
            done = subprocess.run(
                ["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(root), str(partial)],
                env={**os.environ, "SOURCE_DATE_EPOCH": "0"}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=BUILD_SECONDS, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                raise LabError(f"The package {package.name} could not be built: {done.stderr.strip()}")
            partial.rename(path)
    return paths


def control_of(path: Path) -> str:
    """The control file of a package, as an index repeats it."""
    done = subprocess.run(
        ["dpkg-deb", "--field", str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=BUILD_SECONDS, check=True,
    )  # fmt: skip
    return done.stdout
