"""From any quota to any other, and what Mesos would refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    InvalidOption,
    ModifiedConcurrently,
    WriteRefused,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares import quota
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares.quota import DesiredQuota, Quota

from ..fakes import FakeTime, Masters
from ..one_lost_write import lost
from .fakes import RECORDED_QUOTA, Granting

PROD = Quota({"cpus": 1, "mem": 128}, {"cpus": 3, "mem": 512})


def keep(master: Any, role: str, wanted: Quota, check_mode: bool = False, force: bool = False) -> dict[str, Any]:
    return quota.keep(Masters(m1=master).api(FakeTime()), DesiredQuota(role, wanted, force), check_mode)


TABLE = [
    ({}, "prod", PROD, True),
    (RECORDED_QUOTA, "prod", PROD, False),
    # What is not declared is removed.
    (RECORDED_QUOTA, "prod", Quota({"cpus": 1}, {"cpus": 3}), True),
    (RECORDED_QUOTA, "prod", Quota(), True),
    (RECORDED_QUOTA, "dev", Quota(), False),
    (RECORDED_QUOTA, "batch", Quota(limits={"gpus": 0}), True),
]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("before", "role", "wanted", "changed"), TABLE)
def test_changes(before: dict[str, Any], role: str, wanted: Quota, changed: bool, check_mode: bool) -> None:
    master = Granting(before)
    others = {name: parts for name, parts in master.quotas.items() if name != role}
    done = keep(master, role, wanted, check_mode)
    assert done["changed"] is changed
    assert done["quota"] == done["diff"]["after"] == wanted.shown
    assert (done["diff"]["before"] != done["diff"]["after"]) is changed
    assert len(master.calls) == (changed and not check_mode)
    assert {name: parts for name, parts in master.quotas.items() if name != role} == others
    assert keep(master, role, wanted)["changed"] is (changed and check_mode)


def test_the_call_is_as_recorded() -> None:
    master = Granting()
    keep(master, "prod", PROD, force=True)
    assert master.calls == [
        {
            "force": True,
            "quota_configs": [
                {
                    "role": "prod",
                    "guarantees": {"cpus": {"value": 1}, "mem": {"value": 128}},
                    "limits": {"cpus": {"value": 3}, "mem": {"value": 512}},
                }
            ],
        }
    ]


@pytest.mark.parametrize("check_mode", [False, True])
def test_more_than_the_agents_have_is_refused_unless_it_is_forced(check_mode: bool) -> None:
    master = Granting(RECORDED_QUOTA)
    wanted = Quota({"cpus": 3.6, "mem": 2000, "gpus": 1})
    with pytest.raises(WriteRefused, match=r"\(cpus 4.1 of 4, gpus 1 of 0, mem 2000 of 1024\).*or set force"):
        keep(master, "prod", wanted, check_mode)
    assert master.calls == []
    assert keep(master, "prod", wanted, check_mode, force=True)["changed"]


def test_fractions_and_nested_roles_fill_the_agents() -> None:
    master = Granting({"a": {"guarantees": {"cpus": {"value": 0.1}}}, "b/c": {"guarantees": {"cpus": {"value": 2}}}})
    assert keep(master, "b", Quota({"cpus": 3.9}))["changed"]


def test_a_write_without_an_answer() -> None:
    master = Granting()
    assert keep(lost(master, arrives=True), "prod", PROD)["changed"]
    assert keep(master, "prod", PROD)["changed"] is False
    master = Granting()
    with pytest.raises(WriteUncertain, match=r"did not answer UPDATE_QUOTA .*which may have been done: run again"):
        keep(lost(master, arrives=False), "prod", PROD)
    assert keep(master, "prod", PROD)["changed"]


def test_a_change_that_undoes_it_is_detected() -> None:
    master = Granting()
    master.after_write = master.quotas.clear
    with pytest.raises(ModifiedConcurrently, match="The quota of prod was modified concurrently") as info:
        keep(master, "prod", PROD)
    assert info.value.facts["quota"] == {"guarantees": {}, "limits": {}}


def test_what_only_the_master_knows_is_told_in_its_words() -> None:
    words = "Invalid QuotaConfig: Role 'prod' is already consuming 'cpus:4'"
    master = Granting()

    def refusing(call: dict[str, Any]) -> Answer:
        return master(call) if call["type"].startswith("GET_") else Answer(400, words)

    with pytest.raises(CallRefused, match=re.escape(words)):
        keep(refusing, "prod", PROD)


@pytest.mark.parametrize(
    ("role", "state", "guarantees", "limits", "words"),
    [
        ("*", "present", {"cpus": 1}, {}, "role is '*', for which Mesos takes no quota"),
        ("a b", "present", {"cpus": 1}, {}, "role is 'a b'"),
        ("prod", "present", {}, {}, "guarantees and limits name no amount: give one, or set state: absent"),
        ("prod", "present", {"cpus": 0}, {}, "guarantees and limits name no amount"),
        ("prod", "absent", {"cpus": 1}, {}, "state is absent, which has no amounts: leave out"),
        ("prod", "present", {"cpus": 2}, {"cpus": 1}, "guarantees.cpus is 2 and limits.cpus is 1"),
        ("prod", "present", {"cpus": -1}, {}, "guarantees.cpus is -1: give a number, 0 or more"),
        ("prod", "present", {"cpus": "many"}, {}, "guarantees.cpus is 'many': give a number"),
        ("prod", "present", {}, {"mem": None}, "limits.mem is None: give a number"),
        ("prod", "present", {}, {"mem": True}, "limits.mem is True: give a number"),
        ("prod", "present", {}, {"mem": "inf"}, "limits.mem is 'inf': give a number"),
        ("prod", "present", {}, {"mem": "nan"}, "limits.mem is 'nan': give a number"),
        ("prod", "present", {"ports": 1}, {}, "guarantees names ports: Mesos has quota for amounts alone"),
    ],
)
def test_wrong_options(role: str, state: str, guarantees: Any, limits: Any, words: str) -> None:
    with pytest.raises(InvalidOption, match=re.escape(words)):
        quota.declared(role, state, guarantees, limits)


def test_amounts_as_ansible_gives_them() -> None:
    assert quota.declared("prod", "present", {"cpus": "1.00049", "gpus": 0}, {"gpus": "0"}) == (
        "prod",
        Quota({"cpus": 1.0}, {"gpus": 0}),
    )
    assert quota.declared("prod", "absent", {}, None) == ("prod", Quota())
