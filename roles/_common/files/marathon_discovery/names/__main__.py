"""The command line of the program that keeps names in DNS."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from pathlib import Path

from .. import command, settings_file
from ..fetch import ReadError
from ..marathon import answer
from ..marathon.client import Marathon
from ..mesos import client as mesos
from ..mesos.client import Masters
from ..settings_file import ConfigError
from . import config as configuration
from . import metrics
from .agent import Agent, Rounds, words_of
from .status import Status
from .zone import ZoneError


def main() -> int:
    arguments = _parser().parse_args()
    if (arguments.dry_run or arguments.from_file) and not arguments.once:
        return command.refused("--dry-run and --from-file need --once")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        config = configuration.load(arguments.config)
        key = configuration.key(config.key_file)
        of_mesos = settings_file.credentials(config.mesos_credentials_file)
        of_marathon = settings_file.credentials(config.marathon_credentials_file)
    except ConfigError as error:
        return command.refused(str(error))

    def masters(stop: threading.Event | None = None) -> Masters:
        return Masters(config.masters, of_mesos, config.mesos_ca_file, stop)

    def marathon(stop: threading.Event | None = None) -> Marathon:
        return Marathon(config.marathon, of_marathon, config.marathon_ca_file, stop)

    if arguments.once:
        return _once(Agent(config, key, Status()), masters(), marathon(), arguments)
    return command.follow(
        config,
        marathon(),
        Status,
        metrics.text,
        lambda status, stop: Rounds(Agent(config, key, status), masters(stop), marathon(stop), status),
    )


def _once(agent: Agent, masters: Masters, marathon: Marathon, arguments: argparse.Namespace) -> int:
    try:
        if arguments.from_file:
            of_mesos, of_marathon = (Path(name).read_bytes() for name in arguments.from_file)
            state, apps = mesos.state(of_mesos), answer.apps(of_marathon)
        else:
            state, apps = masters.state(), marathon.apps()
        if arguments.dry_run:
            names, found = agent.plan(state, apps)
            print("".join(f"{line}\n" for line in (*map(str, found), *words_of(names))), end="")
        else:
            agent.round(state, apps)
    except (ReadError, ZoneError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="marathon-dns", description=__doc__)
    parser.add_argument("--config", required=True, metavar="FILE")
    parser.add_argument("--once", action="store_true", help="one round; exit code 1 where it failed")
    parser.add_argument("--dry-run", action="store_true", help="with --once: print what would change, change nothing")
    parser.add_argument(
        "--from-file",
        nargs=2,
        metavar=("STATE", "APPS"),
        help="with --once: the answers of GET /master/state and of GET /v2/apps?embed=apps.tasks",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
