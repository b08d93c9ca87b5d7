"""A cluster of inventory/sample, then one of inventory/secured on the same hosts, by the commands of its README.

In this order: the second cluster takes the place of the first.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests
import yaml
from lab_cluster import TIMEOUT, LabCluster, eventually

from lab import playbook
from lab.config import CHECKOUT, Host

README = CHECKOUT / "inventory/secured/README.md"
CONVERGE = "molecule/shared/converge.yml"
APPS = {"nginx", "tomcat"}


def reached(cluster: LabCluster, source: Host, target: Host, port: int) -> bool:
    """Whether one host gets a connection to a port of another."""
    command = f"timeout 3 bash -c '</dev/tcp/{target.address}/{port}'"
    return bool(cluster.shell(source).run(command).succeeded)


def everything_is_closed_to_a_stranger(cluster: LabCluster, ports: tuple[int, ...]) -> None:
    """The registry is no member of the cluster and no address of an operator."""
    master = cluster.config.in_group("mesos_masters")[0]
    other = cluster.config.in_group("mesos_masters")[1]
    for port in ports:
        assert reached(cluster, other, master, port), f"port {port} does not answer a member"
        assert not reached(cluster, cluster.config.registry, master, port), f"port {port} is open to a stranger"


def test_the_sample_is_a_cluster_on_which_apps_run(cluster: LabCluster) -> None:
    assert sorted(cluster.zookeeper_modes().values()) == ["follower", "follower", "leader"]
    assert sorted(cluster.active_agents()) == ["slave1", "slave2", "slave3"]
    for app in APPS:
        eventually(f"{app} runs", 60, lambda app=app: cluster.running(app))


def test_the_sample_is_closed_to_strangers(cluster: LabCluster) -> None:
    everything_is_closed_to_a_stranger(cluster, (2181, 5050, 8080))


class Secured:
    """The copy of inventory/sample with inventory/secured over it."""

    def __init__(self, cluster: LabCluster, directory: Path) -> None:
        self.cluster = cluster
        self.directory = directory
        self.inventory = directory / "hosts.yml"
        # As a user has it who gives the vault's password by a file.
        self.password_file = directory.parent / "vault-password"
        self.password_file.write_text("of the vault\n")

    @property
    def environment(self) -> dict[str, str]:
        return {**playbook.environment(), "ANSIBLE_VAULT_PASSWORD_FILE": str(self.password_file)}

    def command(self, *words: str, directory: Path = CHECKOUT) -> str:
        done = subprocess.run(
            words, cwd=directory, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=playbook.SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
        return done.stdout

    def converge(self) -> str:
        return self.command("ansible-playbook", "-i", str(self.inventory), CONVERGE)

    def passwords(self) -> dict[str, str]:
        """Of the vault, by their names."""
        return yaml.safe_load(self.command("ansible-vault", "view", str(self.directory / "group_vars/all/vault.yml")))

    def get(self, port: int, path: str, user: tuple[str, str] | None) -> requests.Response:
        """What the first master's host answers over TLS, checked with the authority of the recipe."""
        host = self.cluster.config.in_group("marathon")[0]
        with requests.Session() as session:
            session.trust_env = False
            return session.get(
                f"https://{host.address}:{port}{path}",
                auth=user,
                verify=str(self.directory / "certificates/ca.pem"),
                timeout=TIMEOUT,
                # Followers send to the leader by its name, which this machine does not know.
                allow_redirects=False,
            )


@pytest.fixture(scope="module")
def secured(cluster: LabCluster, tmp_path_factory: pytest.TempPathFactory) -> Secured:
    """By the commands of the README, in a directory that has the collection's `inventory`."""
    home = tmp_path_factory.mktemp("secured")
    (home / "inventory").symlink_to(CHECKOUT / "inventory")
    made = Secured(cluster, home / "mine")
    (block,) = re.findall(r"^```\n(cp .*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    network = cluster.config.network.network_address
    addresses = block.replace("192.168.20.4", f"{str(network)[:-1]}1").replace("192.168.20.5", f"{str(network)[:-1]}2")
    made.command("bash", "-euc", addresses, directory=home)
    playbook.run("molecule/inventories/decide.yml", Path("localhost,"), "-e", f"decide_directory={made.directory}")
    return made


def test_the_secured_inventory_is_a_cluster_on_which_apps_run(cluster: LabCluster, secured: Secured) -> None:
    sample = cluster.config.directory / "sample/hosts.yml"
    layers = ("zookeeper", "docker", "mesos_master", "mesos_slave", "marathon")
    data = [word for layer in layers for word in ("-e", f"{layer}_uninstall_data=true")]
    playbook.run(
        "quorum.mesos.uninstall", sample, "-e", "quorum_uninstall=true", "-e", "mesos_slave_drain_force=true", *data
    )
    secured.converge()
    passwords = secured.passwords()
    operator = ("operator", passwords["vault_mesos_operator_password"])
    marathon = ("marathon", passwords["vault_marathon_password"])
    assert secured.get(5050, "/flags", operator).json()["flags"]["authenticate_agents"] == "true"
    for app in APPS:
        eventually(
            f"{app} runs", 60,
            lambda app=app: secured.get(8443, f"/v2/apps/{app}", marathon).json()["app"]["tasksRunning"],
        )  # fmt: skip


def test_nobody_gets_in_without_a_password(secured: Secured) -> None:
    assert secured.get(5050, "/flags", None).status_code == 401
    assert secured.get(8443, "/v2/apps", None).status_code == 401
    assert secured.get(8443, "/v2/apps", ("marathon", "guessed")).status_code == 401


def test_the_secured_cluster_is_closed_to_strangers(cluster: LabCluster, secured: Secured) -> None:
    everything_is_closed_to_a_stranger(cluster, (2181, 2182, 5050, 8443))


def test_a_second_run_of_the_secured_inventory_changes_nothing(secured: Secured) -> None:
    recap = secured.converge()
    assert set(re.findall(r"changed=(\d+)", recap)) == {"0"}, recap


def test_the_recipe_leaves_no_secret_readable_to_others(secured: Secured) -> None:
    paths = [*secured.directory.glob("certificates/*.key"), secured.directory / "group_vars/all/vault.yml"]
    assert len(paths) > 1
    assert [path.name for path in paths if os.stat(path).st_mode & 0o077] == []
    assert (secured.directory / "group_vars/all/vault.yml").read_text().startswith("$ANSIBLE_VAULT;")
