"""Wrong settings end before anything changes, in one sentence with the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host
from spoilt_inventory import Cluster

ROLES = Path(__file__).resolve().parents[2] / "roles"


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
    "host": (
        {
            "quorum_minimum_memory": "2GB",
            "quorum_minimum_disk": "1.5",
            "quorum_clock_skew": "5s",
            "quorum_start_stopped": "maybe",
            "quorum_drain_surge": "flase",
            "quorum_lock_break": "yse",
            "quorum_uninstall": "treu",
        },
        [
            "a: quorum_minimum_memory is '2GB'; write a whole number (MiB).",
            "a: quorum_minimum_disk is '1.5'; write a whole number (MiB).",
            "a: quorum_clock_skew is '5s'; write a number (seconds).",
            "a: quorum_start_stopped is 'maybe'; write true or false.",
            "a: quorum_drain_surge is 'flase'; write true or false.",
            "a: quorum_lock_break is 'yse'; write true or false.",
            "a: quorum_uninstall is 'treu'; write true or false.",
        ],
    ),
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
            "d: docker_log_options has a number for max-file, and Docker takes only text; put it in quotes.",
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
    "haproxy": (
        {
            "haproxy_timeouts": {"server": 60, "tunnel": "2h"},
            "haproxy_hard_stop_after": "600",
            "haproxy_app_groups": ["external,internal", "team"],
        },
        [
            "d: haproxy_timeouts.server is 60; write a number and its unit (us, ms, s, m, h or d), like 60s.",
            "d: haproxy_hard_stop_after is '600'; write a number and its unit (us, ms, s, m, h or d), like 60s.",
            "d: haproxy_app_groups has 'external,internal', which no HAPROXY_GROUP can match; write each group as an "
            "entry of its own, without commas and without blanks around it.",
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
    cluster.shrink()
    cluster.variables.update({"mesos_datacentre": "x", "docker_users": ["me"], "mesos_work_dir": "/srv/mesos"})
    cluster.variables.update({"mesos_slave_work_dir": "{{ mesos_work_dir }}", **dict.fromkeys(MEANT, "1")})
    refused = " ".join(cluster.refusals())
    for name, meant in MEANT.items():
        assert f"a: the variable '{name}' is no option of the role; write {meant}." in refused
    assert refused.count("is no option") % len(MEANT) == 0
    assert "mesos_work_dir" not in refused


@pytest.mark.parametrize("role", ["zookeeper", "marathon"])
def test_one_heap_is_enough(cluster: Cluster, role: str) -> None:
    cluster.shrink()
    cluster.variables.update({f"{role}_heap_size": "1g", f"{role}_java_opts": ["-Xmx2g"]})
    refused = " ".join(cluster.refusals())
    assert f"a: {role}_heap_size is 1g, and {role}_java_opts has a heap of its own; set one of them." in refused


@pytest.mark.parametrize("role", list(WRONG))
def test_wrong_settings(cluster: Cluster, role: str) -> None:
    settings, sentences = WRONG[role]
    if role == "zookeeper":
        cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    elif role == "host":
        cluster.shrink()
    elif role in ("mesos_master", "package"):
        cluster.hosts = {group: cluster.hosts[group] for group in ("zookeeper", "mesos_masters")}
    else:
        cluster.shrink(agent=True)
    if role == "haproxy":
        cluster.hosts["load_balancers"] = cluster.hosts.pop("mesos_slaves")
    cluster.variables.update(settings)
    refused = " ".join(cluster.refusals())
    for sentence in sentences:
        assert sentence in refused
    assert "fake-" not in refused


def test_every_number_and_switch_of_a_host_is_read() -> None:
    specs = yaml.safe_load((ROLES / "_common" / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    types = {name: option["type"] for name, option in specs["network"]["options"].items()}
    assert set(host._VARIABLES) == {name for name, kind in types.items() if kind not in ("str", "list")}


def test_a_wrong_checksum(cluster: Cluster) -> None:
    cluster.shrink(agent=True)
    cluster.variables["mesos_slave_archive_checksum"] = f"sha256:{'0' * 64}"
    assert cluster.refusals() == [
        f"d: mesos_slave_archive is {cluster.archive}: its checksum is sha256:{cluster.digest} and "
        f"mesos_slave_archive_checksum expects sha256:{'0' * 64}; fetch the archive again or correct the checksum."
    ]


def test_tls_without_a_certificate(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a"]}
    cluster.variables.update(zookeeper_quorum_tls="accept", zookeeper_secure_client_port=2281)
    refused = " ".join(cluster.refusals())
    assert "a: zookeeper_quorum_tls is accept without a certificate; set zookeeper_tls_certificate, " in refused
    assert "a: zookeeper_secure_client_port is set without a certificate; set zookeeper_tls_certificate, " in refused
