"""The inventory of a lab: what a user would write by hand for machines of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lab import ca
from lab.config import Host, LabConfig, Program

REGISTRY_PORT = 5000


def _hosts(hosts: list[Host]) -> dict[str, Any]:
    return {host.name: {"ansible_host": host.address} for host in hosts}


def _archive(role: str, program: Program, packages: list[str] | None) -> dict[str, Any]:
    variables: dict[str, Any] = {f"{role}_archive": program.archive, f"{role}_archive_checksum": program.checksum}
    if packages is not None:
        variables[f"{role}_packages"] = packages
    return variables


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
    # The engine needs nothing but Python; real archives keep the roles' own package lists.
    mesos, mesos_packages = (config.mesos, None) if config.mesos else (engine, [])
    marathon, marathon_packages = (config.marathon, None) if config.marathon else (engine, [])
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
            },
            "children": {
                "lab_registry": {"hosts": _hosts(config.in_group("lab_registry"))},
                "zookeeper": {"hosts": _hosts(config.in_group("zookeeper"))},
                "mesos_masters": {
                    "hosts": _hosts(config.in_group("mesos_masters")),
                    "vars": {
                        "mesos_master_cluster": config.name,
                        **_archive("mesos_master", mesos, mesos_packages),
                    },
                },
                "mesos_slaves": {
                    "hosts": _hosts(config.in_group("mesos_slaves")),
                    "vars": {
                        "docker_daemon_options": {
                            # cgroupfs leaks cgroups where the host itself is a container.
                            "exec-opts": ["native.cgroupdriver=systemd"],
                            "registry-mirrors": [f"http://{registry}"],
                            "insecure-registries": [registry],
                        },
                        "mesos_slave_containerizers": ["docker", "mesos"],
                        "mesos_slave_resources": "cpus:4;mem:2048;disk:8192;ports:[31000-32000]",
                        **_archive("mesos_slave", mesos, mesos_packages),
                    },
                },
                "marathon": {
                    "hosts": _hosts(config.in_group("marathon")),
                    "vars": _archive("marathon", marathon, marathon_packages),
                },
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
