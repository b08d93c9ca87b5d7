"""What several looks at an ensemble tell of its trees, and what a moment's difference does not."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import anonymous, trees


def look(*servers: tuple[str, int]) -> list[dict[str, Any]]:
    """The first leads."""
    return [
        {"address": f"h{number}", "mode": "follower" if number else "leader", "zxid": zxid, "node_count": count}
        for number, (zxid, count) in enumerate(servers)
    ]


BUSY = [
    look(("0x100000005", 9), ("0x100000005", 8), ("0x100000004", 8)),
    look(("0x100000007", 9), ("0x100000006", 9), ("0x100000007", 9)),
    look(("0x100000009", 9), ("0x100000008", 9), ("0x100000007", 9)),
    look(("0x10000000b", 9), ("0x10000000b", 9), ("0x10000000a", 9)),
]


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([look(("0x100000005", 9), ("0x100000005", 9))], None),
        # One look between two reads of a server.
        (BUSY, None),
        ([look(("0x100000005", 9), ("0x100000005", 7))] * 4, "the znode trees differ (7 znodes on h1; 9 znodes on h0)"),
        (
            [look((f"0x10000000{number}", 9), ("0x100000002", 9)) for number in (5, 6, 7, 8)],
            "h1 stays at transaction 0x100000002, and the leader h0 was at 0x100000005 already",
        ),
        # What only one server has.
        ([look(("0x100000005", 9), ("0x100000008", 9))] * 4, "h1 stays at transaction 0x100000008"),
        # Elected just now.
        ([look(("0x200000000", 9), ("0x100000008", 9))] * 4, None),
    ],
)
def test_what_stays_is_told(looks: list[Any], told: str | None) -> None:
    found = trees.problems(looks)
    assert len(found) == (1 if told else 0), found
    assert told is None or told.replace(";", ",") in found[0].replace(";", ",")


def test_it_looks_again_only_where_servers_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [*BUSY[0], *look(("0x100000006", 9), ("0x100000006", 9), ("0x100000006", 9))]
    monkeypatch.setattr(trees, "look", lambda address, timeout: answers.pop(0))
    monkeypatch.setattr(trees, "PAUSE", 0)
    monkeypatch.setattr(trees, "ThreadPoolExecutor", InOrder)
    servers, problems = trees.examine(["h0", "h1", "h2"], 1)
    assert (problems, trees.agree(servers), answers) == ([], True, [])


class InOrder:
    def __init__(self, max_workers: int) -> None:
        pass

    def __enter__(self) -> InOrder:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    map = staticmethod(map)


def acl(*entries: tuple[int, str, str], error: int = 0) -> bytes:
    answer = struct.pack(">iqii", 1, 7, error, len(entries))
    for permissions, scheme, identity in entries:
        answer += struct.pack(">i", permissions)
        for text in (scheme, identity):
            answer += struct.pack(">i", len(text)) + text.encode()
    return answer


@pytest.mark.parametrize(
    ("answer", "rights"),
    [
        (acl((31, "world", "anyone")), ["read", "write"]),
        (acl((31, "digest", "a:b"), (1, "world", "anyone")), ["read"]),
        (acl((31, "digest", "a:b")), []),
        (acl((16, "world", "anyone")), []),
        (acl((31, "world", "anyone"), error=-124), []),
        (b"", []),
    ],
)
def test_what_anyone_may_do(answer: bytes, rights: list[str]) -> None:
    assert anonymous.granted(answer) == rights
