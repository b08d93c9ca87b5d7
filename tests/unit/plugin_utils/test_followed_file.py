from __future__ import annotations

import os
import stat
import time

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.followed_file import FollowedFile


def add(path, text):
    with open(path, "a", encoding="utf-8") as lines:
        lines.write(text)


def wait_until(true, seconds=5):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_lines_are_shown_while_they_are_written_and_the_rest_at_the_end():
    shown = []
    with FollowedFile(shown.append) as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        add(path, "first\nsec")
        wait_until(lambda: shown == ["first"])
        add(path, "ond\n")
        wait_until(lambda: shown == ["first", "second"])
        add(path, "last\nnot a line")
    assert shown == ["first", "second", "last"]
    assert not os.path.exists(path)


def test_nothing_is_left_behind_by_an_interrupt():
    with pytest.raises(KeyboardInterrupt), FollowedFile([].append) as path:
        raise KeyboardInterrupt
    assert not os.path.exists(path)


def test_a_terminal_gets_text_only():
    shown = []
    with FollowedFile(shown.append) as path:
        add(path, "a\x1b[2Jb\r\n")
    assert shown == ["a [2Jb"]
