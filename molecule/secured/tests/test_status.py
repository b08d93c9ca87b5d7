"""The playbook status finds nothing open in a cluster that is closed, and shows no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import status_table

if TYPE_CHECKING:
    from conftest import Secured


def test_nothing_is_open(secured: Secured) -> None:
    output, lines = status_table.of_lab(secured.cluster, "-vvv", "--diff")
    assert not [text for text in lines if "does not answer" in text or "open to anyone" in text], "\n".join(lines)
    assert [name for name, secret in secured.secrets().items() if secret in output] == []
    assert "Nobody has the lock of the cluster." in lines
