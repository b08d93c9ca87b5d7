from __future__ import annotations

import time

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._universe import outside_dcos


def found(**app):
    return [(one["text"].split(":")[0], one["fields"]) for one in outside_dcos.expected({"labels": {}, **app})]


@pytest.mark.parametrize(
    ("app", "field", "words"),
    [
        ({"env": {"M": "http://leader.mesos:5050"}}, "/env/M", "leader.mesos is a name of Mesos-DNS"),
        ({"args": ["--zk", "zk://master.mesos:2181/x"]}, "/args/1", "master.mesos is a name of Mesos-DNS"),
        ({"cmd": "/opt/mesosphere/bin/x"}, "/cmd", "/opt/mesosphere is a directory of DC/OS"),
        ({"env": {"A": "a.marathon.l4lb.thisdcos.directory:80"}}, "/env/A", "a.marathon.l4lb.thisdcos.directory is a"),
        (
            {"env": {"DCOS_SERVICE_ACCOUNT_CREDENTIAL": {"secret": "s"}}},
            "/env/DCOS_SERVICE_ACCOUNT_CREDENTIAL",
            "DCOS_S",
        ),
        ({"secrets": {"s": {"source": "x"}}}, "/secrets", "Marathon takes secrets only with a plugin"),
        ({"labels": {"DCOS_PACKAGE_FRAMEWORK_NAME": "k"}}, "/labels/DCOS_PACKAGE_FRAMEWORK_NAME", "the app is a sched"),
        ({"portDefinitions": [{"labels": {"VIP_0": "/a:80"}}]}, "/portDefinitions/0/labels/VIP_0", "VIP_0=/a"),
        (
            {"container": {"docker": {"portMappings": [{}, {"labels": {"VIP_1": "x"}}]}}},
            "/container/docker/portMappings/1/labels/VIP_1",
            "VIP_1=x is a virtual address",
        ),
        (
            {"container": {"portMappings": [{"labels": {"VIP_0": "x"}}]}},
            "/container/portMappings/0/labels/VIP_0",
            "VIP",
        ),
    ],
)
def test_what_is_expected(app, field, words):
    ((text, fields),) = found(**app)
    assert text.startswith(words)
    assert fields == [field]


def test_the_same_is_told_once():
    (one,) = outside_dcos.expected({"labels": {}, "cmd": "leader.mesos", "env": {"a/b": "leader.mesos leader.mesos"}})
    assert one["fields"] == ["/cmd", "/env/a~1b"]
    assert outside_dcos.told(one).startswith("/cmd and 1 more: leader.mesos is")


def test_a_plain_app_expects_nothing():
    assert found(cmd="sleep 1", env={"A": "notleader.mesosphere"}, portDefinitions=[{"port": 0, "name": "http"}]) == []


def test_the_labels_of_the_package_are_not_looked_into():
    assert found(labels={"DCOS_PACKAGE_SOURCE": "http://leader.mesos/universe", "OWN": "x"}) == []


@pytest.mark.parametrize(
    "app", [{"portDefinitions": "x"}, {"container": []}, {"env": {"A": None}}, {"env": 5}, {"secrets": None}]
)
def test_what_is_no_definition_is_left_to_marathon(app):
    assert found(**app) == []


def test_a_long_text_is_read_once():
    begun = time.monotonic()
    assert found(cmd="a" * 200_000) == []
    assert time.monotonic() - begun < 10
