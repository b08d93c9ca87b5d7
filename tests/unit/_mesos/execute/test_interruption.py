"""What ends a run early: a signal, and the end of whoever waits for the answer."""

from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.interruption import Interrupted, Interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_kept_until_somebody_looks(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interruption() as interruption:
        interruption.check()
        os.kill(os.getpid(), number)
        with pytest.raises(Interrupted, match=f"interrupted by {number.name}"):
            interruption.check()
    assert signal.getsignal(number) is before


def test_nobody_waits_for_the_answer_any_more() -> None:
    reader, writer = os.pipe()
    with Interruption(writer) as interruption:
        interruption.check()
        os.close(reader)
        with pytest.raises(Interrupted, match="the run of Ansible that started it is gone"):
            interruption.check()
    os.close(writer)
