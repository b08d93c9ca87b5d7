"""Text of others in messages."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _words as words

FOREIGN = "a\x1b[31m\r\x9b\u202e\tb\nc"


def test_a_terminal_gets_nothing_that_it_obeys() -> None:
    assert words.printable(FOREIGN) == "a [31m    b\nc"
    assert words.one_line(FOREIGN) == "a [31m b c"
    assert words.printable("Größe 5 µs, 東京") == "Größe 5 µs, 東京"


def test_an_error_also_when_its_text_was_extended() -> None:
    class Failed(Exception):
        __str__ = words.readable

    error = Failed(FOREIGN)
    error.args = (f"{error}. {FOREIGN}",)
    assert str(error) == "a [31m    b\nc. a [31m    b\nc"


@pytest.mark.parametrize(
    ("sentence", "told"),
    [("it failed", "it failed."), ("404 Not Found.", "404 Not Found."), ("did you mean 'cmd'?", "did you mean 'cmd'?")],
)
def test_one_mark_ends_a_sentence(sentence: str, told: str) -> None:
    assert words.ended(sentence) == told
