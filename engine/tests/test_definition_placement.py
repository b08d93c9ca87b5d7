"""Constraints: which ones are refused, and which agents satisfy them."""

from __future__ import annotations

import pytest

from labengine.marathon.definition import constraints


def agent(host, region=None, zone=None, **attributes):
    return {"hostname": host, "region": region, "zone": zone, "attributes": attributes}


A, B, C = agent("a", rack="r1"), agent("b", rack="r1"), agent("c", rack="r2")
BARE = agent("d")


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (["hostname", "UNIQUE"], None),
        (["hostname", "UNIQUE", ""], "UNIQUE does not accept a value"),
        (["hostname", "unique", ""], "UNIQUE does not accept a value"),
        (["rack", "CLUSTER"], None),
        (["rack", "CLUSTER", ""], None),
        (["rack", "GROUP_BY"], None),
        (["rack", "GROUP_BY", "2"], None),
        (["rack", "GROUP_BY", ""], "GROUP BY must define an integer value or else no value at all"),
        (["rack", "GROUP_BY", "two"], "GROUP BY must define an integer value or else no value at all"),
        (["rack", "MAX_PER", "2"], None),
        (["rack", "MAX_PER"], "MAX_PER requires an integer value"),
        (["rack", "MAX_PER", "1.5"], "MAX_PER requires an integer value"),
        (["rack", "LIKE", "r[12]"], None),
        (["rack", "LIKE"], "LIKE and UNLIKE require a non-empty, regular expression value"),
        (["rack", "UNLIKE", "r["], "is not a valid regular expression"),
        (["rack", "IS"], None),
        (["rack", "IS", "r-1/2.x"], None),
        (["rack", "IS", "[1-2]"], "IS only supports Mesos text and float values (see "
         "http://mesos.apache.org/documentation/latest/attributes-resources/)"),
        (["", "UNIQUE"], "illegal constraint specification"),
        (["rack"], "Each constraint must have either 2 or 3 fields"),
        (["rack", "IS", "a", "b"], "Each constraint must have either 2 or 3 fields"),
    ],
)  # fmt: skip
def test_rules(constraint, text):
    assert constraints.failure(constraint) == text


@pytest.mark.parametrize(
    ("constraint", "where", "placed", "accepted"),
    [
        (["hostname", "UNIQUE"], A, [], True),
        (["hostname", "UNIQUE"], A, [B], True),
        (["hostname", "UNIQUE"], A, [A, B], False),
        (["@hostname", "UNIQUE"], A, [A], False),
        (["rack", "UNIQUE"], B, [A], False),
        (["rack", "UNIQUE"], BARE, [A], False),
        (["hostname", "CLUSTER", "a"], A, [], True),
        (["hostname", "CLUSTER", "a"], B, [], False),
        (["rack", "CLUSTER"], A, [], True),
        (["rack", "CLUSTER", ""], B, [A], True),
        (["rack", "CLUSTER"], C, [A], False),
        (["rack", "MAX_PER", "2"], B, [A], True),
        (["rack", "MAX_PER", "2"], B, [A, A], False),
        (["rack", "MAX_PER", "2"], C, [A, A], True),
        (["rack", "MAX_PER", "0"], C, [], True),
        (["hostname", "LIKE", "a|b"], B, [], True),
        (["hostname", "LIKE", "a"], agent("ab"), [], False),
        (["hostname", "LIKE", ""], A, [], False),
        (["rack", "LIKE", ".*"], BARE, [], False),
        (["rack", "UNLIKE", "r1"], C, [], True),
        (["rack", "UNLIKE", "r1"], A, [], False),
        (["rack", "UNLIKE", "r1"], BARE, [], True),
        (["rack", "UNLIKE", ""], A, [], False),
        (["rack", "IS", "r1"], A, [], True),
        (["rack", "IS", "r1"], C, [], False),
        (["level", "IS", "1.50"], agent("x", level=1.5), [], True),
        (["level", "IS", "1"], agent("x", level=1.0004), [], True),
        (["level", "IS", "1.0005"], agent("x", level="1"), [], True),
        (["@zone", "IS", "z1"], agent("x", zone="z1"), [], True),
        (["@region", "IS", "z1"], agent("x", zone="z1"), [], False),
        (["rack", "GROUP_BY"], A, [], False),
    ],
)
def test_accepts(constraint, where, placed, accepted):
    assert constraints.accepts(constraint, where, placed) is accepted


@pytest.mark.parametrize(
    ("groups", "instances", "where", "placed", "accepted"),
    [
        ("2", 4, A, [], True),
        ("2", 4, A, [A], True),
        ("2", 4, A, [A, B], False),
        ("2", 4, C, [A, B], True),
        ("2", 5, A, [A, B], True),
        ("2", 5, A, [A, B, A], False),
        ("2", 5, C, [A, B, A, C], True),
        ("1", 5, C, [A], False),
        ("3", 2, C, [A], True),
    ],
)
def test_group_by(groups, instances, where, placed, accepted):
    assert constraints.accepts(["rack", "GROUP_BY", groups], where, placed, instances=instances) is accepted


def test_agent_facts_of_an_offer():
    offer = {
        "hostname": "a",
        "domain": {"fault_domain": {"region": {"name": "eu"}, "zone": {"name": "eu-1"}}},
        "attributes": [
            {"name": "rack", "type": "TEXT", "text": {"value": "r1"}},
            {"name": "level", "type": "SCALAR", "scalar": {"value": 2.5}},
            {"name": "slots", "type": "RANGES", "ranges": {"range": [{"begin": 5, "end": 6}, {"begin": 1, "end": 2}]}},
            {"name": "tags", "type": "SET", "set": {"item": ["y", "x"]}},
        ],
    }
    assert constraints.agent_facts(offer) == {
        "hostname": "a",
        "region": "eu",
        "zone": "eu-1",
        "attributes": {"rack": "r1", "level": "2.5", "slots": "[1-2,5-6]", "tags": "{x,y}"},
    }
