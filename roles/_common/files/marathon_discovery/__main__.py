"""The command line of the agent."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from pathlib import Path

from . import command, settings_file
from . import config as configuration
from .agent import Agent, Rounds, WrongOutside
from .config import Config
from .fetch import ReadError
from .haproxy.runtime import HaproxyError
from .marathon import answer
from .marathon.client import Marathon
from .once import dry_run
from .report import metrics
from .report.status import Status
from .settings_file import ConfigError

log = logging.getLogger("marathon-haproxy")


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.dry_run and not arguments.once:
        return command.refused("--dry-run needs --once")
    if arguments.from_file and not arguments.once:
        return command.refused("--from-file needs --once")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        config = configuration.load(arguments.config)
        credentials = settings_file.credentials(config.credentials_file)
    except ConfigError as error:
        return command.refused(str(error))

    def marathon(stop: threading.Event | None = None) -> Marathon:
        return Marathon(config.marathon, credentials, config.ca_file, stop)

    if arguments.once:
        return _once(config, marathon(), arguments.from_file, arguments.dry_run)
    return command.follow(
        config,
        marathon(),
        Status,
        metrics.text,
        lambda status, stop: Rounds(config, Agent(config, status, stop.wait), marathon(stop), status),
    )


def _once(config: Config, marathon: Marathon, from_file: str, dry: bool) -> int:
    status = Status()
    agent = Agent(config, status, threading.Event().wait)
    try:
        apps = answer.apps(Path(from_file).read_bytes()) if from_file else marathon.apps()
        if dry:
            dry_run(agent, apps)
        else:
            agent.round(apps)
    except (ReadError, HaproxyError, WrongOutside, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    # The log says what is not believed.
    return 1 if status.snapshot()["guard"]["why"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="marathon-haproxy", description=__doc__)
    parser.add_argument("--config", required=True, metavar="FILE")
    parser.add_argument("--once", action="store_true", help="one round; exit code 1 where it failed")
    parser.add_argument("--dry-run", action="store_true", help="with --once: print what would change, change nothing")
    parser.add_argument("--from-file", metavar="APPS", help="with --once: the answer of GET /v2/apps?embed=apps.tasks")
    return parser


if __name__ == "__main__":
    sys.exit(main())
