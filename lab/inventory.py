"""The inventory of a lab: what a user would write by hand for machines of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lab import ca
from lab.config import Host, LabConfig, Program
from lab.images import programs
from lab.packages.build import version
from lab.packages.repository import PUBLIC_KEY

REGISTRY_PORT = 5000
PACKAGES_PORT = 8000
# The lab's hosts have no more rights than these to give.
AGENT_RIGHTS = ["--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN", "--security-opt=seccomp=unconfined"]
IMAGES = {"mesos_master": "mesos-master", "mesos_slave": "mesos-slave", "marathon": "marathon"}


def packages_directory(config: LabConfig) -> Path:
    """Where the lab has its package repository and the key of it."""
    return config.directory / "packages"


def repository_directory(config: LabConfig) -> Path:
    return packages_directory(config) / "repository"


def _hosts(hosts: list[Host]) -> dict[str, Any]:
    return {host.name: {"ansible_host": host.address} for host in hosts}


def _archive(role: str, program: Program, packages: list[str] | None) -> dict[str, Any]:
    variables: dict[str, Any] = {f"{role}_archive": program.archive, f"{role}_archive_checksum": program.checksum}
    if packages is not None:
        variables[f"{role}_packages"] = packages
    return variables


def _image(name: str, config: LabConfig, engine: Program) -> str:
    return f"{config.registry.address}:{REGISTRY_PORT}/library/{programs.reference(name, engine)}"


def _zookeeper(config: LabConfig, engine: Program) -> dict[str, Any]:
    if config.method != "container":
        return {}
    image = _image("zookeeper", config, engine)
    return {"vars": {"zookeeper_install_method": "container", "zookeeper_image": image}}


def _source(role: str, config: LabConfig, engine: Program, own: Program | None) -> dict[str, Any]:
    """What a user would write of where a role's program comes from."""
    # The engine needs nothing but Python; real archives keep the roles' own package lists.
    if config.method == "archive":
        return _archive(role, own or engine, None if own else [])
    variables: dict[str, Any] = {f"{role}_install_method": config.method, f"{role}_packages": []}
    if config.method == "package":
        return variables | {
            f"{role}_package_version": version(engine),
            f"{role}_repository": {
                "uris": [f"http://{config.registry.address}:{PACKAGES_PORT}/"],
                "suites": ["./"],
                "key": str(packages_directory(config) / PUBLIC_KEY),
            },
        }
    options = {f"{role}_container_options": AGENT_RIGHTS} if role == "mesos_slave" else {}
    return variables | {f"{role}_image": _image(IMAGES[role], config, engine), **options}


def _merge(inventory: dict[str, Any], variables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Gives groups and hosts the user's own variables, which win over the lab's."""
    everything = inventory["all"]
    for name, values in variables.items():
        if name == "all" or name in everything["children"]:
            place = everything if name == "all" else everything["children"][name]
            place["vars"] = {**place.get("vars", {}), **values}
            continue
        for group in everything["children"].values():
            if name in group["hosts"]:
                group["hosts"][name] = {**group["hosts"][name], **values}
    return inventory


def build(config: LabConfig, engine: Program) -> dict[str, Any]:
    """The inventory as data; ``engine`` stands in where the user gave no archive of their own."""
    return _merge(_of_lab(config, engine), config.variables)


def _of_lab(config: LabConfig, engine: Program) -> dict[str, Any]:
    registry = f"{config.registry.address}:{REGISTRY_PORT}"
    docker = {
        "docker_daemon_options": {
            # cgroupfs leaks cgroups where the host itself is a container.
            "exec-opts": ["native.cgroupdriver=systemd"],
            "registry-mirrors": [f"http://{registry}"],
            "insecure-registries": [registry],
        }
    }
    packages = {"lab_packages": str(repository_directory(config))} if config.method == "package" else {}
    key = config.directory / "id_ed25519"
    return {
        "all": {
            "vars": {
                "ansible_user": "root",
                "ansible_ssh_private_key_file": str(key),
                "ansible_ssh_common_args": (
                    "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
                ),
                "ansible_python_interpreter": "/usr/bin/python3",
                "lab_certificates": str(ca.directory(config)),
                **(docker if config.method == "container" else {}),
                **packages,
            },
            "children": {
                "lab_registry": {"hosts": _hosts(config.in_group("lab_registry"))},
                "zookeeper": {"hosts": _hosts(config.in_group("zookeeper")), **_zookeeper(config, engine)},
                "mesos_masters": {
                    "hosts": _hosts(config.in_group("mesos_masters")),
                    "vars": {
                        "mesos_master_cluster": config.name,
                        **_source("mesos_master", config, engine, config.mesos),
                    },
                },
                "mesos_slaves": {
                    "hosts": _hosts(config.in_group("mesos_slaves")),
                    "vars": {
                        **docker,
                        "mesos_slave_containerizers": ["docker", "mesos"],
                        "mesos_slave_resources": "cpus:4;mem:2048;disk:8192;ports:[31000-32000]",
                        **_source("mesos_slave", config, engine, config.mesos),
                    },
                },
                "marathon": {
                    "hosts": _hosts(config.in_group("marathon")),
                    "vars": _source("marathon", config, engine, config.marathon),
                },
                "load_balancers": {
                    "hosts": _hosts(config.in_group("load_balancers")),
                    "vars": {
                        # A lab's hosts cannot have more open files than the machine's Docker gives them.
                        "haproxy_maxconn": 2000,
                        # The lab's apps have two of their own beside those that Marathon gives.
                        "haproxy_service_ports": ["9000", "10000-20000", "31002"],
                    },
                },
                "dns": {"hosts": _hosts(config.in_group("dns"))},
            },
        }
    }


def write(config: LabConfig, engine: Program) -> Path:
    """Writes the inventory below the lab's directory; returns its path."""
    config.directory.mkdir(parents=True, exist_ok=True)
    path = config.directory / "inventory.yml"
    text = yaml.safe_dump(build(config, engine), sort_keys=False, width=1000)
    path.write_text(f"---\n# Written by `make lab`.\n{text}")
    return path
