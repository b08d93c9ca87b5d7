"""Flags and environment of the three programs, read as the real ones read them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from local_cluster import ENGINE

from labengine.common import flags

MASTER = ["--work_dir=/var/lib/mesos"]
MARATHON = ["--master", "zk://zk1:2181/mesos"]


def test_types_defaults_and_sources() -> None:
    given = flags.load("mesos-master", [*MASTER, "--quorum=2", "--no-hostname_lookup"],
                       {"MESOS_CLUSTER": "from the environment", "MESOS_QUORUM": "3", "MESOS_NO_SUCH": "1",
                        "MESOS_NO_ROOT_SUBMISSIONS": "", "MESOS_QUIET": "1"})
    assert (given.quorum, given.port, given.cluster) == (2, 5050, "from the environment")
    assert (given.hostname_lookup, given.root_submissions, given.quiet) == (False, True, True)
    assert given.agent_ping_timeout == 15.0
    assert given.offer_timeout is None
    assert given.explicit == {"work_dir", "quorum", "hostname_lookup", "cluster", "quiet"}
    shown = given.as_strings()
    assert shown["hostname_lookup"] == "false"
    assert shown["agent_reregister_timeout"] == "10mins"
    assert "offer_timeout" not in shown


def test_old_names_still_load(capsys: pytest.CaptureFixture[str]) -> None:
    given = flags.load("mesos-master", [*MASTER, "--slave_reregister_timeout=12mins"], {})
    assert given.agent_reregister_timeout == 720.0
    assert "Loaded deprecated flag 'slave_reregister_timeout'" in capsys.readouterr().err


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "zk").write_text("zk://zk1:2181/mesos\n", encoding="utf-8")
    given = flags.load("mesos-master", [*MASTER, f"--zk=file://{tmp_path}/zk", "--credentials=file:///etc/secret"], {})
    assert given.zk == "zk://zk1:2181/mesos"
    assert given.credentials == "file:///etc/secret"


def test_what_is_shown_holds_no_secrets() -> None:
    given = flags.load("mesos-agent", ["--work_dir=w", "--master=zk://mesos:secret@zk1:2181,zk2:2181/mesos",
                                       '--docker_config={"auths":{"r":{"auth":"secret"}}}'], {})
    shown = given.as_strings()
    assert shown["master"] == "zk://xxxxxxxx:xxxxxxxx@zk1:2181,zk2:2181/mesos"
    assert "secret" in given.master and "secret" not in str(shown)


def test_an_empty_boolean_is_true_and_positional_arguments_are_ignored() -> None:
    assert flags.load("mesos-master", ["", "extra", *MASTER, "--quiet="], {}).quiet is True


@pytest.mark.parametrize(("arguments", "message"), [
    (["--nosuchflag=1"], "Failed to load unknown flag 'nosuchflag'"),
    (["--cluster=a", "--cluster=b"], "Flag 'cluster' is already loaded via name 'cluster'"),
    (["--hostname_lookup=yes"], "Failed to load flag 'hostname_lookup': Failed to load value 'yes': Expecting a "
                                "boolean (e.g., true or false)"),
    (["--no-hostname_lookup=false"], "Failed to load boolean flag 'hostname_lookup' via 'no-hostname_lookup' with "
                                     "value 'false'"),
    (["--no-cluster"], "Failed to load non-boolean flag 'cluster' via 'no-cluster'"),
    (["--cluster"], "Failed to load non-boolean flag 'cluster': Missing value"),
    (["--agent_ping_timeout=15s"], "Failed to load flag 'agent_ping_timeout': Failed to load value '15s': Unknown "
                                   "duration unit 's'; supported units are 'ns', 'us', 'ms', 'secs', 'mins', 'hrs', "
                                   "'days', and 'weeks'"),
    (["--quorum=two"], "Failed to load flag 'quorum': Failed to load value 'two'"),
    (["--zk=file:///nonexistent/zk"], "Error reading file '/nonexistent/zk': No such file or directory"),
])
def test_refused_by_mesos(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        flags.load("mesos-master", [*MASTER, *arguments], {})
    assert exit_.value.code == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert "See `mesos-master --help` for a list of supported flags." in printed


def test_an_agent_needs_a_work_dir(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        flags.load("mesos-agent", ["--master=127.0.0.1:5050"], {})
    assert exit_.value.code == 1
    assert "Flag 'work_dir' is required, but it was not provided" in capsys.readouterr().err


def test_marathon_types_and_sources() -> None:
    given = flags.load("marathon", [*MARATHON, "--disable_ha", "--http_port=8081", "--enable_features", "a,b"], {
        "MARATHON_DISABLE_CHECKPOINT": "", "MARATHON_TASK_LAUNCH_TIMEOUT": "5000", "MARATHON_METRICS": "",
        "MARATHON_APP_ID": "/inside/a/task", "MESOSPHERE_HTTP_CREDENTIALS": "user:secret", "JAVA_OPTS": "-Xmx1g"})
    assert (given.master, given.http_port, given.zk) == (
        "zk://zk1:2181/mesos", 8081, "zk://localhost:2181/marathon")
    assert (given.ha, given.checkpoint, given.metrics, given.maintenance_mode) == (False, False, True, True)
    assert (given.task_launch_timeout, given.failover_timeout) == (5.0, 604800.0)
    assert given.enable_features == ["a", "b"]
    assert given.http_credentials == "user:secret"
    assert given.as_strings()["task_launch_timeout"] == "5000"
    assert given.hostname


@pytest.mark.parametrize(("arguments", "environment", "status", "message"), [
    ([*MARATHON, "--nosuch", "1"], {}, 1, "[scallop] Error: Unknown option 'nosuch'"),
    ([], {}, 1, "Required option 'master' not found"),
    ([*MARATHON, "--http_port=web"], {}, 1, "Bad arguments for option 'http_port'"),
    ([*MARATHON, "--new_group_enforce_role=maybe"], {}, 1, "expecting one of off, top"),
    ([*MARATHON, "--http_port"], {}, 1, "a value is missing"),
    ([*MARATHON, "stray"], {}, 1, "'stray'"),
    ([*MARATHON, "--http_port=1", "--http_port=2"], {}, 1, "more than once"),
    (MARATHON, {"MARATHON_MASTER": "zk://other/mesos"}, 1, "both on the command line and as MARATHON_MASTER"),
    (MARATHON, {"MARATHON_NOSUCH": "1"}, 112, "MARATHON_NOSUCH"),
    (MARATHON, {"MARATHON_HA": "false"}, 1, "MARATHON_DISABLE_HA"),
])
def test_refused_by_marathon(arguments: list[str], environment: dict[str, str], status: int, message: str,
                             capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        flags.load("marathon", arguments, environment)
    assert exit_.value.code == status
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("program", ["mesos-master", "mesos-agent", "marathon"])
def test_help_says_what_it_is(program: flags.Program, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        flags.load(program, ["--help"], {})
    assert exit_.value.code == 0
    printed = capsys.readouterr().out
    assert "lab engine" in printed
    assert all(f"--{flag.name}" in printed for flag in flags.table(program))


@pytest.mark.parametrize(("arguments", "message"), [
    (["--zk=zk://127.0.0.1:1/mesos"], "Need to specify --quorum"),
    (["--zk=127.0.0.1:1/mesos", "--quorum=1"], "Error parsing ZooKeeper URL: Expecting 'zk://' at the beginning"),
    (["--ip=not-an-ip"], "Failed to parse IP as either IPv4 or IPv6:not-an-ip"),
    (["--ip_discovery_command=echo 127.0.0.1"], "Only one of `--ip` or `--ip_discovery_command`"),
    (["--agent_reregister_timeout=1mins"], "Must be at least 10mins"),
    (["--role_sorter=random"], "must be equal (for now)"),
])
def test_a_master_refuses_to_start(tmp_path: Path, arguments: list[str], message: str) -> None:
    given = ["--ip=127.0.0.1"] if arguments != ["--ip=not-an-ip"] else []
    answer = subprocess.run(
        [sys.executable, "-m", "labengine.master", *given, "--port=0", f"--work_dir={tmp_path}", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ENGINE)}, capture_output=True, text=True, timeout=20)
    assert answer.returncode == 1
    assert message in answer.stderr


def test_a_master_needs_a_work_dir_and_a_free_port(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "labengine.master", "--ip=127.0.0.1"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ENGINE)}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert answer.returncode == 1
    assert "--work_dir needed for replicated log based registry" in answer.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = subprocess.run([*command, f"--port={port}", f"--work_dir={tmp_path}"], env=environment,
                                capture_output=True, text=True, timeout=20)
    assert answer.returncode == -signal.SIGABRT
    assert f"Failed to bind on 127.0.0.1:{port}: Address already in use" in answer.stderr
