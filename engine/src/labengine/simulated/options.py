"""The command line of the simulated agents."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labengine import LAB_ENGINE_VERSION, MESOS_VERSION
from labengine.agent import own_resources
from labengine.common.mesos_flags import duration

PROGRAM = "mesos-simulated-agents"
# Every agent is marked with it, so that a constraint can keep real work away.
MARK = {"name": "simulated", "type": "TEXT", "text": {"value": "true"}}
DEFAULT_RESOURCES = "cpus:8;mem:16384;disk:102400;ports:[31000-32000]"
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Options:
    master: str
    agents: int
    ip: str
    first_port: int
    hostname_prefix: str
    resources: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    start_delay: float
    failing: float
    credential: str | None
    zk_session_timeout: float

    def agent_infos(self) -> list[dict[str, Any]]:
        """One AgentInfo each; a master knows agents by address and port, although nobody listens there."""
        digits = len(str(self.agents))
        return [
            {
                "hostname": f"{self.hostname_prefix}{number:0{digits}}",
                "port": self.first_port + number - 1,
                "resources": self.resources,
                "attributes": [*self.attributes, MARK],
            }
            for number in range(1, self.agents + 1)
        ]


def read(arguments: Sequence[str]) -> Options:
    """Ends the program with a usage message when something is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.first_port + given.agents - 1 > HIGHEST_PORT:
        parser.error(
            f"--agents={given.agents} from --first_port={given.first_port} on need ports beyond {HIGHEST_PORT}: "
            "lower one of them"
        )
    return Options(**vars(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        allow_abbrev=False,
        description=f"Simulated agents of the lab engine {LAB_ENGINE_VERSION}, for labs and tests only: one process "
        "registers as many agents, and the tasks that they get start, become healthy and end as told, "
        "but NOTHING IS RUN.",
        epilog="Such agents have the attribute simulated:true and say so in the messages of their tasks. They answer "
        "no requests of their own, and neither do their tasks: health checks that Marathon itself makes (HTTP, TCP) "
        "fail, while those of Mesos (COMMAND, MESOS_HTTP, ...) are told as passed. The tasks end with this process.",
    )
    add = parser.add_argument
    add("--version", action="version", version=f"{PROGRAM} of the lab engine {LAB_ENGINE_VERSION} ({MESOS_VERSION})")
    add("--master", required=True, metavar="URL", help="as of mesos-agent: zk://host:port/mesos, or host:port")
    add("--agents", type=_positive, default=500, metavar="N", help="how many (default: %(default)s)")
    add("--ip", default="127.0.0.1", help="the address that all of them claim (default: %(default)s)")
    add(
        "--first_port",
        type=_positive,
        default=20001,
        metavar="PORT",
        help="that of the first agent; the others follow, and nobody listens there. A second such program needs "
        "ports or an address of its own (default: %(default)s)",
    )
    add(
        "--hostname_prefix",
        default="simulated-",
        metavar="TEXT",
        help="before the number of the agent (default: %(default)s)",
    )
    add(
        "--resources",
        type=_parsed(own_resources.parse),
        default=DEFAULT_RESOURCES,
        metavar="TEXT",
        help="of each, as of mesos-agent (default: %(default)s)",
    )
    add(
        "--attributes",
        type=_parsed(own_resources.parse_attributes),
        default="",
        metavar="TEXT",
        help="of each, as of mesos-agent",
    )
    add(
        "--start_delay",
        type=_parsed(duration),
        default="0secs",
        metavar="DURATION",
        help="from TASK_STARTING to TASK_RUNNING (default: %(default)s)",
    )
    add(
        "--failing",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="of the tasks, from 0 to 1, that fail when they should run, picked at random (default: %(default)s)",
    )
    add("--credential", metavar="PATH", help="as of mesos-agent")
    add(
        "--zk_session_timeout",
        type=_parsed(duration),
        default="10secs",
        metavar="DURATION",
        help="as of mesos-agent (default: %(default)s)",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is less than 1")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not between 0 and 1")
    return number


def _parsed(parse: Any) -> Any:
    """The words of Mesos' own parsers as those of argparse."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert
