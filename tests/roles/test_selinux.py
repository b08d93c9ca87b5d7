"""On a host with SELinux each role labels its files and ports; on others it has no task for it.

No such host could be had, so its tools are small programs here that remember what they were told.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

ROLES = Path(__file__).resolve().parent.parent.parent / "roles"
PUBLIC = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns"]
# The policy knows these places, and what it was told with semanage.
TOOLS = {
    "matchpathcon": """
for place in /var/lib/docker=container_var_lib_t /var/lib=var_lib_t /var/log=var_log_t; do
  case "$4" in "${place%=*}" | "${place%=*}"/*) kind=${place#*=}; break ;; esac
done
while read -r line; do
  set -- "$1" "$2" "$3" "$4" $line
  [ "$5 $6 $7" = "fcontext --add --type" ] && case "$4" in "${9%(/.\\*)\\?}" | "${9%(/.\\*)\\?}"/*) kind=$8 ;; esac
  [ "$5 $6 $7" = "fcontext --add --equal" ] && case "$4" in "$9" | "$9"/*) kind=container_var_lib_t ;; esac
  set -- "$1" "$2" "$3" "$4"
done <"$0.d/rules"
echo "system_u:object_r:${kind:-default_t}:s0"
""",
    "semanage": """
if [ "$2" = --list ]; then
  echo "http_cache_port_t tcp 8080"; echo "http_port_t tcp 443, 8443"; echo "zookeeper_client_port_t tcp 2181"
  echo "zookeeper_leader_port_t tcp 2888"; echo "zookeeper_election_port_t tcp 3888"
  sed -n 's/^port --add --type \\(.*\\) --proto tcp \\(.*\\)/\\1 tcp \\2/p' "$0.d/rules"
else
  echo "$*" >>"$0.d/rules"
fi
""",
    "restorecon": "",
    "yum": "echo Nothing to do.",
}
FACTS = {
    "ansible_service_mgr": "systemd", "ansible_os_family": "RedHat", "ansible_distribution": "CentOS",
    "ansible_distribution_version": "7.9", "ansible_distribution_major_version": "7",
    "ansible_selinux": {"status": "enabled", "mode": "enforcing", "type": "targeted"},
}  # fmt: skip


class Enforcing:
    """A host on which SELinux is on, for the roles' own list of labels."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        rules = directory / "rules"
        rules.write_text("")
        for name, text in TOOLS.items():
            tool = directory / name
            tool.write_text(f"#!/bin/sh\n{text}")
            tool.chmod(0o755)
            (directory / f"{name}.d").mkdir()
            (directory / f"{name}.d" / "rules").symlink_to(rules)
        self._rules = rules

    def rules(self) -> list[str]:
        return self._rules.read_text().splitlines()

    def run(self, role: str, variables: dict[str, Any], *arguments: str) -> str:
        """Runs what the role runs on such a host; returns the output."""
        tasks = [
            {"ansible.builtin.set_fact": {**FACTS, "cacheable": True}},
            {
                "ansible.builtin.import_role": {"name": f"quorum.mesos.{role}", "tasks_from": "restart"},
                "when": False,
            },
            labelling(role),
        ]
        path, inventory = self.directory / "play.yml", self.directory / "inventory.yml"
        path.write_text(
            yaml.safe_dump(
                [
                    {
                        "hosts": "a",
                        "gather_facts": False,
                        "tasks": tasks,
                        "environment": {"PATH": f"{self.directory}:/usr/bin:/bin"},
                    }
                ]
            )
        )
        host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_host": "10.0.0.1"}
        groups = ("zookeeper", "mesos_masters", "mesos_slaves", "marathon")
        inventory.write_text(yaml.safe_dump({"all": {"children": {group: {"hosts": {"a": host}} for group in groups}}}))
        done = playbook.run(str(path), inventory, "-e", json.dumps(variables), *arguments, capture=True)
        assert done.returncode == 0, done.stdout
        return done.stdout


def labelling(role: str) -> dict[str, Any]:
    """The one task of a role that is for SELinux."""
    tasks = yaml.safe_load((ROLES / role / "tasks" / "configure.yml").read_text())
    (found,) = [task for task in tasks if task.get("ansible.builtin.include_role", {}).get("tasks_from") == "selinux"]
    return found


@pytest.fixture
def host(tmp_path: Path) -> Enforcing:
    return Enforcing(tmp_path)


# The preflight of the others, which runs three times for a case, takes minutes for all of them.
SMALL = ("zookeeper", "docker")
CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("zookeeper", {}, []),
    (
        "zookeeper",
        {"zookeeper_data_dir": "/srv/zk", "zookeeper_client_port": 2191, "zookeeper_peer_port": 3181},
        [
            "fcontext --add --type var_lib_t /srv/zk(/.*)?",
            "port --add --type zookeeper_client_port_t --proto tcp 2191",
            "port --add --type zookeeper_leader_port_t --proto tcp 3181",
        ],
    ),
    (
        "zookeeper",
        {"zookeeper_install_method": "container", "zookeeper_image": "zookeeper:3.8.4"},
        ["fcontext --add --type container_file_t /var/lib/zookeeper(/.*)?"],
    ),
    ("docker", {}, []),
    ("docker", {"docker_data_root": "/data/docker"}, ["fcontext --add --equal /var/lib/docker /data/docker"]),
    ("mesos_master", {"mesos_master_log_dir": "/var/log/mesos"}, []),
    (
        "mesos_master",
        {"mesos_master_log_dir": "/logs/mesos", "mesos_master_work_dir": "/srv/master"},
        ["fcontext --add --type var_lib_t /srv/master(/.*)?", "fcontext --add --type var_log_t /logs/mesos(/.*)?"],
    ),
    ("mesos_slave", {"mesos_slave_containerizers": ["mesos"]}, []),
    ("mesos_slave", {}, ["fcontext --add --type container_file_t /var/lib/mesos/slave(/.*)?"]),
    ("marathon", {}, []),
    ("marathon", {"marathon_http_port": 8090}, ["port --add --type http_cache_port_t --proto tcp 8090"]),
]


@pytest.mark.parametrize(
    ("role", "variables", "rules"),
    [pytest.param(*case, marks=[] if case[0] in SMALL else pytest.mark.long) for case in CASES],
)
def test_what_a_role_labels(host: Enforcing, role: str, variables: dict[str, Any], rules: list[str]) -> None:
    assert ("changed=1" in host.run(role, variables, "--check")) is bool(rules)
    assert host.rules() == []
    # What needs no rule has been seen by now, and Docker's directory is not made on the machine of the test.
    if not rules or role == "docker":
        return
    assert "changed=1" in host.run(role, variables)
    assert host.rules() == rules
    assert "changed=0" in host.run(role, variables)


@pytest.mark.parametrize("role", PUBLIC)
def test_where_selinux_is_off_there_is_no_task(host: Enforcing, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    status = "disabled" if role == "docker" else "Missing selinux Python library"
    monkeypatch.setitem(FACTS, "ansible_selinux", {"status": status})
    output = host.run(role, {"zookeeper_data_dir": "/srv/zk"})
    # The task that sets the facts is the only one.
    assert "ok=1 " in output, output
    assert host.rules() == []
