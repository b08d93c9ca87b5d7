"""Who may ask what: plain text and strangers are refused everywhere, and who has password and certificate is served."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests
from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError, SessionClosedRequireSaslError
from kazoo.handlers.threading import KazooTimeoutError
from lab_cluster import eventually

from lab import ca
from lab.config import Host
from lab.hosts.containers import container_name

if TYPE_CHECKING:
    from conftest import Secured

MASTER, AGENT, MARATHON = ("mesos_masters", 5050), ("mesos_slaves", 5051), ("marathon", 8443)
CLOSED = [
    (*MASTER, "/state", "operator"),
    (*MASTER, "/flags", "operator"),
    (*MASTER, "/metrics/snapshot", "operator"),
    (*AGENT, "/state", "operator"),
    (*AGENT, "/metrics/snapshot", "operator"),
    (*MARATHON, "/v2/apps", "marathon"),
    (*MARATHON, "/v2/info", "marathon"),
]


@pytest.mark.parametrize(("group", "port", "path", "user"), CLOSED)
def test_who_has_the_password_is_served_through_tls(
    secured: Secured, group: str, port: int, path: str, user: str
) -> None:
    for host in secured.config.in_group(group):
        # Followers send on to the leader; the next test shows that they do so only for those with a password.
        assert secured.get(host, port, path, user).status_code in (200, 307), host.name


@pytest.mark.parametrize(("group", "port", "path", "user"), CLOSED)
def test_who_has_no_password_is_refused(secured: Secured, group: str, port: int, path: str, user: str) -> None:
    for host in secured.config.in_group(group):
        assert secured.get(host, port, path).status_code == requests.codes.unauthorized, host.name


@pytest.mark.parametrize(("group", "port"), [MASTER, AGENT, MARATHON, ("marathon", 8080)])
def test_plain_text_is_refused(secured: Secured, group: str, port: int) -> None:
    for host in secured.config.in_group(group):
        with pytest.raises(requests.ConnectionError):
            secured.get(host, port, "/", scheme="http")


@pytest.mark.parametrize(("group", "port"), [MASTER, AGENT, MARATHON, ("zookeeper", 2182)])
def test_who_trusts_another_authority_gets_no_connection(secured: Secured, group: str, port: int) -> None:
    for host in secured.config.in_group(group):
        with (
            socket.create_connection((host.address, port), timeout=5) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname=host.name)


@pytest.mark.parametrize(("group", "port"), [MASTER, AGENT])
def test_who_shows_no_certificate_gets_no_answer(secured: Secured, group: str, port: int) -> None:
    for host in secured.config.in_group(group):
        assert secured.get(host, port, "/version", "operator").ok, host.name
        with pytest.raises(requests.ConnectionError):
            secured.get(host, port, "/version", "operator", cert=None)


def test_a_framework_without_a_password_is_refused(secured: Secured) -> None:
    subscribe = {"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "root", "name": "stranger"}}}
    answers = [
        secured.ask("POST", host, 5050, "/api/v1/scheduler", json=subscribe, stream=True).status_code
        for host in secured.config.in_group("mesos_masters")
    ]
    # Followers may redirect first; the leader refuses.
    assert requests.codes.unauthorized in answers
    assert requests.codes.ok not in answers


def leading_master(secured: Secured) -> Host:
    return next(
        host
        for host in secured.config.in_group("mesos_masters")
        if secured.get(host, 5050, "/metrics/snapshot", "operator").json()["master/elected"] == 1
    )


def test_the_agent_and_marathon_are_registered_with_their_principals(secured: Secured) -> None:
    leader = leading_master(secured)
    agents = secured.get(leader, 5050, "/slaves", "operator").json()["slaves"]
    assert [agent["hostname"] for agent in agents if agent["active"]] == ["slave1"]
    frameworks = secured.get(leader, 5050, "/frameworks", "operator").json()["frameworks"]
    assert [(framework["name"], framework["principal"]) for framework in frameworks] == [("marathon", "marathon")]
    flags = secured.get(leader, 5050, "/flags", "operator").json()["flags"]
    assert (flags["authenticate_agents"], flags["authenticate_http_frameworks"]) == ("true", "true")


def test_who_may_only_look_may_not_act(secured: Secured) -> None:
    leader = leading_master(secured)
    (framework,) = secured.get(leader, 5050, "/frameworks", "viewer").json()["frameworks"]
    data = {"frameworkId": framework["id"]}
    refused = secured.ask("POST", leader, 5050, "/master/teardown", "viewer", data=data)
    assert refused.status_code == requests.codes.forbidden, refused.text
    (kept,) = secured.get(leader, 5050, "/frameworks", "viewer").json()["frameworks"]
    assert (kept["id"], kept["active"]) == (framework["id"], True)


def test_the_app_that_was_deployed_over_https_answers(secured: Secured) -> None:
    (node, *_) = secured.config.in_group("marathon")

    def page() -> str:
        (task,) = secured.get(node, 8443, "/v2/apps/nginx/tasks", "marathon").json()["tasks"]
        host = secured.cluster.host_at(task["host"])
        return requests.get(f"http://{host.address}:{task['ports'][0]}/", timeout=5).text

    assert "nginx" in eventually("nginx", 60, page)


@contextmanager
def zookeeper(host: Host, port: int, **options: Any) -> Iterator[KazooClient]:
    client = KazooClient(f"{host.address}:{port}", timeout=5, **options)
    try:
        client.start(timeout=8)
        yield client
    finally:
        client.stop()
        client.close()


# Mesos lets everybody read who leads; only it may write there. Marathon's state is its own alone.
@pytest.mark.parametrize(("path", "user", "act"), [("/mesos", "mesos", "write"), ("/marathon", "marathon", "read")])
def test_the_znodes_are_their_owners_alone(secured: Secured, path: str, user: str, act: str) -> None:
    (server, *_) = secured.config.in_group("zookeeper")
    somebody = ("digest", "stranger:any")
    with zookeeper(server, 2181, auth_data=[somebody]) as stranger, pytest.raises(NoAuthError):
        if act == "write":
            stranger.create(f"{path}/stranger", b"")
        else:
            _read_all(stranger, path)
    identity = ("digest", f"{user}:{secured.secret(f'zookeeper_{user}')}")
    with zookeeper(server, 2181, auth_data=[identity]) as owner:
        assert _read_all(owner, path) > 0


def test_a_session_without_a_user_is_closed(secured: Secured) -> None:
    for host in secured.config.in_group("zookeeper"):
        with zookeeper(host, 2181) as stranger, pytest.raises(SessionClosedRequireSaslError):
            stranger.get_children("/")
        with zookeeper(host, 2181, auth_data=[("digest", "stranger:any")]) as somebody:
            assert "mesos" in somebody.get_children("/")


@pytest.mark.parametrize(
    ("password", "answer"), [("zookeeper_console", "sasl: console"), ("zookeeper_mesos", "AuthFailed")]
)
def test_a_client_logs_in_with_sasl(secured: Secured, password: str, answer: str) -> None:
    (host, *_) = secured.config.in_group("zookeeper")
    shell = secured.cluster.shell(host)
    login = (
        "Client {\n  org.apache.zookeeper.server.auth.DigestLoginModule required\n"
        f'  username="console" password="{secured.secret(password)}";\n}};\n'
    )
    write_for_root(secured, host, "/root/client.jaas", login)
    unit = shell.check_output("systemctl show --property=ExecStart zookeeper")
    path = re.search(r" -cp (\S+)", unit)
    assert path, unit
    java = "java -Djava.security.auth.login.config=/root/client.jaas"
    classes = f"{path[1]}:/usr/share/java/commons-cli.jar"
    console = f"{java} -cp {classes} org.apache.zookeeper.ZooKeeperMain -server {host.address}:2181"
    try:
        said = shell.run(f"timeout 60 {console} whoami")
    finally:
        shell.run("rm /root/client.jaas")
    assert answer in said.stdout + said.stderr


def write_for_root(secured: Secured, host: Host, path: str, text: str) -> None:
    """By standard input, so that no process list shows it."""
    name = container_name(secured.config, host)
    command = ["docker", "exec", "-i", name, "sh", "-c", f"umask 077; cat >{path}"]
    subprocess.run(command, input=text, text=True, check=True, timeout=30)


def _read_all(client: KazooClient, path: str) -> int:
    names = client.get_children(path)
    for name in names:
        client.get(f"{path}/{name}")
    return len(names)


def test_clients_reach_zookeeper_through_tls(secured: Secured) -> None:
    for host in secured.config.in_group("zookeeper"):
        certificate = ca.certificate(secured.config, host)
        options: dict[str, Any] = {"ca": str(ca.authority(secured.config)), "certfile": str(certificate)}
        options["auth_data"] = [("digest", "stranger:any")]
        key = str(certificate.with_suffix(".key"))
        with zookeeper(host, 2182, use_ssl=True, verify_certs=True, keyfile=key, **options) as client:
            assert client.exists("/zookeeper")
        with pytest.raises(KazooTimeoutError), zookeeper(host, 2182):
            pass


def test_members_talk_to_members_alone_and_through_tls(secured: Secured) -> None:
    for host in secured.config.in_group("zookeeper"):
        context = ssl.create_default_context(cafile=ca.authority(secured.config))
        certificate = ca.certificate(secured.config, host)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        # Even a member's certificate is refused when it comes from an address that is not the member's.
        with (
            socket.create_connection((host.address, 3888), timeout=5) as plain,
            pytest.raises(ssl.SSLError, match="alert certificate unknown"),
        ):
            context.wrap_socket(plain, server_hostname=host.name).recv(1)
