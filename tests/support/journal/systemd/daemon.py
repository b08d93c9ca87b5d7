"""What Ansible asks before it logs to the journal."""

from __future__ import annotations


def booted() -> bool:
    return True
