"""The lab's closing table asks the secured cluster with the passwords and certificates of its inventory."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lab import report

if TYPE_CHECKING:
    from conftest import Secured


def test_everything_answers_who_may_ask(secured: Secured) -> None:
    output = io.StringIO()
    assert report.show(secured.config, output=output) == 0, output.getvalue()
    text = output.getvalue()
    assert "https://" in text
    assert "Marathon         3/3" in text
    assert [name for name, value in secured.secrets().items() if value in text] == []
