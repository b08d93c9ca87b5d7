"""Starting and removing the hosts of a lab; everything carries the lab's name as prefix and label."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import APIError, NotFound
from docker.types import EndpointConfig, IPAMConfig, IPAMPool

from lab.config import CHECKOUT, Host, LabConfig, LabError
from lab.hosts import image

LABEL = "quorum.lab"
OWNER = "quorum.lab.checkout"
READY_SECONDS = 60


def container_name(config: LabConfig, host: Host) -> str:
    return f"{config.name}-{host.name}"


def _filters(config: LabConfig) -> dict[str, str]:
    return {"label": f"{LABEL}={config.name}"}


def _labels(config: LabConfig) -> dict[str, str]:
    return {LABEL: config.name, OWNER: str(CHECKOUT)}


def _refuse_another_checkouts(client: docker.DockerClient, config: LabConfig) -> None:
    """A lab's name and network are the machine's: of two checkouts, only the one that made a lab changes it."""
    for network in client.networks.list(filters=_filters(config)):
        owner = network.attrs["Labels"].get(OWNER, str(CHECKOUT))
        if owner != str(CHECKOUT) and Path(owner).is_dir():
            raise LabError(
                f"The hosts of {config.name} were made from {owner}, not from {CHECKOUT}: remove them there first "
                "(`make lab-down`, or `molecule destroy -s SCENARIO`)."
            )


def ensure_key(config: LabConfig) -> Path:
    """The lab's own ssh key, made once."""
    key = config.directory / "id_ed25519"
    if not key.exists():
        config.directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", config.name, "-f", str(key)], check=True, timeout=30
        )
    return key


def _ensure_network(client: docker.DockerClient, config: LabConfig) -> None:
    for network in client.networks.list(filters=_filters(config)):
        network.reload()
        subnet = network.attrs["IPAM"]["Config"][0]["Subnet"]
        if subnet != str(config.network):
            raise LabError(f"The lab {config.name} runs on {subnet}, not {config.network}: run `make lab-down` first.")
        return
    pool = IPAMPool(subnet=str(config.network), gateway=config.gateway)
    try:
        client.networks.create(config.name, ipam=IPAMConfig(pool_configs=[pool]), labels=_labels(config))
    except APIError as error:
        raise LabError(
            f"The network {config.network} cannot be made ({error.explanation}): choose another with LAB_NETWORK=."
        ) from error


def _start(client: docker.DockerClient, config: LabConfig, host: Host) -> None:
    name = container_name(config, host)
    try:
        container = client.containers.get(name)
        if container.status != "running":
            container.start()
        return
    except NotFound:
        pass
    # Overlay on overlay does not work, so the host's own Docker keeps its layers in a volume.
    volume = client.volumes.create(f"{name}-docker", labels=_labels(config))
    client.containers.run(
        image.TAG,
        name=name,
        hostname=host.name,
        detach=True,
        labels=_labels(config),
        cap_add=["SYS_ADMIN", "NET_ADMIN"],
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        cgroupns="private",
        tmpfs={
            "/run": "exec,mode=755",
            "/run/lock": "",
            "/tmp": "exec,mode=1777",
            "/sys/fs/cgroup": "mode=755",
        },
        volumes={volume.name: {"bind": "/var/lib/docker"}},
        stop_signal="SIGRTMIN+3",
        network=config.name,
        networking_config={config.name: EndpointConfig("1.41", ipv4_address=host.address)},
        extra_hosts={other.name: other.address for other in config.hosts if other.name != host.name},
    )


def _run(client: docker.DockerClient, config: LabConfig, host: Host, command: list[str]) -> tuple[int, str]:
    code, output = client.containers.get(container_name(config, host)).exec_run(command)
    return code, output.decode(errors="replace").strip()


def _authorise(client: docker.DockerClient, config: LabConfig, host: Host, public_key: str) -> None:
    script = 'install -d -m 0700 /root/.ssh && printf "%s\\n" "$1" >/root/.ssh/authorized_keys'
    code, output = _run(client, config, host, ["sh", "-c", script, "sh", public_key])
    if code != 0:
        raise LabError(f"{host.name}: the lab's ssh key could not be installed: {output}")


def _wait_ready(client: docker.DockerClient, config: LabConfig, host: Host, deadline: float) -> None:
    seen = ""
    while time.monotonic() < deadline:
        with suppress(APIError):
            _, state = _run(client, config, host, ["systemctl", "is-system-running"])
            _, ssh = _run(client, config, host, ["systemctl", "is-active", "ssh"])
            seen = f"systemd is {state}, ssh is {ssh}"
            if state in ("running", "degraded") and ssh == "active":
                return
        time.sleep(0.3)
    container = client.containers.get(container_name(config, host))
    tail = container.logs(tail=3).decode(errors="replace").strip()
    limit = Path("/proc/sys/fs/inotify/max_user_instances").read_text().strip()
    raise LabError(
        f"{host.name} did not come up within {READY_SECONDS} s: {seen or container.status}. {tail} If many hosts run "
        f"here, fs.inotify.max_user_instances ({limit}) may be used up: take labs down, or raise it with sysctl."
    )


def up(client: docker.DockerClient, config: LabConfig, log: Callable[[str], None]) -> None:
    """Starts what does not run yet and waits until every host can be reached by ssh."""
    _refuse_another_checkouts(client, config)
    public_key = ensure_key(config).with_suffix(".pub").read_text().strip()
    _ensure_network(client, config)
    for host in config.hosts:
        _start(client, config, host)
    deadline = time.monotonic() + READY_SECONDS
    for host in config.hosts:
        _wait_ready(client, config, host, deadline)
        _authorise(client, config, host, public_key)
    log(f"{len(config.hosts)} hosts run: " + ", ".join(f"{host.name} {host.address}" for host in config.hosts))


def others(client: docker.DockerClient, config: LabConfig) -> list[str]:
    """The names of the machine's other labs, which use the same images and the same Docker."""
    networks = client.networks.list(filters={"label": LABEL})
    found = {network.attrs["Labels"][LABEL] for network in networks}
    found |= {one.labels[LABEL] for one in client.containers.list(all=True, filters={"label": LABEL})}
    return sorted(found - {config.name})


def _remains(client: docker.DockerClient, config: LabConfig) -> Iterator[Callable[[], object]]:
    filters = _filters(config)
    for container in client.containers.list(all=True, filters=filters):
        yield lambda container=container: container.remove(force=True, v=True)
    for network in client.networks.list(filters=filters):
        yield network.remove
    for volume in client.volumes.list(filters=filters):
        yield lambda volume=volume: volume.remove(force=True)


def down(client: docker.DockerClient, config: LabConfig) -> int:
    """Removes the lab's containers, network and volumes; returns how many things were removed."""
    _refuse_another_checkouts(client, config)
    removed = 0
    for remove in _remains(client, config):
        with suppress(NotFound):
            remove()
        removed += 1
    return removed
