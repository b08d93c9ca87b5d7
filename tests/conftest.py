"""Makes `ansible_collections.quorum.mesos` this checkout when pytest is started by hand."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LINK = CHECKOUT / ".build" / "collections" / "ansible_collections" / "quorum" / "mesos"

# ansible-test's copy of the collection is importable already.
if CHECKOUT.parent.parent.name != "ansible_collections" and not LINK.is_symlink():
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.symlink_to("../../../..", target_is_directory=True)
