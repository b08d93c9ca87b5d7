"""Which lines of settings are shown, and how."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup.settings import without_secrets

ENV = "/etc/mesos/marathon.env"


@pytest.mark.parametrize(
    "line",
    [
        "MESOS_PORT=5050",
        "MESOS_CREDENTIALS=file:///etc/mesos/mesos-master-credentials.json",
        "MARATHON_MESOS_AUTHENTICATION_SECRET_FILE=/etc/mesos/marathon-mesos-secret",
        "MESOS_AUTHENTICATE_AGENTS=true",
        "# a comment of a password: none",
        "ExecStart=/usr/bin/java -Xmx512m org.apache.Main /etc/zookeeper/conf/zoo.cfg",
        "server.1=10.0.0.1:2888:3888",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert without_secrets(ENV, line + "\n") == line + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "MARATHON_SSL_KEYSTORE_PASSWORD=hunter22",
        "MARATHON_HTTP_CREDENTIALS=admin:hunter22",
        "MARATHON_METRICS_DATADOG_API_KEY=hunter22",
        "AWS_SECRET_ACCESS_KEY=hunter22",
        "DigestAuthenticationProvider.superDigest=super:hunter22",
        'MESOS_EXECUTOR_ENVIRONMENT_VARIABLES={"DB_PASSWORD": "hunter22"}',
        "Environment=FOO_TOKEN=hunter22",
        "JAVA_OPTS=-Djavax.net.ssl.trustStorePassword=hunter22",
        "MESOS_ZK=zk://mesos:hunter22@10.0.0.1:2181,10.0.0.2:2181/mesos",
        "zk://mesos:hunter22@10.0.0.1:2181/mesos",
    ],
)
def test_what_is_one_is_hidden(line: str) -> None:
    shown = without_secrets(ENV, f"A=b\n{line}\nC=d\n")
    assert shown is not None
    assert "hunter22" not in shown
    assert shown.splitlines()[0] == "A=b"
    assert shown.splitlines()[-1] == "C=d"
    assert len(shown.splitlines()) == 3


def test_a_password_of_digits_is_one() -> None:
    assert "12345678" not in (without_secrets(ENV, "MARATHON_SSL_KEYSTORE_PASSWORD=12345678\n") or "12345678")


@pytest.mark.parametrize(
    "path",
    ["/etc/mesos/tls/marathon.key", "/etc/mesos/marathon-mesos-secret", "/etc/zookeeper/conf/jaas.conf", "/etc/a.json"],
)
def test_a_file_of_secrets_is_none(path: str) -> None:
    assert without_secrets(path, "hunter22") is None
