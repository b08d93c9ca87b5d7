"""From a bare machine to a cluster with apps: the steps of `make lab`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lab import ca, images, inventory, machine_docker, playbook, prerequisites, registry, report, rootfs
from lab.archive.build import pack
from lab.config import BUILD, CHECKOUT, LabConfig, Program
from lab.hosts import containers, image
from lab.images import programs
from lab.packages import build, repository

APPS = CHECKOUT / "lab" / "apps"
Log = Callable[[str], None]


def engine_program() -> Program:
    """Packs the lab engine; returns its archive with the checksum of what was packed."""
    archive = pack(BUILD / "engine")
    return Program(str(archive), f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}")


def hosts(config: LabConfig, log: Log) -> None:
    """Docker, the images, the hosts, their certificates and their inventory."""
    prerequisites.check()
    log(machine_docker.start())
    client = machine_docker.client()
    with ThreadPoolExecutor() as pool:
        built = [pool.submit(image.build, client, log), pool.submit(images.build_all, log), pool.submit(engine_program)]
        results = [future.result() for future in built]
    ca.ensure(config)
    if config.method == "package":
        packages(config, results[2])
    inventory.write(config, engine=results[2])
    containers.up(client, config, log)


def packages(config: LabConfig, engine: Program) -> None:
    """The engine as Debian packages, in a repository that this lab has signed."""
    built = build.build_all(engine, BUILD / "packages")
    repository.write(inventory.packages_directory(config), built, inventory.repository_directory(config), time.time())


def fill_registry(config: LabConfig, log: Log) -> None:
    prerequisites.check()
    playbook.run("lab/playbooks/registry.yml", config.directory / "inventory.yml")
    built = images.build_all(log)
    if config.method == "container":
        built |= programs.build_all(engine_program(), log)
    registry.push_all(f"{config.registry.address}:{inventory.REGISTRY_PORT}", built, log)


def site(config: LabConfig, *arguments: str) -> None:
    playbook.run("quorum.mesos.site", config.directory / "inventory.yml", *arguments)


def apps(config: LabConfig, *arguments: str) -> None:
    playbook.run("quorum.mesos.apps", config.directory / "inventory.yml", *arguments, variables={"apps_dir": str(APPS)})


def up(config: LabConfig, log: Log) -> int:
    """The whole way; returns the exit code of the closing table."""
    started = time.monotonic()
    hosts(config, log)
    fill_registry(config, log)
    site(config)
    apps(config)
    code = report.show(config)
    log(f"the lab was up after {time.monotonic() - started:.0f} s; `make lab-down` removes it")
    return code


def check(config: LabConfig) -> None:
    """What `site.yml` and `apps.yml` would change on the running lab."""
    site(config, "--check", "--diff")
    apps(config, "--check", "--diff")


def down(config: LabConfig, log: Log, keep_images: bool) -> None:
    """Removes all that `up` made: hosts, network, volumes, state, images and the daemon (but not another lab's)."""
    if machine_docker.answers():
        client = machine_docker.client()
        removed = containers.down(client, config)
        log(f"removed {removed} containers, networks and volumes of {config.name}")
        others = containers.others(client, config)
        if others and not keep_images:
            keep_images = True
            log(f"kept the images and Docker, which {', '.join(others)} uses too")
        if not keep_images:
            # Not while another lab builds them.
            with rootfs.alone():
                gone = images.remove_all(client) + image.remove(client)
            log(f"removed {gone} images")
    config.forget()
    if not keep_images:
        log(machine_docker.stop())
