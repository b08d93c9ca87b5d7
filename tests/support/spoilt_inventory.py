"""An inventory that the roles accept, for a test to spoil, and what their preflight says of it.

The preflight runs on the local connection: it reads, whatever it is given.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from lab import playbook

FACTS = Path(__file__).resolve().parents[1] / "roles" / "facts.yml"


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

    def shrink(self, agent: bool = False) -> None:
        """To a single host, or to that and an agent: of several that are refused, which is named first is chance."""
        self.hosts = {"zookeeper": ["a"], "mesos_masters": ["a"], "marathon": ["a"]}
        if agent:
            self.hosts["mesos_slaves"] = ["d"]

    def check(self, *arguments: str, playbook_name: str = "quorum.mesos.preflight") -> tuple[int, str]:
        """The exit code of the preflight, or of another playbook, and its output."""
        children = {
            group: {"hosts": {host: self.host_variables.get(host, {}) for host in hosts}}
            for group, hosts in self.hosts.items()
        }
        self.path.write_text(yaml.safe_dump({"all": {"vars": self.variables, "children": children}}))
        # The hosts are this machine, and a refusal that is missing must not change it.
        arguments = (*arguments, *(() if playbook_name.endswith("preflight") else ("--check",)))
        done = playbook.run(str(FACTS), self.path, playbook_name, *arguments, capture=True)
        assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
        return done.returncode, done.stdout

    def refusals(self, *arguments: str, playbook_name: str = "quorum.mesos.preflight") -> list[str]:
        """What is refused, a sentence for each host that it names."""
        code, output = self.check(*arguments, playbook_name=playbook_name)
        assert code != 0, output
        messages = re.findall(r'^fatal: \[\w+\]: FAILED! => .*?"msg": "(.*?)"\}$', output, re.MULTILINE)
        assert messages, output
        return messages
