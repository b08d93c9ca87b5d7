"""Wrong settings end before anything changes, in one sentence with the remedy.

The roles' preflight runs on the local connection: it reads, whatever it is given.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

HERE = Path(__file__).resolve().parent


class Cluster:
    """An inventory that the roles accept, for a test to spoil."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "inventory.yml"
        archive = directory / "programs.tar.gz"
        archive.write_bytes(b"programs")
        self.archive = str(archive)
        self.digest = hashlib.sha256(b"programs").hexdigest()
        self.hosts: dict[str, list[str]] = {
            "zookeeper": ["a", "b", "c"],
            "mesos_masters": ["a", "b", "c"],
            "mesos_slaves": ["d"],
            "marathon": ["a"],
        }
        self.variables: dict[str, Any] = {
            "ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable,
        }  # fmt: skip
        for role in ("zookeeper", "mesos_master", "mesos_slave", "marathon"):
            self.variables[f"{role}_archive"] = self.archive
            self.variables[f"{role}_archive_checksum"] = f"sha256:{self.digest}"
        self.host_variables: dict[str, dict[str, Any]] = {}

    def check(self, *arguments: str, playbook_name: str = "quorum.mesos.preflight") -> tuple[int, str]:
        """The exit code of the preflight, or of another playbook, and its output."""
        children = {
            group: {"hosts": {host: self.host_variables.get(host, {}) for host in hosts}}
            for group, hosts in self.hosts.items()
        }
        self.path.write_text(yaml.safe_dump({"all": {"vars": self.variables, "children": children}}))
        # The hosts are this machine, and a refusal that is missing must not change it.
        arguments = (*arguments, *(() if playbook_name.endswith("preflight") else ("--check",)))
        done = playbook.run(str(HERE / "facts.yml"), self.path, playbook_name, *arguments, capture=True)
        assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
        return done.returncode, done.stdout

    def refusals(self, *arguments: str, playbook_name: str = "quorum.mesos.preflight") -> list[str]:
        """What is refused, a sentence for each host that it names."""
        code, output = self.check(*arguments, playbook_name=playbook_name)
        assert code != 0, output
        messages = re.findall(r'^fatal: \[\w+\]: FAILED! => .*?"msg": "(.*?)"\}$', output, re.MULTILINE)
        assert messages, output
        return messages


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_a_right_inventory_passes(cluster: Cluster) -> None:
    cluster.variables["marathon_url"] = "http://a:8080"
    code, output = cluster.check()
    assert code == 0, output


def test_lists_and_numbers_may_be_text(cluster: Cluster) -> None:
    code, output = cluster.check(
        "-e", "mesos_master_quorum=2", "-e", "mesos_slave_containerizers=docker,mesos",
        "-e", "marathon_java_opts=-Xmx1g", "-e", "zookeeper_four_letter_words=srvr,ruok",
    )  # fmt: skip
    assert code == 0, output


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "zookeeper": (
        {
            "zookeeper_settings": {"clientPort": 2182, "dataLogDir": "/srv", "globalOutstandingLimit": "1\nserver.9=x"},
            "zookeeper_service_settings": {"MemoryMax": "2G\nExecStartPre=/bin/x"},
            "zookeeper_java_opts": ["-Da=%$", "-Db=c\n-Dd=e"],
            "zookeeper_heap_size": "1g $HOME",
            "zookeeper_users": [{"username": "a b", "password": "fake-password"}],
            "zookeeper_container_options": ["--env", "SESAME=fake-sesame"],
            "zookeeper_dynamic_reconfiguration": True,
            "zookeeper_require_authentication": ["sasl"],
            "zookeeper_tls_ca": "/ca.pem",
            "zookeeper_install_method": "container",
            "zookeeper_image": "zookeeper:latest",
        },
        [
            "b: zookeeper_settings has clientPort; set the option zookeeper_client_port instead.",
            "b: zookeeper_settings has dataLogDir; set the option zookeeper_data_log_dir instead.",
            "b: zookeeper_dynamic_reconfiguration is true without zookeeper_super_password; set one, "
            "which changes members.",
            "b: zookeeper_require_authentication has no digest, which zookeeper_dynamic_reconfiguration uses; add it.",
            "b: only some of zookeeper_tls_certificate, zookeeper_tls_key and zookeeper_tls_ca are set; "
            "set all three or none.",
            "b: zookeeper_image",
            "b: zookeeper_settings.globalOutstandingLimit has a line break or another control character; take it out.",
            "b: zookeeper_service_settings.MemoryMax has a line break or another control character; take it out.",
            "b: zookeeper_java_opts has a line break or another control character; take it out.",
            "b: zookeeper_heap_size has a space, '$', which a systemd unit reads as something else; use letters, "
            "digits and _@+.,:/=- alone.",
            "b: zookeeper_users has the username 'a b'; use letters, digits, dots, dashes and underscores.",
            "b: zookeeper_container_options gives the value of SESAME, which everyone on the host can read in the unit "
            "and among the processes; name a file of mode 0600 with --env-file instead.",
        ],
    ),
    "docker": (
        {
            "docker_repository": {"uris": "https://me:secret@mirror.example.org", "suites": "stable"},
            "docker_registry_mirrors": ["mirror.example.org"],
            "docker_log_options": {"max-file": 3},
            "docker_log_driver": "local",
            "docker_daemon_options": {
                "live-restore": True,
                "registry-miror": [],
                "debug": "yes",
                "hosts": ["tcp://0.0.0.0:2375"],
                "log-driver": "journald",
            },
        },
        [
            "d: docker_daemon_options has 'registry-miror', which Docker does not know and would not start with; write "
            "registry-mirrors.",
            "d: docker_daemon_options.debug is 'yes'; write true or false.",
            "d: docker_daemon_options.hosts is given by Docker's unit too (-H), and the daemon does not start with "
            "both; use a drop-in of the unit.",
            "d: docker_repository has no key; set that, or leave the option out where the host knows one.",
            "d: docker_repository.uris has a user; write it into /etc/apt/auth.conf.d or the proxy instead.",
            "d: docker_log_options has a number for max-file, and Docker takes only "
            "text; put it in quotes.",
            "d: docker_registry_mirrors has 'mirror.example.org', which is no URL; write "
            "http:// or https:// before it.",
            "d: docker_daemon_options has live-restore, with which a restart of Docker leaves orphaned containers to "
            "Mesos; remove it.",
            "d: docker_daemon_options says again what docker_log_driver says; leave one of them out.",
        ],
    ),
    "mesos_master": (
        {
            "mesos_master_quorum": 1,
            "mesos_master_cluster": " mine",
            "mesos_master_archive": "files/mesos.tar.gz",
            "mesos_master_flags": {
                "max_agent_ping_timeout": 5,
                "quiet": "yes",
                "quorum": 1,
                "no_quiet": "",
                "acls": "x",
            },
            "mesos_master_offer_timeout": "15s",
            "mesos_master_health_timeout": 60,
            "mesos_master_zk_session_timeout": "1mins",
            "mesos_master_agent_reregister_timeout": "5mins",
            "mesos_master_environment": {"MESOS_NO_QUIET": ""},
            "mesos_master_tls_key": "/nowhere/key",
        },
        [
            "a: mesos_master_quorum is 1, and 3 masters need 2; set that or leave the option out.",
            "a: the value of MESOS_CLUSTER in the mesos_master_ options has white space at its start or end, which an "
            "environment file does not keep; change it or put it into a file and name that file (file:///...).",
            "a: mesos_master_archive is the relative path files/mesos.tar.gz; write the whole path, for example with "
            "{{ inventory_dir }}.",
            "a: mesos_master_flags has the flag 'max_agent_ping_timeout', which the program does not know; "
            "write max_agent_ping_timeouts.",
            "a: mesos_master_flags.quiet is 'yes'; write true or false.",
            "a: mesos_master_flags has quorum; set the option mesos_master_quorum instead.",
            "a: mesos_master_flags has the flag 'no_quiet', which the program does not know; write quiet: false.",
            "a: mesos_master_flags.acls is neither JSON nor the path of a file; write JSON, /path or file:///path.",
            "a: mesos_master_offer_timeout is '15s'; write a number and a unit: "
            "ns, us, ms, secs, mins, hrs, days or weeks, like 15secs.",
            "a: mesos_master_health_timeout is 60 seconds, and a master is healthy again only when ZooKeeper has ended "
            "its old session, after mesos_master_zk_session_timeout, which is 1mins; raise the first above the second.",
            "a: agent_reregister_timeout is 5mins, and the master starts with no less than 10mins; raise it.",
            "a: mesos_master_environment has MESOS_NO_QUIET; set mesos_master_flags.quiet instead, where it is "
            "checked.",
            "a: mesos_master_tls_key is set without mesos_master_tls_certificate and mesos_master_tls_ca; set all "
            "three or none.",
        ],
    ),
    "mesos_slave": (
        {
            "mesos_slave_attributes": ["rack"],
            "mesos_slave_resources": {"cpus": "many", "ports": ["8000-9000"]},
            "mesos_slave_archive_checksum": "md5:0",
            "mesos_slave_containerizers": "dokcer,mesos",
            "mesos_slave_gc_delay": "1d",
            "mesos_slave_service_settings": {"Environment": "SESAME=fake-sesame"},
            "mesos_slave_credential": {"principal": "agents"},
            "mesos_slave_authenticate_http_readonly": True,
            "mesos_slave_tls_certificate": "/nowhere/certificate",
            "mesos_slave_zookeeper_username": "mesos",
            "mesos_slave_environment": {"MESOS_GC_DELAY": "1weeks"},
            "mesos_slave_flags": {"isolatoin": "posix/cpu", "gc_delay": "15s", "fetcher_cache_size": "2G", "port": "x"},
        },
        [
            "d: mesos_slave_attributes has 'rack', which is no name:value; write it like rack:a.",
            "d: mesos_slave_resources has 'cpus:many', which is no number; write one, like cpus:4.",
            "d: mesos_slave_archive_checksum is 'md5:0'; write the archive's SHA-256 as sha256:<64 hex digits>.",
            "d: mesos_slave_containerizers has 'dokcer', which Mesos does not know; write docker.",
            "d: mesos_slave_service_settings has Environment, which everyone on the host can read in the unit; set "
            "mesos_slave_environment instead.",
            "d: mesos_slave_gc_delay is '1d'; write a number and a unit: "
            "ns, us, ms, secs, mins, hrs, days or weeks, like 15secs.",
            "d: mesos_slave_credential has no secret; write {principal: ..., secret: ...}.",
            "d: mesos_slave_authenticate_http_readonly is set, and nobody could ask the agent; set "
            "mesos_slave_http_credentials.",
            "d: mesos_slave_tls_certificate is set without mesos_slave_tls_key and mesos_slave_tls_ca; set all three "
            "or none.",
            "d: mesos_slave_zookeeper_username and mesos_slave_zookeeper_password come together; set both or none.",
            "d: mesos_slave_environment has MESOS_GC_DELAY; set mesos_slave_flags.gc_delay instead, where it is "
            "checked.",
            "d: mesos_slave_flags has the flag 'isolatoin', which the program does not know; write isolation.",
            "d: mesos_slave_flags.gc_delay is '15s'; write a number and a unit: "
            "ns, us, ms, secs, mins, hrs, days or weeks, like 15secs.",
            "d: mesos_slave_flags.fetcher_cache_size is '2G'; write a number and a unit: "
            "B, KB, MB, GB or TB, like 2GB.",
            "d: mesos_slave_flags.port is 'x'; write a whole number.",
            "d: mesos_slave_flags has port; set the option mesos_slave_port instead.",
        ],
    ),
    "package": (
        {"mesos_master_install_method": "package"},
        [
            "a: mesos_master_package_version is not set; give the exact version of the package mesos, as "
            "`apt-cache madison mesos` or `dnf list --showduplicates mesos` shows it.",
        ],
    ),
    "container": (
        {"mesos_slave_install_method": "container", "mesos_slave_image": "mesos:latest"},
        [
            "d: mesos_slave_image is 'mesos:latest', which has the tag latest and may be another one tomorrow; "
            "give a tag that stays, or a digest.",
        ],
    ),
    "marathon": (
        {
            "marathon_archive": "",
            "marathon_flags": {
                "task_launch_timeou": 1,
                "reporter_graphite": "x",
                "metrics_statsd_host": "x",
                "group_versions_cache_size": 100,
                "default_accepted_resource_roles": "*",
            },
            "marathon_environment": {"MARATHON_ZK": "zk://a/b"},
            "marathon_zk": "zk://me:hidden@a",
            "marathon_http_credentials": {"username": "a:b"},
            "marathon_mesos_principal": "marathon",
            "marathon_plugin_dir": "/srv/plugins",
            "marathon_metrics_statsd": {"host": "x"},
            "marathon_disable_http": True,
            "marathon_keystore_password": "hidden",
            "marathon_logging_level": "loud",
            "marathon_local_port_min": 20000,
            "mesos_slave_executor_registration_timeout": "10mins",
        },
        [
            "a: marathon_flags.reporter_graphite is no flag after Marathon 1.7; set metrics_statsd or read "
            "/metrics/prometheus.",
            "a: marathon_flags.default_accepted_resource_roles is no flag after Marathon 1.9; set "
            "accepted_resource_roles_default_behavior.",
            "a: marathon_flags has metrics_statsd_host; set the option marathon_metrics_statsd instead.",
            "a: marathon_zk is 'zk://***@a', which names no ZooKeeper; put hosts into the group zookeeper or set it to "
            "zk://host:port,.../marathon.",
            "a: marathon_http_credentials has no password; write {username: ..., password: ...}.",
            "a: the username in marathon_http_credentials has a colon; choose another.",
            "a: marathon_mesos_principal and marathon_mesos_secret come together; set both or none.",
            "a: marathon_plugin_dir and marathon_plugin_conf come together; set both or none.",
            "a: marathon_metrics_statsd has no port; write {host: ..., port: ...}.",
            "a: marathon_disable_http is true and there is no certificate for HTTPS, so nothing would answer; set "
            "marathon_tls_certificate or marathon_keystore.",
            "a: marathon_keystore_password is set without marathon_keystore; set it too, or leave both out.",
            "a: marathon_logging_level is 'loud'; write off or error or warn or info or debug or trace or all.",
            "a: service ports are given from marathon_local_port_min 20000 to marathon_local_port_max 20000; the first "
            "must be the lower one, and both from 1 to 65535.",
            "a: group_versions_cache_size is 100 and marathon_max_running_deployments 100, and Marathon starts only "
            "with more than twice as many versions as deployments; set marathon_flags.group_versions_cache_size to 201 "
            "or more.",
            "a: marathon_task_launch_timeout is 300000 ms, and d may take 10mins to pull an image "
            "(mesos_slave_executor_registration_timeout), so Marathon would end tasks that are about to start; raise "
            "it to 600000.",
            "a: marathon_archive is not set; give the URL or the path of an archive, and marathon_archive_checksum.",
            "a: marathon_flags has the flag 'task_launch_timeou', which the program does not know; "
            "write task_launch_timeout.",
            "a: marathon_environment has MARATHON_ZK; give flags with marathon_flags, where they are checked.",
        ],
    ),
}


CLASHES: dict[str, tuple[dict[str, Any], str]] = {
    "Marathon and master": ({"marathon_http_port": 5050}, "mesos_master_port and marathon_http_port are both 5050"),
    "Marathon and agent": ({"marathon_http_port": 5051}, "mesos_slave_port and marathon_http_port are both 5051"),
    "Marathon and ZooKeeper": (
        {"marathon_http_port": "2181"},
        "zookeeper_client_port and marathon_http_port are both 2181",
    ),
    "agent and master": ({"mesos_slave_port": 5050}, "mesos_master_port and mesos_slave_port are both 5050"),
    "an offered port": (
        {"mesos_slave_resources": {"ports": ["8000-9000", "31000-32000"]}},
        "the agent offers port 8080 to tasks (8000-9000 of the ports in mesos_slave_resources), and it is "
        "marathon_http_port of this host",
    ),
}
MEANT = {
    "mesos_master_qurom": "mesos_master_quorum",
    "docker_daemon_option": "docker_daemon_options",
    "mesos_quorum": "mesos_master_quorum",
    "mesos_containerizers": "mesos_slave_containerizers",
    "mesos_ip": "mesos_master_ip or mesos_slave_ip",
    "mesos_agent_attributes": "mesos_slave_attributes",
    "mesos_agent_resources": "mesos_slave_resources",
    "mesos_masters_quorum": "mesos_master_quorum",
    "marathon_zookeeper_connect": "marathon_zk",
}


@pytest.mark.parametrize("case", list(CLASHES))
def test_two_services_of_one_host_on_one_port(cluster: Cluster, case: str) -> None:
    settings, sentence = CLASHES[case]
    cluster.hosts = {group: ["a"] for group in cluster.hosts}
    cluster.variables.update(settings)
    assert f"a: {sentence}" in " ".join(cluster.refusals())


def test_what_other_roles_call_an_option(cluster: Cluster) -> None:
    # A variable of the user's own, and one from which an option is set.
    cluster.variables.update({"mesos_datacentre": "x", "docker_users": ["me"], "mesos_work_dir": "/srv/mesos"})
    cluster.variables.update({"mesos_slave_work_dir": "{{ mesos_work_dir }}", **dict.fromkeys(MEANT, "1")})
    refused = " ".join(cluster.refusals())
    for name, meant in MEANT.items():
        assert f"a: the variable '{name}' is no option of the role; write {meant}." in refused
    assert refused.count("is no option") % len(MEANT) == 0
    assert "mesos_work_dir" not in refused


@pytest.mark.parametrize("role", ["zookeeper", "marathon"])
def test_one_heap_is_enough(cluster: Cluster, role: str) -> None:
    cluster.variables.update({f"{role}_heap_size": "1g", f"{role}_java_opts": ["-Xmx2g"]})
    refused = " ".join(cluster.refusals())
    assert f"a: {role}_heap_size is 1g, and {role}_java_opts has a heap of its own; set one of them." in refused


@pytest.mark.parametrize("role", list(WRONG))
def test_wrong_settings(cluster: Cluster, role: str) -> None:
    settings, sentences = WRONG[role]
    cluster.variables.update(settings)
    refused = " ".join(cluster.refusals())
    for sentence in sentences:
        assert sentence in refused
    assert "fake-" not in refused


def test_a_wrong_checksum(cluster: Cluster) -> None:
    cluster.variables["mesos_slave_archive_checksum"] = f"sha256:{'0' * 64}"
    assert cluster.refusals() == [
        f"d: mesos_slave_archive is {cluster.archive}, whose checksum is sha256:{cluster.digest}, and "
        f"mesos_slave_archive_checksum expects sha256:{'0' * 64}; fetch the archive again or correct the checksum."
    ]


def test_an_even_number_of_zookeeper_hosts(cluster: Cluster) -> None:
    cluster.hosts["zookeeper"] = ["a", "b"]
    assert sorted(cluster.refusals()) == [
        f"{host}: the group zookeeper has 2 hosts (a, b), which survive no more failures than one fewer; "
        "add or remove one, so that their number is odd."
        for host in ("a", "b")
    ]


def test_observers_do_not_count(cluster: Cluster) -> None:
    cluster.hosts["zookeeper"] = ["a", "b", "c", "d"]
    cluster.host_variables["d"] = {"zookeeper_observer": True}
    code, output = cluster.check()
    assert code == 0, output
    cluster.host_variables["c"] = {"zookeeper_observer": True}
    assert "a: the group zookeeper has 2 voters (a, b), which survive no more failures" in " ".join(cluster.refusals())


def test_tls_without_a_certificate(cluster: Cluster) -> None:
    cluster.variables.update(zookeeper_quorum_tls="accept", zookeeper_secure_client_port=2281)
    refused = " ".join(cluster.refusals())
    assert "a: zookeeper_quorum_tls is accept without a certificate; set zookeeper_tls_certificate, " in refused
    assert "a: zookeeper_secure_client_port is set without a certificate; set zookeeper_tls_certificate, " in refused


def test_an_id_given_twice(cluster: Cluster) -> None:
    cluster.host_variables["b"] = {"zookeeper_id": 1}
    assert (
        "c: the ids of the ensemble are 1, 1, 3 for a, b, c; give every host a zookeeper_id of its own from 1 to 255."
        in cluster.refusals()
    )


NO_MASTER: dict[str, Any] = {
    "running": False, "configured": False, "registry": False, "registry_path": "/w/replicated_log", "quorum": None,
    "ensemble_size": None, "tls": False, "downgrade": False, "alive_elsewhere": [], "strangers": None, "leftovers": [],
}  # fmt: skip
MASTER = {**NO_MASTER, "running": True, "configured": True, "registry": True}


def found(states: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Arguments with which the masters' preflight believes to have found these states."""
    return "-e", json.dumps({"states": states, "__mesos_master_state": "{{ states[inventory_hostname] }}"})


def masters_only(cluster: Cluster) -> None:
    for group in ("mesos_slaves", "marathon"):
        del cluster.hosts[group]


def test_new_masters_beside_running_ones(cluster: Cluster) -> None:
    cluster.hosts["mesos_masters"] = ["a", "b", "c", "d", "e"]
    old = {name: {**MASTER, "quorum": 2, "ensemble_size": 3} for name in "abc"}
    masters_only(cluster)
    code, output = cluster.check(*found({**old, "d": NO_MASTER, "e": NO_MASTER}))
    assert code == 0, output


def test_one_master_does_not_become_three_unasked(cluster: Cluster) -> None:
    states = {"a": {**MASTER, "quorum": 1, "ensemble_size": 1}, "b": NO_MASTER, "c": NO_MASTER}
    masters_only(cluster)
    assert (
        "b: a is the only master with a registry, and with the quorum 2 new ones would wait for each other for ever; "
        "set mesos_master_seed_registry: true, with which a is stopped for some seconds and its registry copied to b."
    ) in cluster.refusals(*found(states))
    cluster.variables["mesos_master_seed_registry"] = True
    code, output = cluster.check(*found(states))
    assert code == 0, output


def test_masters_that_left_the_group_and_run(cluster: Cluster) -> None:
    states = {name: {**MASTER, "quorum": 3, "ensemble_size": 5} for name in "abc"}
    masters_only(cluster)
    assert (
        "a: 5 masters take part in the registry, and the group has 3 (a, b, c); stop those that left the group for "
        "good first (playbook quorum.mesos.mesos_masters_remove), or put them back."
    ) in cluster.refusals(*found(states))


def test_tls_for_a_running_cluster(cluster: Cluster, tmp_path: Path) -> None:
    pem = tmp_path / "any.pem"
    pem.write_text("x")
    cluster.variables.update({f"mesos_master_tls_{name}": str(pem) for name in ("certificate", "key", "ca")})
    states = {name: {**MASTER, "quorum": 2, "ensemble_size": 3} for name in "abc"}
    masters_only(cluster)
    for sentence in cluster.refusals(*found(states)):
        assert "the running master speaks no TLS" in sentence
        assert "run first with mesos_master_tls_downgrade: true." in sentence
    cluster.variables["mesos_master_tls_downgrade"] = True
    code, output = cluster.check(*found(states))
    assert code == 0, output


NO_SERVER: dict[str, Any] = {
    "written": False, "lines": [], "dynamic": False, "tls": "disabled", "data": False, "directories": ["/data"],
    "epoch": None, "server": {"address": "?:2181", "mode": None, "zxid": None}, "elsewhere": [], "leaving": [],
}  # fmt: skip
SERVER = {**NO_SERVER, "written": True, "data": True, "epoch": 1}
OF_THREE = {**SERVER, "lines": [f"server.{number}={host}:2888:3888;2181" for number, host in enumerate("abc", 1)]}


def servers(states: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """Arguments with which ZooKeeper's preflight believes to have found these states."""
    return "-e", json.dumps({"servers": states, "__zookeeper_state": "{{ servers[inventory_hostname] }}"})


def test_new_zookeeper_servers_that_need_no_old_one(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    refused = cluster.refusals(*servers({"a": SERVER, "b": NO_SERVER, "c": NO_SERVER}))
    assert len(refused) == 3
    for sentence in refused:
        assert "2 of the 3 voters in the group zookeeper are new (b, c), a majority that could elect" in sentence
        assert "(--limit a)" in sentence


CUT = "a: 2 of the 3 voters would leave at once"


@pytest.mark.parametrize("tags", ["configure", "service", "health"])
def test_the_guards_of_zookeeper_run_with_any_tag(cluster: Cluster, tags: str) -> None:
    cluster.hosts = {"zookeeper": ["a"]}
    (refused,) = cluster.refusals(*servers({"a": OF_THREE}), "--tags", tags, playbook_name="quorum.mesos.zookeeper")
    assert CUT in refused


def test_the_check_of_all_hosts_runs_with_any_tag(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a"]}
    code, output = cluster.check(*servers({"a": OF_THREE}), "--tags", "configure", playbook_name="quorum.mesos.site")
    assert code != 0
    assert CUT in output
    assert "PLAY [Run ZooKeeper]" not in output


@pytest.mark.parametrize("tags", ["configure", "service"])
def test_one_of_three_masters_that_is_stopped_does_not_go_on_alone(cluster: Cluster, tags: str) -> None:
    cluster.hosts.update(mesos_masters=["a"])
    masters_only(cluster)
    state = {**MASTER, "running": False, "quorum": 2}
    (refused,) = cluster.refusals(*found({"a": state}), "--tags", tags, playbook_name="quorum.mesos.mesos_masters")
    assert "a: the masters have the quorum 2, and the group has only 1 (a)" in refused


UNCHECKED = "the checks of the role were left out, so nothing is changed; run it without --start-at-task"
LEFT_OUT = [
    ("zookeeper", ["--skip-tags", "always"]),
    ("zookeeper", ["--skip-tags", "preflight", "--tags", "service"]),
    ("zookeeper", ["--start-at-task", "quorum.mesos.zookeeper : Start ZooKeeper now and at boot"]),
    ("docker", ["--skip-tags", "always"]),
    ("mesos_masters", ["--skip-tags", "always,install"]),
    ("mesos_masters", ["--start-at-task", "quorum.mesos.mesos_master : Learn what the master is now"]),
    ("mesos_slaves", ["--skip-tags", "always,install"]),
    ("marathon", ["--skip-tags", "always,install"]),
    ("marathon", ["--start-at-task", "quorum.mesos.marathon : Write the environment file and the unit"]),
    ("network", ["--skip-tags", "always", "-e", "quorum_hosts_file=present"]),
]


@pytest.mark.parametrize(("playbook_name", "arguments"), LEFT_OUT, ids=[" ".join([p, *a[:2]]) for p, a in LEFT_OUT])
def test_nothing_runs_without_the_guards(cluster: Cluster, playbook_name: str, arguments: list[str]) -> None:
    for host in "ad":
        cluster.host_variables[host] = {"mesos_master_zk": "zk://localhost:9/mesos"}
    name = f"quorum.mesos.{playbook_name}"
    code, output = cluster.check(*arguments, playbook_name=name)
    assert code != 0
    # A task with a loop says it for every item.
    refused = re.findall(r"^(?:fatal|failed): .*$", output, re.MULTILINE)
    assert refused
    assert [line for line in refused if UNCHECKED not in line] == []


def test_new_zookeeper_servers_beside_one_that_is_left_out(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    states = servers({"b": NO_SERVER, "c": NO_SERVER})
    for sentence in cluster.refusals(*states, "--limit", "b,c", playbook_name="quorum.mesos.zookeeper"):
        assert "could elect a leader without the data that a may have, which the play leaves out" in sentence


def test_no_zookeeper_at_all(cluster: Cluster) -> None:
    del cluster.hosts["zookeeper"]
    refused = cluster.refusals()
    assert (
        "a: mesos_master_zk is 'zk:///mesos', which names no ZooKeeper; put hosts into the group zookeeper or set "
        "mesos_master_zk to zk://host:port,.../mesos."
    ) in refused


def test_another_init(cluster: Cluster) -> None:
    assert "a: its init is upstart and must be systemd; use a host that was booted with systemd." in cluster.refusals(
        "-e", "service_mgr=upstart"
    )


@pytest.mark.parametrize(
    ("family", "system", "version", "known"),
    [
        ("Debian", "Debian", "13", True),
        ("Debian", "Ubuntu", "24.04", True),
        ("RedHat", "Rocky", "9.4", True),
        ("RedHat", "CentOS", "7.9", True),
        ("Debian", "Debian", "11.9", False),
        ("Debian", "Ubuntu", "23.10", False),
        ("RedHat", "Fedora", "42", False),
        ("Suse", "openSUSE Leap", "15.5", False),
    ],
)
def test_systems(cluster: Cluster, family: str, system: str, version: str, known: bool) -> None:
    facts = json.dumps({"os_family": family, "distribution": system, "distribution_version": version})
    if known:
        code, output = cluster.check("-e", facts)
        assert code == 0, output
        return
    assert (
        f"a: it runs {system} {version}, which the roles do not know; use Debian 12 or 13, Ubuntu 22.04 or 24.04, "
        "or RHEL 7, 8 or 9 or what is built from it."
    ) in cluster.refusals("-e", facts)


SEEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a port that another unit has": (
        {"ports": [{"port": 5050, "pid": 7, "process": "nginx", "units": ["nginx.service"], "container": None}]},
        {},
        "a: its port 5050 (mesos_master_port) is taken by nginx.service (nginx, process 7); "
        "stop that or choose another port.",
    ),
    "a port that nobody knows": (
        {"ports": [{"port": 3888, "pid": None, "process": None, "units": [], "container": None}]},
        {},
        "a: its port 3888 (zookeeper_election_port) is taken by a program that cannot be seen; "
        "stop that or choose another port.",
    ),
    "no disk": (
        {"directories": {"/data/zk": {"free": 10, "all": 99}}},
        {"zookeeper_data_dir": "/data/zk"},
        "a: /data/zk (zookeeper_data_dir) has 10 MiB left of 99, and quorum_minimum_disk is 512; "
        "make room there or lower the limit.",
    ),
    "a file system that was mounted read-only after an error": (
        {"directories": {"/etc": {"free": 10, "all": 99, "read_only": True, "full": False}}},
        {},
        "a: /etc (settings and units) is on a read-only file system; mount it so that it can be written, and see dmesg "
        "for why it is not.",
    ),
    "no inodes": (
        {"directories": {"/var/lib/mesos/master": {"free": 999, "all": 999, "read_only": False, "full": True}}},
        {},
        "a: /var/lib/mesos/master (mesos_master_work_dir) is on a file system that is full (df and df -i tell of "
        "blocks and inodes); make room there.",
    ),
    "a master that was stopped by hand": (
        {"services": {"mesos-master": {"masked": False, "stopped": "Sun 2026-11-29 19:12:01 UTC"}}},
        {},
        "a: mesos-master has run and was stopped by somebody, or ended as it was told to (since Sun 2026-11-29 "
        "19:12:01 UTC); start it (systemctl start mesos-master), or let the roles start it with "
        "-e quorum_start_stopped=true.",
    ),
    "a masked Marathon": (
        {"services": {"marathon": {"masked": True, "stopped": None}}},
        {"quorum_start_stopped": True},
        "a: marathon is masked, so that nothing starts it; unmask it (systemctl unmask marathon), or take the host "
        "out of the group.",
    ),
    "no memory": (
        {"memory": 256},
        {},
        "a: it has 256 MiB of memory, and quorum_minimum_memory is 512; give it more or lower the limit.",
    ),
    "another id": (
        {"files": {"/var/lib/zookeeper/myid": "2"}},
        {"zookeeper_id": "{{ {'a': 1, 'b': 2, 'c': 3}[inventory_hostname] }}"},
        "a: its data belongs to server 2 (/var/lib/zookeeper/myid), and the inventory makes it server 1; "
        "set zookeeper_id to 2 for it, or empty /var/lib/zookeeper for a new server.",
    ),
    "control groups of version 2": (
        {"cgroup": 2},
        {"mesos_slave_isolation": ["cgroups/cpu"]},
        "d: mesos_slave_isolation has cgroups/cpu, and the host has control groups of version 2 alone, which Mesos "
        "1.11 cannot use; leave that out, boot it with systemd.unified_cgroup_hierarchy=0, or set "
        "mesos_slave_launcher to linux for a program that can use them.",
    ),
    "an unknown name": (
        {},
        {"quorum_minimum_memry": 1},
        "a: the variable 'quorum_minimum_memry' is no option of the role; write quorum_minimum_memory.",
    ),
    "one address twice": (
        {},
        {"quorum_address": "{{ '10.0.0.1' if inventory_hostname in 'ad' else '10.0.0.' ~ inventory_hostname }}"},
        "a: the hosts a, d have the same address 10.0.0.1; give each its own with quorum_address.",
    ),
    "a name where a firewall needs an address": (
        {},
        {"quorum_firewall": "nftables"},
        "a: the address 'a' of a host is a name, of which neither a hosts file nor a firewall can make use; "
        "give the host its IP address with quorum_address.",
    ),
    "no network": (
        {},
        {"quorum_hosts_file": "present", "quorum_firewall_sources": ["10.0.0.0/33"]},
        "a: quorum_firewall_sources has '10.0.0.0/33', which is no network; write it like 10.0.0.0/8.",
    ),
    "a port that would be another rule": (
        {},
        {
            "quorum_firewall": "nftables", "mesos_slave_resources": "ports:[1-2 } accept]",
            "quorum_address": "10.0.0.{{ 'abcd'.index(inventory_hostname) + 1 }}",
        },
        "mesos_slave_resources has '1-2 } accept', which is no port; write a number or a range like 31000-32000.",
    ),
    "an unknown firewall": (
        {},
        {"quorum_firewall": "iptables"},
        "a: quorum_firewall is 'iptables'; write nftables, firewalld, ufw, absent or nothing.",
    ),
    "a hosts file of yes": (
        {},
        {"quorum_hosts_file": True},
        "a: quorum_hosts_file is 'True'; write present, absent or nothing.",
    ),
    "a port that no firewall can know": (
        {},
        {"quorum_firewall": "ufw"},
        "a: behind ufw the masters reach Marathon only on a port that is known beforehand; "
        "set LIBPROCESS_PORT in marathon_environment to a free port.",
    ),
    "a firewall that does not run": (
        {"units": {"firewalld": False}},
        {"quorum_firewall": "firewalld"},
        "a: quorum_firewall is firewalld, which does not run there; start it, or choose nftables.",
    ),
    "an address of the host alone": (
        {},
        {"quorum_address": "{{ '127.0.1.1' if inventory_hostname == 'b' else inventory_hostname }}"},
        "a: the address of b is 127.0.1.1, where no other host reaches it; set its quorum_address.",
    ),
}


@pytest.mark.parametrize("case", list(SEEN))
def test_what_the_host_is_like(cluster: Cluster, case: str) -> None:
    seen, settings, sentence = SEEN[case]
    cluster.variables.update(settings)
    assert sentence in " ".join(cluster.refusals("-e", json.dumps({"seen": seen})))


def test_what_a_host_may_be_like(cluster: Cluster) -> None:
    ports = {2181: "zookeeper.service", 5050: "mesos-master.service", 5051: "mesos-slave.service", 22: "ssh.service"}
    seen = {
        "ports": [
            {"port": port, "pid": None, "process": None, "units": [unit], "container": None}
            for port, unit in ports.items()
        ]
        + [{"port": 8080, "pid": 9, "process": "java", "units": ["docker.service"], "container": "marathon"}],
        "cgroup": 2,
    }
    here = {host: {"files": {"/var/lib/zookeeper/myid": number}} for host, number in zip("abc", "12x", strict=True)}
    code, output = cluster.check("-e", json.dumps({"seen": seen, "seen_here": here}))
    assert code == 0, output


def test_a_clock_that_is_wrong(cluster: Cluster) -> None:
    here = {"b": {"clock": {"least": 29.9, "most": 30.4}}}
    (refused,) = cluster.refusals("-e", json.dumps({"seen_here": here}))
    assert refused == (
        "b: its clock is at least 29.8 s ahead of that of c, and quorum_clock_skew is 10; "
        "let chrony or systemd-timesyncd set the clocks."
    )
    assert cluster.check("-e", json.dumps({"seen_here": here}), "-e", "quorum_clock_skew=30")[0] == 0


def archive_with(path: Path, *names: str) -> dict[str, Any]:
    """An archive of Marathon that needs no package of the role."""
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "marathon_packages": [], "marathon_archive": str(path), "marathon_archive_checksum": f"sha256:{digest}",
    }  # fmt: skip


def test_a_marathon_without_libmesos(cluster: Cluster, tmp_path: Path) -> None:
    refused = {
        # Its master is from an image, which has none for other programs.
        "c": {"mesos_master_install_method": "container", "mesos_master_image": "mesos:1.11.0"},
        "without": {},
        "jar": archive_with(tmp_path / "real.tgz", "bin/marathon", "lib/marathon.jar"),
    }
    accepted = {
        # It has an agent from an archive.
        "d": {},
        "engine": archive_with(tmp_path / "engine.tgz", "bin/marathon", "lib/python/x.py"),
        "image": {"marathon_install_method": "container", "marathon_image": "marathon:1.11.24"},
        "option": {"marathon_native_library": "/srv/libmesos.so"},
        "variable": {"marathon_environment": {"MESOS_NATIVE_JAVA_LIBRARY": "/srv/libmesos.so"}},
        "by_hand": {},
    }
    cluster.hosts["marathon"] = [*refused, *accepted]
    cluster.host_variables = {**refused, **accepted}
    seen = {"by_hand": {"libmesos": "/usr/lib/libmesos.so"}}
    assert sorted(cluster.refusals("-e", json.dumps({"seen_here": seen}))) == [
        f"{host}: Marathon's program runs on Java and loads libmesos, and this host has no Mesos from an archive or a "
        "package; set marathon_native_library to the path of a libmesos.so there, or put the host into the group of "
        "the masters or the agents."
        for host in sorted(refused)
    ]


def test_no_group_of_ours(cluster: Cluster) -> None:
    cluster.hosts = {"web": ["a"]}
    code, output = cluster.check()
    assert code != 0
    assert (
        "The inventory has no host in any of the groups zookeeper, mesos_masters, mesos_slaves, marathon, "
        "load_balancers; put hosts into them or give the inventory with -i."
    ) in output


def test_a_limit_leaves_the_rest_of_the_cluster_in_what_is_computed(cluster: Cluster) -> None:
    cluster.variables["quorum_address"] = "{{ '10.0.0.1' if inventory_hostname in 'ad' else inventory_hostname }}"
    (refused,) = cluster.refusals("--limit", "b")
    assert refused == "b: the hosts a, d have the same address 10.0.0.1; give each its own with quorum_address."


def test_site_checks_before_it_changes() -> None:
    site = yaml.safe_load((HERE.parent.parent / "playbooks" / "site.yml").read_text())
    assert site[0]["ansible.builtin.import_playbook"] == "preflight.yml"
