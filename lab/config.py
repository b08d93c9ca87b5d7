"""What a lab is made of: its name, network, hosts and where Mesos and Marathon come from."""

from __future__ import annotations

import ipaddress
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / ".build"

MASTER_GROUPS = ("zookeeper", "mesos_masters", "marathon")
SLAVE_GROUPS = ("mesos_slaves",)
REGISTRY_GROUPS = ("lab_registry",)
# Where an app answers, and by which name.
BALANCER_GROUPS = ("load_balancers", "dns")
METHODS = ("archive", "package", "container")


class LabError(Exception):
    """Something a person must mend; the text says what and how."""


@dataclass(frozen=True)
class Host:
    """One container that stands for a machine."""

    name: str
    address: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """An archive to install: a path or URL and its sha256."""

    archive: str
    checksum: str


@dataclass(frozen=True)
class LabConfig:
    """A whole lab. ``name`` prefixes every container, network and volume of it."""

    name: str
    network: ipaddress.IPv4Network
    hosts: tuple[Host, ...]
    mesos: Program | None = None
    marathon: Program | None = None
    directory: Path = field(default=BUILD / "lab")
    variables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    method: str = "archive"

    @property
    def gateway(self) -> str:
        return str(self.network.network_address + 1)

    def in_group(self, group: str) -> list[Host]:
        return [host for host in self.hosts if group in host.groups]

    def forget(self) -> None:
        """Removes the lab's own directory: its key, inventory and logs."""
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def registry(self) -> Host:
        return self.in_group("lab_registry")[0]


def whole_number(
    environ: Mapping[str, str], name: str, default: int, *, least: int = 1, most: int | None = None
) -> int:
    """Without ``most`` it may be as large as you like."""
    text = environ.get(name) or str(default)
    if not text.isdigit() or int(text) < least or (most is not None and int(text) > most):
        end = "on" if most is None else f"to {most}"
        raise LabError(f"{name}={text}: give a whole number from {least} {end}.")
    return int(text)


def _program(environ: Mapping[str, str], name: str) -> Program | None:
    archive, checksum = environ.get(f"{name}_ARCHIVE", ""), environ.get(f"{name}_ARCHIVE_CHECKSUM", "")
    checksum = checksum or environ.get(f"{name}_CHECKSUM", "")
    if not archive:
        return None
    if not checksum:
        raise LabError(f"{name}_ARCHIVE={archive} has no checksum: give {name}_CHECKSUM=sha256:<64 hex digits> too.")
    if not checksum.startswith("sha256:"):
        checksum = f"sha256:{checksum}"
    return Program(archive, checksum)


def _method(environ: Mapping[str, str]) -> str:
    method = environ.get("LAB_METHOD") or "archive"
    if method not in METHODS:
        raise LabError(f"LAB_METHOD={method}: give one of {', '.join(METHODS)}.")
    own = [name for name in ("MESOS_ARCHIVE", "MARATHON_ARCHIVE") if environ.get(name)]
    if own and method != "archive":
        raise LabError(f"LAB_METHOD={method} is built from the lab engine: leave {own[0]} out, or give archive.")
    return method


def _variables(environ: Mapping[str, str], known: set[str]) -> dict[str, dict[str, Any]]:
    """The variables for groups and hosts in the file that LAB_VARIABLES names."""
    path = environ.get("LAB_VARIABLES")
    if not path:
        return {}
    try:
        data = yaml.safe_load((CHECKOUT / path).read_text())
    except (OSError, yaml.YAMLError) as error:
        raise LabError(f"LAB_VARIABLES={path}: cannot be read ({error}).") from error
    if not isinstance(data, dict) or not all(isinstance(values, dict) for values in data.values()):
        raise LabError(f"LAB_VARIABLES={path}: give a YAML file that maps groups or hosts to variables.")
    if unknown := sorted(set(data) - known):
        raise LabError(
            f"LAB_VARIABLES={path}: {unknown[0]} is no group and no host of this lab; it has {sorted(known)}."
        )
    return data


def from_environment(environ: Mapping[str, str] | None = None) -> LabConfig:
    """The lab that the variables ``LAB_*``, ``MESOS_ARCHIVE`` and ``MARATHON_ARCHIVE`` describe.

    ``LAB_MASTERS`` (1, 3 or 5; default 3), ``LAB_SLAVES`` (1 to 9; default 3), ``LAB_NAME`` (default ``quorum-lab``),
    ``LAB_BALANCERS`` (0 to 9; default 1), ``LAB_NETWORK`` (an IPv4 /24; default 172.29.77.0/24),
    ``LAB_LAYOUT=single`` for one host in all groups but those of the balancers, of which there are none by default,
    ``LAB_METHOD`` (archive, package or container: how the roles install Mesos and Marathon; default archive),
    ``LAB_VARIABLES`` (a YAML file, relative to the checkout: group or host -> variables as in group_vars).
    """
    environ = os.environ if environ is None else environ
    masters = whole_number(environ, "LAB_MASTERS", 3, most=9)
    slaves = whole_number(environ, "LAB_SLAVES", 3, most=9)
    single = environ.get("LAB_LAYOUT") == "single"
    balancers = whole_number(environ, "LAB_BALANCERS", 0 if single else 1, least=0, most=9)
    if masters % 2 == 0:
        raise LabError(f"LAB_MASTERS={masters}: ZooKeeper and Mesos need an odd number; give 1, 3 or 5.")
    name = environ.get("LAB_NAME") or "quorum-lab"
    text = environ.get("LAB_NETWORK") or "172.29.77.0/24"
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise LabError(f"LAB_NETWORK={text}: not an IPv4 network ({error}); give one like 172.29.77.0/24.") from error
    if network.prefixlen > 24:
        raise LabError(f"LAB_NETWORK={text}: too small; give a /24.")
    base = network.network_address
    hosts = [Host("registry1", str(base + 5), REGISTRY_GROUPS)]
    if single:
        hosts.append(Host("node1", str(base + 11), MASTER_GROUPS + SLAVE_GROUPS))
    else:
        hosts += [Host(f"master{n}", str(base + 10 + n), MASTER_GROUPS) for n in range(1, masters + 1)]
        hosts += [Host(f"slave{n}", str(base + 20 + n), SLAVE_GROUPS) for n in range(1, slaves + 1)]
    hosts += [Host(f"balancer{n}", str(base + 30 + n), BALANCER_GROUPS) for n in range(1, balancers + 1)]
    directory = BUILD / ("lab" if name == "quorum-lab" else f"lab-{name}")
    known = {"all"} | {host.name for host in hosts} | {group for host in hosts for group in host.groups}
    return LabConfig(
        name, network, tuple(hosts), _program(environ, "MESOS"), _program(environ, "MARATHON"), directory=directory,
        variables=_variables(environ, known), method=_method(environ),
    )  # fmt: skip
