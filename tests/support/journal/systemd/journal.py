"""Entries go to the file that the environment names."""

from __future__ import annotations

import os
from typing import Any


def send(message: str = "", **fields: Any) -> None:
    descriptor = os.open(os.environ["QUORUM_TEST_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as journal:
        journal.write(f"{message} {fields}\n")


# That it is there is how Ansible knows the library.
sendv = send
