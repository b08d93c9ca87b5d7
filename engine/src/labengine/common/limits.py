"""What a process may have open."""

from __future__ import annotations

import resource


def allow_many_files() -> None:
    """For hundreds of peers; the usual limit of 1024 files is one that a program may raise itself."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
