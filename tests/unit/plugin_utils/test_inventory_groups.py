"""Groups of an inventory that have no host although a playbook needs them."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.inventory_groups import problems

CLUSTER = ["zookeeper", "mesos_masters", "mesos_slaves", "marathon", "load_balancers", "dns"]
REST = {"all": ["a", "d"], "ungrouped": [], "zookeeper": ["a"], "mesos_masters": ["a"]}


@pytest.mark.parametrize("name", ["mesos_slave", "mesos-slaves", "Mesos_Slaves", "mesos_slvaes", "mesosslaves"])
@pytest.mark.parametrize("empty", [{}, {"mesos_slaves": []}], ids=["absent", "empty"])
def test_a_group_that_is_nearly_one_of_ours(name, empty):
    (said,) = problems({**REST, **empty, name: ["d"]}, CLUSTER)
    assert said == (
        f"The group '{name}' is none of the collection's, and its hosts would be left out; write mesos_slaves."
    )


@pytest.mark.parametrize(
    "name", ["mesos", "masters", "mesos_slaves_gpu", "mesos_slaves2", "mesos_agents", "ns", "dn", "dns1", "maraton_db"]
)
def test_a_group_of_the_users_own(name):
    assert problems({**REST, name: ["d"]}, CLUSTER) == []


def test_a_near_name_is_of_no_matter_where_the_group_has_hosts_or_the_other_has_none():
    assert problems({**REST, "mesos_slaves": ["d"], "mesos_slave": ["d"]}, CLUSTER) == []
    assert problems({**REST, "mesos_slave": []}, CLUSTER) == []


def test_no_host_at_all():
    assert problems({"all": [], "ungrouped": []}, ["dns"]) == [
        "The inventory has no host in the group dns; put hosts into it or give the inventory with -i."
    ]
    assert problems({"all": ["a"], "web": ["a"]}, ["zookeeper", "dns"]) == [
        "The inventory has no host in any of the groups zookeeper, dns; put hosts into them or give the inventory "
        "with -i."
    ]
