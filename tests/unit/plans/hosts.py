"""What the plans of all roles read of a host on which everything can work."""

from __future__ import annotations

from typing import Any

HOST: dict[str, Any] = {
    "inventory_hostname": "a",
    "ansible_play_hosts": ["a"],
    "group_names": [],
    "ansible_facts": {"service_mgr": "systemd", "distribution": "Debian", "distribution_version": "12.11"},
    "__common_system": "Debian",
    "__common_system_version": "12",
    "__common_systems": {"Debian": ["12", "13"]},
    "__common_host": {"memory": 2048, "ports": [], "directories": {}, "services": {}, "files": {}, "units": {}},
    "__common_minimum_memory": 512,
    "__common_minimum_disk": 512,
    "__common_start_stopped": False,
    "__common_seen": {"a": {"clock": {"least": -0.1, "most": 0.1}}},
    "__common_clock_skew": 10,
    "__common_all_members": [],
    "__common_variables_of_playbooks": [],
    "__common_ports": [],
    "__common_offered_ports": [],
    "__common_hosts_file": "",
    "__common_firewall": "",
    "__common_places": ["10.0.0.1"],
    "__common_other_places": [],
    "__common_neighbours": [{"host": "a"}],
    "__common_port_options": {},
    "__common_sources": [],
    "__common_groups": ["zookeeper", "mesos_masters", "mesos_slaves", "marathon", "load_balancers"],
    "__common_scheduler_port": "",
    "__common_zookeeper_group": "zookeeper",
}
NO_SYSTEMD = {"ansible_facts": {**HOST["ansible_facts"], "service_mgr": "openrc"}}
NO_SYSTEMD_SAID = "a: its init is openrc and must be systemd; use a host that was booted with systemd."
