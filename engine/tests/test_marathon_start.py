"""How the program begins and refuses to begin."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from local_cluster import ENGINE

MASTER = ["--master", "zk://127.0.0.1:1/mesos"]


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MARATHON_")}
    return subprocess.run([sys.executable, "-m", "labengine.marathon", *arguments], capture_output=True, text=True,
                          timeout=20, env=environment | {"PYTHONPATH": str(ENGINE)})


def test_help_says_that_it_is_the_lab_engine() -> None:
    answer = start("--help")
    assert answer.returncode == 0 and "lab engine" in answer.stdout and "--framework_name" in answer.stdout


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--zk", "zk://127.0.0.1:1"], "Option 'zk' needs a path, for example zk://127.0.0.1:1/marathon"),
    (["--zk", "127.0.0.1:2181/marathon"], "Option 'zk' is '127.0.0.1:2181/marathon': expecting zk://host:port/path"),
    (["--local_port_min", "20", "--local_port_max", "10"], "Option 'local_port_min' must not be above"),
    (["--http_credentials", "admin"], "Option 'http_credentials' must have the form user:password"),
    (["--disable_http"], "Option 'disable_http' leaves no port: give 'ssl_keystore_path' too"),
    (["--internal_store_backend", "mem"], "give --disable_ha too"),
    (["--no_such_flag", "1"], "Unknown option 'no_such_flag'"),
])
def test_wrong_options_end_it_with_a_sentence(arguments: list[str], sentence: str) -> None:
    answer = start(*MASTER, *arguments)
    assert answer.returncode == 1 and sentence in answer.stderr


def test_without_zookeeper_it_ends() -> None:
    answer = start(*MASTER, "--zk", "zk://user:geheim@127.0.0.1:1/marathon", "--zk_connection_timeout", "500",
                   "--http_address", "127.0.0.1", "--http_port", "0")
    assert answer.returncode == 100
    assert "Cannot reach ZooKeeper zk://xxxxxxxx:xxxxxxxx@127.0.0.1:1/marathon" in answer.stderr
    assert "geheim" not in answer.stderr
