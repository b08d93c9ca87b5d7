"""Command line flags and environment variables, read as the real programs read them.

    flags = load("mesos-agent", sys.argv[1:], os.environ)
    flags.work_dir, flags.port, flags.agent_ping_timeout   # typed; durations and sizes are numbers (seconds, bytes)
    flags.explicit                                          # the names that were given
    flags.as_strings()                                      # what /flags shows: name -> text

The tables of names, types and defaults are data (``labengine/data/flags-<program>.json``). A flag that a program
has and the engine does not act upon is accepted, like the rest. ``load`` ends the program (exit status 1) with
the message that the real one prints; ``--help`` and ``--version`` end it with 0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Literal

from labengine.common import marathon_flags, mesos_flags
from labengine.common.flagtable import Flag, FlagError, Flags

Program = Literal["mesos-master", "mesos-agent", "marathon"]

__all__ = ["Flag", "FlagError", "Flags", "Program", "load", "table"]


def table(program: Program) -> list[Flag]:
    """Every flag of the real program."""
    text = resources.files("labengine.data").joinpath(f"flags-{program}.json").read_text(encoding="utf-8")
    return [Flag(**entry) for entry in json.loads(text)]


def load(program: Program, argv: Sequence[str], environ: Mapping[str, str]) -> Flags:
    dialect = marathon_flags if program == "marathon" else mesos_flags
    return dialect.load(program, table(program), list(argv), environ)
