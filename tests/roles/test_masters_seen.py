"""How other roles find the masters and ask them: from the inventory alone."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

NAMES = ["__common_masters", "__common_master_username", "__common_master_password", "__common_master_ca"]
USER = {"mesos_master_http_credentials": [{"principal": "op", "secret": "{{ from_vault }}"}]}


def seen(directory: Path, group: dict[str, Any], hosts: dict[str, dict[str, Any]]) -> list[Any]:
    """What a host outside the group gets of these variables."""
    everybody = {
        "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "from_vault": "pw",
    }  # fmt: skip
    children = {"mesos_masters": {"hosts": hosts, "vars": group}, "mesos_slaves": {"hosts": {"d": {}}}}
    inventory = directory / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"vars": everybody, "children": children}}))
    tasks = [
        {"ansible.builtin.include_role": {"name": "quorum.mesos._common", "public": True}},
        {"ansible.builtin.debug": {"msg": "{{ [" + ", ".join(NAMES) + "] | ansible.builtin.to_json }}"}},
    ]
    play = directory / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "d", "gather_facts": False, "tasks": tasks}]))
    done = playbook.run(str(play), inventory, capture=True)
    assert done.returncode == 0, done.stdout
    (message,) = re.findall(r'"msg": (".*")$', done.stdout, re.MULTILINE)
    return json.loads(json.loads(message))


@pytest.mark.parametrize(
    ("group", "hosts", "expected"),
    [
        (
            {},
            {
                "a": {"ansible_host": "10.0.0.1"},
                "b": {"mesos_master_ip": "10.0.0.2", "mesos_master_port": 5150},
                "c": {},
            },
            [["http://10.0.0.1:5050", "http://10.0.0.2:5150", "http://c:5050"], None, None, None],
        ),
        (
            {"mesos_master_tls_certificate": "/pem/{{ inventory_hostname }}", "mesos_master_tls_ca": "/pem/ca", **USER},
            {"a": {"ansible_host": "fd00::1"}},
            [["https://[fd00::1]:5050"], "op", "pw", "/pem/ca"],
        ),
        ({}, {}, [[], None, None, None]),
    ],
)
def test_where_the_masters_are(
    tmp_path: Path, group: dict[str, Any], hosts: dict[str, dict[str, Any]], expected: list[Any]
) -> None:
    assert seen(tmp_path, group, hosts) == expected
