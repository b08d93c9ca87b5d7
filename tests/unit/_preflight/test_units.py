"""Values that would mean something else in a unit or a configuration file, or show to everyone, are refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import units
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import unit_problems

SETTINGS: dict[str, Any] = {
    "MemoryMax": "2G",
    "OOMScoreAdjust": -500,
    "ReadWritePaths": "%S/x",
    "NoNewPrivileges": False,
}
LINES = "has a line break or another control character; take it out."
CASES: list[tuple[dict[str, Any], str]] = [
    ({"settings": {"MemoryMax": "2G\nExecStartPre=/bin/secret"}}, f"mesos_slave_service_settings.MemoryMax {LINES}"),
    ({"settings": {"MemoryMax": "secret \\"}}, "mesos_slave_service_settings.MemoryMax has a backslash"),
    ({"settings": {"MemoryMax": ["secret"]}}, "mesos_slave_service_settings.MemoryMax is a list; write one text."),
    ({"settings": {"Environment=A=secret": ""}}, "mesos_slave_service_settings has 'Environment', which is no name"),
    ({"settings": {"MemoryMax\n": "2G"}}, r"mesos_slave_service_settings has 'MemoryMax\n', which is no name"),
    ({"properties": {"zookeeper_settings": {"a b=secret": 1}}}, "zookeeper_settings has 'a b', which is no name"),
    ({"settings": {"x\n[Install]": "y"}}, r"mesos_slave_service_settings has 'x\n[Install]', which is no name"),
    (
        {"settings": {"Environment": "TOKEN=secret"}, "environment": True},
        "has Environment, which everyone on the host can read in the unit; set mesos_slave_environment instead.",
    ),
    (
        {"settings": {"SetCredential": "a:secret"}},
        "can read in the unit; name a file of mode 0600 with EnvironmentFile instead.",
    ),
    ({"container": ["--env", "SESAME=secret"], "environment": True}, "set mesos_slave_environment instead."),
    ({"container": ["--env=SESAME=secret"]}, "among the processes; name a file of mode 0600 with --env-file instead."),
    ({"container": ["-eSESAME=secret"]}, "gives the value of SESAME"),
    ({"container": "--privileged -e SESAME=secret"}, "gives the value of SESAME"),
    ({"container": ["-e=SESAME=secret"]}, "gives the value of SESAME"),
    ({"container": ["-iteSESAME=secret"]}, "gives the value of SESAME"),
    ({"container": ["-ite", "SESAME=secret"]}, "gives the value of SESAME"),
    ({"container": ["-e SESAME=secret"]}, "gives the value of SESAME"),
    ({"container": ["--env SESAME=secret"]}, "gives the value of SESAME"),
    ({"container": ["--name", "-eSESAME=secret"]}, "gives the value of SESAME"),
    ({"container": "--label 'secret"}, "mesos_slave_container_options has a quote that does not end"),
    ({"container": ["--label=a\nb"]}, f"mesos_slave_container_options {LINES}"),
    ({"container": ["--env", "HOME", "--env-file=/etc/x", "-i", "--entrypoint=/x"]}, ""),
    ({"plain": {"mesos_slave_work_dir": "/var/lib/%h $x"}}, "mesos_slave_work_dir has a space, '$', '%', which"),
    ({"plain": {"mesos_slave_work_dir": "/a\nUser=root"}}, r"mesos_slave_work_dir has '\n', which"),
    ({"plain": {"a": None, "b": "", "c": 65536, "d": "infinity", "e": "/opt/a-b_c/x@1.2,3:4+5=6", "f": "14d"}}, ""),
    ({"words": {"zookeeper_java_opts": ["-Da=b c", "-Dd=$%\"\\"]}}, ""),
    ({"words": {"zookeeper_java_opts": ["-Da=secret\n-XX:OnError=x"]}}, f"zookeeper_java_opts {LINES}"),
    ({"properties": {"zookeeper_settings": {"a.b-c": "secret\nquorum=1"}}}, f"zookeeper_settings.a.b-c {LINES}"),
    ({"properties": {"zookeeper_settings": {"a b": 1}}}, "zookeeper_settings has 'a b', which is no name"),
    ({"properties": {"zookeeper_settings": {"a": "C:\\x"}}}, "zookeeper_settings.a has a backslash"),
    ({"properties": {"zookeeper_settings": {"a": "50% $x", "b": True, "c": None}}}, ""),
    ({"users": {"zookeeper_users": [{"username": 'a"; x', "password": "p"}]}}, "zookeeper_users has the username"),
    ({"users": {"zookeeper_users": [{"username": "a", "password": "secret\n};"}]}}, "the password of 'a' in zookeeper"),
    ({"users": {"zookeeper_users": [{"username": "a", "password": '%$"\\ x'}]}}, ""),
    ({"users": {"zookeeper_users": [{"username": "a", "password": "secret${java.home}"}]}}, "has ${, which"),
    ({"container": ["--log-opt", "splunk-token=secret"]}, "'splunk-token' with --log-opt, which everyone on the host"),
    ({"container": ["--log-opt=gelf-password=secret"]}, "set docker_log_options instead."),
    ({"container": ["--label", "api.key=secret"]}, "name a file of mode 0600 with --label-file instead."),
    ({"container": ["-l", "db_password=secret"]}, "'db_password' with --label"),
    ({"container": ["-ldb_password=secret"]}, "'db_password' with --label"),
    ({"container": ["--label", "team=web", "--log-opt=tag=x", "--label=token", "-l", "monkey=1"]}, ""),
    ({"container": "--privileged\nExecStartPre=/bin/secret"}, ""),
    ({"container": ["\ud800"]}, "mesos_slave_container_options has a character that is not valid UTF-8; take it out."),
    ({"settings": {"MemoryMax": "secret" * 20000}}, "has more than 65000 bytes; write less or put it into a file."),
    ({"properties": {"zookeeper_settings": {"a": "sécret"}}}, "zookeeper_settings.a has a character that is not ASCII"),
    ({"properties": {"zookeeper_settings": {"a": "secret "}}}, "zookeeper_settings.a has white space at its start"),
    ({"lines": {"zookeeper_four_letter_words": ["srvr", "secret\\"]}}, "zookeeper_four_letter_words has a backslash"),
    ({"paths": {"a": "-x"}}, "a is '-x'; write an absolute path without a colon."),
    ({"paths": {"a": "/a:/b"}}, "a is '/a:/b'; write an absolute path"),
    ({"paths": {"a": "/a b"}}, "a has a space, which a systemd unit"),
    ({"paths": {"a": "", "b": None, "c": "/srv/x"}}, ""),
    ({"accounts": {"mesos_master_user": "-x"}}, "mesos_master_user is '-x', which is no name of a user"),
    ({"accounts": {"mesos_master_user": "root:root"}}, "which is no name of a user"),
    ({"accounts": {"a": "mesos", "b": "1000", "c": "a.b-c_d"}}, ""),
    ({"schedules": {"s": "daily\nUnit=x.service"}}, "which is no time of systemd"),
    ({"schedules": {"s": "Mon..Fri *-*-1/7 03:00:00 Europe/Berlin"}}, ""),
    ({"ports": {"p": ["1; drop"]}}, "p has '1; drop', which is no port"),
    ({"ports": {"p": ["", None, 80, "31000-32000"]}}, ""),
    ({"joined": {"mesos_master_roles": ["a,b"]}}, "mesos_master_roles has 'a,b' with a comma, an equals"),
    ({"joined": {"mesos_master_weights": {"a=1,b": 2}}}, "mesos_master_weights has 'a=1,b' with a comma"),
    ({"joined": {"a": ["x", "y"], "b": {"c": 2.5}, "d": "x,y", "e": None}}, ""),
    ({"java": {"marathon_java_opts": ["-Da.keyStorePassword=secret"]}}, "give @ and its path (Java 9 and newer)"),
    ({"java": {"marathon_java_opts": ["-Da=b secret"]}}, "marathon_java_opts has white space in '-Da'; give each word"),
    ({"java": {"marathon_java_opts": ["-Xmx1g", "-Da=$%", "@/etc/marathon/java.options"]}}, ""),
    ({"settings": SETTINGS}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("values", "sentence"), CASES)
def test_what_is_refused(values: dict[str, Any], sentence: str) -> None:
    found = unit_problems(values, "mesos_slave", "h")
    assert [text.startswith("h: ") and text.endswith(".") and "\n" not in text for text in found] == [True] * len(found)
    assert len(found) == (1 if sentence else 0), found
    assert sentence in "".join(found)
    assert "secret" not in "".join(found)


WORDS = [
    (["--privileged", "--label", "a=b"], ["--privileged", "--label", "a=b"]),
    (["50%h", "$HOME", "a b", "it's"], ["50%%h", "'$$HOME'", "'a b'", "'it'\"'\"'s'"]),
    (["a\\nb", ";", "-x"], ["'a\\\\nb'", "';'", "-x"]),
    ("--label 'a b' $HOME", ["--label", "'a b'", "'$$HOME'"]),
]


@pytest.mark.parametrize(("options", "quoted"), WORDS)
def test_words_of_a_command_line(options: Any, quoted: list[str]) -> None:
    assert units.unit_words(options) == quoted
