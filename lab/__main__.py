"""Command line of the lab: ``python -m lab COMMAND``; the Makefile's targets call it."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from types import FrameType

from lab import bench, bench_discovery, locks, machine_docker, playbook, report, up
from lab.config import LabConfig, LabError, from_environment

# They make, change or remove the hosts of a lab.
CHANGES = ("up", "hosts", "registry", "check", "apps", "down")


def _log(text: str) -> None:
    print(f"[lab] {text}", flush=True)


def _docker(argument: str) -> None:
    _log(machine_docker.start() if argument == "start" else machine_docker.stop())


def _exec(argv: list[str]) -> int:
    argv = argv[1:] if argv[:1] == ["--"] else argv
    if not argv:
        raise LabError("`python -m lab exec` needs a command, for example: exec ansible-playbook site.yml")
    return subprocess.run(argv, env=playbook.environment(), check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="A Mesos and Marathon cluster on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="everything: hosts, registry, site.yml, apps.yml, the closing table")
    commands.add_parser("hosts", help="only Docker, the images, the hosts and their inventory")
    commands.add_parser("registry", help="the lab's image registry and the images in it")
    commands.add_parser("check", help="site.yml and apps.yml with --check --diff on the running lab")
    commands.add_parser("apps", help="apps.yml on the running lab")
    commands.add_parser("report", help="the closing table")
    commands.add_parser("bench", help="tasks and seconds of runs that change nothing, if a lab runs")
    commands.add_parser("bench-modules", help="seconds and requests for 1,000 definitions by the modules")
    commands.add_parser("bench-scale", help="seconds, requests and memory of many apps on many simulated agents")
    commands.add_parser("bench-discovery", help="seconds and memory from 1,000 apps to HAProxy's file")
    down = commands.add_parser("down", help="removes all that `up` made")
    down.add_argument("--keep-images", action="store_true", help="keep the images and the daemon for a next lab")
    run = commands.add_parser("exec", help="runs a command in the environment in which Ansible finds this collection")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND [ARGUMENT ...]")
    docker = commands.add_parser("docker", help="starts the machine's Docker, or stops the one that the lab started")
    docker.add_argument("what", choices=["start", "stop"])
    return parser


def _dispatch(arguments: argparse.Namespace, config: LabConfig) -> int:
    match arguments.command:
        case "up":
            return up.up(config, _log)
        case "hosts":
            up.hosts(config, _log)
        case "registry":
            up.fill_registry(config, _log)
        case "check":
            up.check(config)
        case "apps":
            up.apps(config)
        case "report":
            return report.show(config)
        case "bench":
            return bench.show(config, _log)
        case "bench-modules":
            # It needs the cluster of the tests, which no other command does.
            from lab import bench_modules

            return bench_modules.show(_log)
        case "bench-scale":
            from lab import bench_scale

            return bench_scale.show(_log)
        case "bench-discovery":
            return bench_discovery.show(_log, os.environ)
        case "down":
            up.down(config, _log, arguments.keep_images or bool(os.environ.get("LAB_KEEP_IMAGES")))
        case "exec":
            return _exec(arguments.argv)
        case "docker":
            _docker(arguments.what)
    return 0


def _end(number: int, _frame: FrameType | None) -> None:
    # As an exception it passes through all that takes down what it has started; a second one would cut that short.
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main() -> int:
    arguments = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        config = from_environment()
        with locks.working_on(config.name) if arguments.command in CHANGES else nullcontext():
            return _dispatch(arguments, config)
    except LabError as error:
        print(f"[lab] error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
