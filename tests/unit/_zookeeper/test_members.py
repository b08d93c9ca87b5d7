"""The members of an ensemble: how they are written, and which steps are refused."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.filter._zookeeper_digest import zookeeper_digest
from ansible_collections.quorum.mesos.plugins.filter._zookeeper_seed import zookeeper_seed
from ansible_collections.quorum.mesos.plugins.filter._zookeeper_server_lines import zookeeper_server_lines
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import members


def ensemble(*ids: int, **hosts: str) -> members.Members:
    """Servers with these ids at 10.0.0.<id>; a negative id is an observer."""
    lines = []
    for number in ids:
        host = hosts.get(f"s{number}", f"10.0.0.{abs(number)}")
        lines.append(f"server.{abs(number)}={host}:2888:3888{':observer' if number < 0 else ''};2181")
    return members.parse("\n".join(lines))


@pytest.mark.parametrize(
    ("server", "line"),
    [
        ({}, "server.3=zk3:2888:3888;2181"),
        ({"address": "fd00::3"}, "server.3=[fd00::3]:2888:3888;2181"),
        ({"zookeeper_observer": "yes"}, "server.3=zk3:2888:3888:observer;2181"),
        ({"zookeeper_peer_port": "3181", "zookeeper_election_port": 4181}, "server.3=zk3:3181:4181;2181"),
        ({"zookeeper_client_address": "10.0.0.3"}, "server.3=zk3:2888:3888;10.0.0.3:2181"),
        ({"zookeeper_client_address": "fd00::3"}, "server.3=zk3:2888:3888;[fd00::3]:2181"),
    ],
)
def test_a_server_s_line(server: dict[str, object], line: str) -> None:
    whole = {
        "id": 3, "address": "zk3", "zookeeper_peer_port": 2888, "zookeeper_election_port": 3888,
        "zookeeper_client_port": 2181, "zookeeper_client_address": "", "zookeeper_observer": False, **server,
    }  # fmt: skip
    assert zookeeper_server_lines([whole]) == [line]
    assert members.parse(line)[3].line() == line


def test_what_a_server_writes_itself_is_the_same() -> None:
    own = (
        "server.1=10.0.0.1:2888:3888:participant;0.0.0.0:2181\n"
        "server.2=10.0.0.2:2888:3888:observer;0.0.0.0:2181\nversion=1f00000003"
    )
    assert members.parse(own) == ensemble(1, -2)
    assert members.version(own) == "1f00000003"


def test_a_line_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"server\.1=10\.0\.0\.1 is not host:port:port"):
        members.parse("server.1=10.0.0.1")


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        ((), (1, 2, 3, 4)),  # the first start of all
        ((1, 2, 3), (1, 2, 3, -4)),  # joins without a vote
        ((1, 2, 3, 4), (1, 2, 3, 4)),  # lost its disk
    ],
)
def test_with_which_members_a_server_starts(seen: tuple[int, ...], written: tuple[int, ...]) -> None:
    def lines(found: members.Members) -> list[str]:
        return [found[number].line() for number in sorted(found)]

    assert zookeeper_seed(lines(ensemble(1, 2, 3, 4)), 4, lines(ensemble(*seen))) == lines(ensemble(*written))


def test_one_member_a_step() -> None:
    says = [step.says for step in members.steps(ensemble(1, 2, 4, 5, s2="10.0.0.9"), ensemble(1, 2, 3))]
    assert says == [
        "change server.2 (10.0.0.9)",
        "add server.4 (10.0.0.4)",
        "add server.5 (10.0.0.5)",
        "remove server.3 (10.0.0.3)",
    ]
    assert members.steps(ensemble(1, 2, 3), ensemble(1, 2, 3)) == []


REFUSALS: list[tuple[str, tuple[int, ...], tuple[int, ...], set[int], str | None]] = [
    ("a member is added", (1, 2, 3, 4), (1, 2, 3), {1, 2, 3, 4}, None),
    ("it is added beside a dead one", (1, 2, 3, 4), (1, 2, 3), {1, 2, 4}, None),
    ("it does not serve", (1, 2, 3, 4), (1, 2, 3), {1, 2, 3}, "server.4 (10.0.0.4) does not serve; start it first"),
    ("a dead one is removed", (1, 2), (1, 2, 3), {1, 2}, None),
    ("a dead one stays", (1, 2), (1, 2, 3), {1, 3},
     "after it 1 of 2 voters would serve and 2 must; bring back server.2 (10.0.0.2)"),
    ("there is no majority", (1, 2, 3, 4), (1, 2, 3), {1, 4}, "before it 1 of 3 voters would serve and 2 must"),
    ("observers do not count", (1, 2, -4, -5), (1, 2, 3, -4, -5), {1, 4, 5}, "before it 1 of 3 voters"),
    ("the last but one goes", (1,), (1, 2), {1, 2}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "seen", "serving", "refused"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_steps_that_would_lose_the_quorum(
    wanted: tuple[int, ...], seen: tuple[int, ...], serving: set[int], refused: str | None
) -> None:
    (step,) = members.steps(ensemble(*wanted), ensemble(*seen))
    said = members.refusal(step, ensemble(*seen), serving)
    assert said is None if refused is None else refused in str(said)


@pytest.mark.parametrize(
    ("before", "wanted", "problem"),
    [
        ((), (1, 2, 3), None),
        ((1, 2, 3), (1, 2, 3, 4, 5), None),
        ((1, 2, 3, 4, 5), (1, 2, 3), None),
        ((1, 2, 3), (1,), "2 of the 3 voters would leave at once"),
        ((1, 2, 3), (1, 2, -3), None),
        ((1, 2, 3), (4, 5, 6), "take out 1 at the most"),
    ],
)
def test_changes_of_the_files(before: tuple[int, ...], wanted: tuple[int, ...], problem: str | None) -> None:
    refused = members.static_refusal(ensemble(*wanted), ensemble(*before))
    assert problem in str(refused) if problem else refused is None


@pytest.mark.parametrize(
    ("before", "wanted", "problem"),
    [
        ("disabled", "disabled", None),
        ("disabled", "accept", None),
        ("accept", "prefer", None),
        ("prefer", "required", None),
        ("required", "prefer", None),
        ("disabled", "required", "run the playbook with accept, then prefer first"),
        ("disabled", "prefer", "run the playbook with accept first"),
        ("required", "disabled", "run the playbook with prefer, then accept first"),
    ],
)
def test_stages_of_tls(before: str, wanted: str, problem: str | None) -> None:
    sends, both = before in ("prefer", "required"), before in ("accept", "prefer")
    text = (
        f"sslQuorum={sends}\nportUnification={both}\n".lower().replace("sslquorum", "sslQuorum").replace("unif", "Unif")
    )
    assert members.tls_stage(text) == before
    refused = members.tls_refusal(wanted, before)
    assert problem in str(refused) if problem else refused is None


def test_the_hash_of_the_digest_scheme() -> None:
    # As org.apache.zookeeper.server.auth.DigestAuthenticationProvider prints it for super:secret.
    assert zookeeper_digest("secret", "super") == "super:lK75jTNcA+U9vtVEw5vB51mj/w4="
