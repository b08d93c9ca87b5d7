from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api import repeat

LOST = errors.WriteUncertain("the write got no answer")
LOCKED = errors.Conflict("another deployment holds it")


class Marathon:
    """Answers from two scripts; what is an error is raised."""

    def __init__(self, writes, reads=()):
        self.writes, self.reads = list(writes), list(reads)
        self.sent, self.read, self.slept = [], [], []

    def send(self, plan):
        self.sent.append(plan)
        return told(self.writes.pop(0))

    def left(self, plan):
        self.read.append(plan)
        return told(self.reads.pop(0))

    def run(self):
        done = repeat.written(self.send, "all", self.left, self.slept.append)
        assert (self.writes, self.reads) == ([], [])
        return done


def told(entry):
    if isinstance(entry, Exception):
        raise entry
    return entry


def test_an_answer_is_the_end_of_it():
    marathon = Marathon(["d1"])
    assert marathon.run() == "d1"
    assert (marathon.sent, marathon.slept) == (["all"], [])


def test_only_what_is_left_is_sent_again():
    marathon = Marathon([LOST, "d2"], ["the rest"])
    assert marathon.run() == "d2"
    assert (marathon.sent, marathon.read, marathon.slept) == (["all", "the rest"], ["all"], [repeat.PAUSE])


def test_what_is_done_is_not_sent_again():
    marathon = Marathon([LOST], [None])
    assert marathon.run() is None
    assert marathon.sent == ["all"]


def test_the_last_try_is_not_looked_after():
    with pytest.raises(errors.WriteUncertain, match=r"^the write got no answer$"):
        Marathon([LOST] * repeat.TRIES, ["all"] * (repeat.TRIES - 1)).run()


@pytest.mark.parametrize("look", [errors.Unreachable("no master"), errors.Refused("401"), errors.Unexpected("500")])
def test_a_failed_look_leaves_the_write_uncertain(look):
    with pytest.raises(errors.WriteUncertain, match=f"the write got no answer. A look at it failed too: {look}"):
        Marathon([LOST], [look]).run()
    with pytest.raises(errors.WriteUncertain, match=f"the write got no answer. A look at it failed too: {look}"):
        Marathon([LOST, LOCKED], ["all", look]).run()


def test_a_refusal_of_the_first_write_is_one():
    with pytest.raises(errors.Conflict):
        Marathon([LOCKED]).run()


@pytest.mark.parametrize("refusal", [LOCKED, errors.Invalid("exists already")])
def test_a_refusal_of_a_repeated_write_may_come_of_the_first(refusal):
    marathon = Marathon([LOST, refusal], ["all", None])
    assert marathon.run() is None
    assert marathon.slept == [repeat.PAUSE]
    with pytest.raises(type(refusal)):
        Marathon([LOST, refusal], ["all", "all"]).run()
