"""A cluster of the lab engine on loopback: ZooKeeper, masters, agents, Marathon, all from the sources.

    with LocalCluster(tmp_path, masters=3, agents=2, marathons=1) as cluster:
        requests.get(cluster.leader().url + "/state")
        cluster.leader().kill()

The first master, agent or Marathon listens on 127.0.0.2, the second on 127.0.0.3, and so on, so that each is a
host of its own to the others. Every port is free, every file is below ``directory``, and only processes that were
started here are ended, by their id.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

ENGINE = Path(__file__).resolve().parents[2] / "engine" / "src"
ZOOKEEPER_JAR = Path("/usr/share/java/zookeeper.jar")
TICK_MILLISECONDS = 500
STOP_SECONDS = 10
# A JVM on a busy machine takes its time.
START_SECONDS = 90


class ClusterError(Exception):
    """Something did not start or did not happen in time; the text holds the end of the log."""


def zookeeper_installed() -> bool:
    return ZOOKEEPER_JAR.exists() and shutil.which("java") is not None


def free_port(ip: str = "127.0.0.1") -> int:
    return free_ports(1, ip)[0]


def free_ports(number: int, ip: str) -> list[int]:
    """All at once, so that they differ."""
    with contextlib.ExitStack() as open_ones:
        probes = [open_ones.enter_context(socket.socket()) for _one in range(number)]
        for probe in probes:
            probe.bind((ip, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def wait_until(what: str, condition: Callable[[], Any], seconds: float = START_SECONDS,
               interval: float = 0.1) -> Any:
    """The first true value of ``condition``; requests' errors count as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(requests.RequestException):
            value = condition()
            if value:
                return value
        if time.monotonic() > deadline:
            raise ClusterError(f"{what}: not within {seconds:g} s")
        time.sleep(interval)


class Program:
    """One process with its log; it can be ended and started again with the same command."""

    def __init__(self, name: str, command: list[str], directory: Path, ip: str, port: int,
                 environment: dict[str, str] | None = None, scheme: str = "http",
                 ask: requests.Session | None = None) -> None:
        self.name = name
        self.ask = ask or requests.Session()
        self._scheme = scheme
        self.command = command
        self.ip = ip
        self.port = port
        self.log = directory / f"{name}.log"
        self._directory = directory
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.ip}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        # A developer's own MESOS_* and MARATHON_* would become flags of the programs under test.
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("MESOS_", "MARATHON_", "LIBPROCESS_"))}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                             cwd=self._directory, env=environment | self._environment,
                                             start_new_session=True)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM, and SIGKILL when that is not enough; the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        if self.running:
            self._process.send_signal(number)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(STOP_SECONDS)

    def wait(self, seconds: float) -> int:
        """The exit status of a program that ends by itself."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ClusterError(f"{self.name} still runs after {seconds:g} s\n{self.tail()}") from None

    def wait_answering(self, path: str, seconds: float = START_SECONDS) -> None:
        def answers() -> bool:
            if not self.running:
                raise ClusterError(f"{self.name} ended with status {self.wait(1)}\n{self.tail()}")
            return self.ask.get(self.url + path, timeout=2, allow_redirects=False).status_code < 500

        try:
            wait_until(f"{self.name} answers {path}", answers, seconds)
        except ClusterError as error:
            raise ClusterError(f"{error}\n{self.tail()}") from None

    def tail(self, lines: int = 30) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class LocalCluster:
    """``quorum`` is a majority of ``masters`` unless given. ``*_flags`` go to every program of their kind.

    ``environment`` goes to all; with TLS in it the programs' URLs are https. ``ask`` is what talks to the programs.
    """

    def __init__(self, directory: Path, *, masters: int = 1, agents: int = 0, marathons: int = 0, zookeepers: int = 1,
                 quorum: int | None = None, session_timeout: int = 3,
                 master_flags: dict[str, str] | None = None, agent_flags: dict[str, str] | None = None,
                 marathon_flags: dict[str, str] | None = None, environment: dict[str, str] | None = None) -> None:
        self.environment = environment or {}
        # Of Marathon: flags without a value.
        self.marathon_switches: list[str] = []
        self.scheme = "https" if "LIBPROCESS_SSL_ENABLED" in self.environment else "http"
        self.ask = requests.Session()
        # REQUESTS_CA_BUNDLE would win over the session.
        self.ask.trust_env = False
        self.ask.verify = self.environment.get("LIBPROCESS_SSL_CA_FILE", True)
        self.directory = directory
        self.masters: list[Program] = []
        self.agents: list[Program] = []
        # Each stands for many agents.
        self.simulated: list[Program] = []
        self.marathons: list[Program] = []
        self.session_timeout = session_timeout
        self._wanted = (masters, agents, marathons)
        self._quorum = quorum or masters // 2 + 1
        self._master_flags = master_flags or {}
        self._agent_flags = agent_flags or {}
        self._marathon_flags = marathon_flags or {}
        self.zookeepers = self._ensemble(zookeepers)

    def __enter__(self) -> LocalCluster:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    @property
    def zookeeper(self) -> Program:
        return self.zookeepers[0]

    @property
    def zookeeper_port(self) -> int:
        return self.zookeeper.port

    def zk_url(self, path: str) -> str:
        return f"zk://{','.join(f'{one.ip}:{one.port}' for one in self.zookeepers)}/{path}"

    def start(self) -> None:
        """Everything, until a master leads, every agent is registered and Marathon answers."""
        if not zookeeper_installed():
            raise ClusterError(f"ZooKeeper is not installed ({ZOOKEEPER_JAR} and java): apt-get install zookeeper")
        self.start_zookeeper()
        masters, agents, marathons = self._wanted
        for _ in range(masters):
            self.add_master()
        for _ in range(agents):
            self.add_agent()
        for _ in range(marathons):
            self.add_marathon()
        if masters:
            self.wait_leader()
            # A leader that is lost before the others have a vote leaves no quorum behind.
            wait_until("every master has a vote", lambda: all(self._votes(one) for one in self.masters))
        if agents:
            self.wait_agents(agents)
        for marathon in self.marathons:
            marathon.wait_answering("/ping")

    def stop(self) -> None:
        """Everything, tasks too: they outlive their agent."""
        for marathon in self.marathons:
            if marathon.running:
                marathon.kill()
        with contextlib.suppress(ClusterError, requests.RequestException):
            self._end_tasks()
        for program in [*self.agents, *self.simulated, *self.masters, *self.zookeepers]:
            if program.running:
                program.kill()
        self._end_leftovers(self.agents)

    def lose(self, agent: Program) -> None:
        """As when its host loses power: the agent and its tasks end at once."""
        agent.kill()
        self._end_leftovers([agent])

    def _end_tasks(self) -> None:
        leader = self.leader()
        for framework in self.ask.get(leader.url + "/frameworks", timeout=5).json()["frameworks"]:
            self.ask.post(leader.url + "/teardown", data={"frameworkId": framework["id"]}, timeout=5)

        def idle() -> bool:
            states = [self.ask.get(agent.url + "/state", timeout=5).json() for agent in self.agents if agent.running]
            return not any(framework["executors"] for state in states for framework in state["frameworks"])

        wait_until("the tasks have ended", idle, STOP_SECONDS)

    def _end_leftovers(self, agents: list[Program]) -> None:
        """Tasks of agents that could not be told: known by the agent's directory, where only they work."""
        homes = [f"{self.directory}/{agent.name}/" for agent in agents]
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                works_in = f"{(process / 'cwd').readlink()}/"
                is_task = any(works_in.startswith(home) for home in homes)
                is_executor = any("labengine" in part for part in command) and any(
                    part.startswith(home) for part in command for home in homes)
                if is_task or is_executor:
                    os.kill(int(process.name), signal.SIGKILL)

    def _ensemble(self, number: int) -> list[Program]:
        if number == 1:
            return [self._zookeeper("zookeeper", 1, "127.0.0.1", free_port(), "")]
        ips = {one: f"127.0.0.{one + 1}" for one in range(1, number + 1)}
        ports = {one: free_ports(3, ip) for one, ip in ips.items()}
        members = "initLimit=20\nsyncLimit=10\n" + "".join(
            f"server.{one}={ip}:{ports[one][1]}:{ports[one][2]}\n" for one, ip in ips.items())
        return [self._zookeeper(f"zookeeper{one}", one, ip, ports[one][0], members) for one, ip in ips.items()]

    def _zookeeper(self, name: str, number: int, ip: str, port: int, members: str) -> Program:
        home = self.directory / name
        home.mkdir(parents=True)
        (home / "myid").write_text(f"{number}\n", encoding="utf-8")
        (home / "zoo.cfg").write_text(
            f"tickTime={TICK_MILLISECONDS}\nminSessionTimeout={TICK_MILLISECONDS * 2}\nmaxSessionTimeout=60000\n"
            f"dataDir={home}\nclientPortAddress={ip}\nclientPort={port}\n{members}"
            "admin.enableServer=false\n4lw.commands.whitelist=ruok,srvr,mntr\nmaxClientCnxns=0\n", encoding="utf-8")
        command = ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(ZOOKEEPER_JAR),
                   "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(home / "zoo.cfg")]
        return Program(name, command, self.directory, ip, port)

    def start_zookeeper(self) -> None:
        for one in self.zookeepers:
            one.start()
        for one in self.zookeepers:
            wait_until(f"{one.name} serves", lambda one=one: zookeeper_mode(one))

    def _program(self, kind: list[Program], module: str, name: str, arguments: dict[str, str], ip: str,
                 port: int, scheme: str = "", switches: Sequence[str] = ()) -> Program:
        command = [sys.executable, "-m", module, *(f"--{flag}={value}" for flag, value in arguments.items()), *switches]
        program = Program(name, command, self.directory, ip, port, {"PYTHONPATH": str(ENGINE)} | self.environment,
                          scheme if scheme else self.scheme, self.ask)
        kind.append(program)
        program.start()
        return program

    def add_master(self, **flags: str) -> Program:
        number = len(self.masters) + 1
        ip = f"127.0.0.{number + 1}"
        port = free_port(ip)
        return self._program(self.masters, "labengine.master", f"master{number}", {
            "ip": ip, "hostname": ip, "port": str(port), "zk": self.zk_url("mesos"), "quorum": str(self._quorum),
            "work_dir": str(self.directory / f"master{number}"), "zk_session_timeout": f"{self.session_timeout}secs",
            **self._master_flags, **flags}, ip, port)

    def add_agent(self, **flags: str) -> Program:
        number = len(self.agents) + 1
        ip = f"127.0.0.{number + 1}"
        port = free_port(ip)
        home = self.directory / f"agent{number}"
        return self._program(self.agents, "labengine.agent", f"agent{number}", {
            "ip": ip, "hostname": ip, "port": str(port), "master": self.zk_url("mesos"), "work_dir": str(home),
            "runtime_dir": str(home / "run"), "systemd_enable_support": "false", "launcher": "posix",
            "isolation": "posix/cpu,posix/mem,volume/sandbox_path",
            "docker_kill_orphans": "false", "zk_session_timeout": f"{self.session_timeout}secs",
            "resources": "cpus:4;mem:4096;disk:10240;ports:[31000-32000]", **self._agent_flags, **flags}, ip, port)

    def add_simulated(self, number: int, **flags: str) -> Program:
        """One process with as many agents, on whose tasks nothing runs; :meth:`wait_agents` counts them too."""
        ip = f"127.0.1.{len(self.simulated) + 1}"
        return self._program(self.simulated, "labengine.simulated", f"simulated{len(self.simulated) + 1}", {
            "master": self.zk_url("mesos"), "agents": str(number), "ip": ip,
            "zk_session_timeout": f"{self.session_timeout}secs", **flags}, ip, 0)

    def add_marathon(self, **flags: str) -> Program:
        number = len(self.marathons) + 1
        ip = f"127.0.0.{number + 1}"
        port = free_port(ip)
        scheme = "https" if "--disable_http" in self.marathon_switches else "http"
        return self._program(self.marathons, "labengine.marathon", f"marathon{number}", {
            "master": self.zk_url("mesos"), "zk": self.zk_url("marathon"), "hostname": ip, f"{scheme}_address": ip,
            f"{scheme}_port": str(port), "zk_session_timeout": str(self.session_timeout * 1000),
            **self._marathon_flags, **flags}, ip, port, scheme, self.marathon_switches)

    def leader(self) -> Program:
        """The leading master that has recovered; ClusterError when there is none."""
        for program in self.masters:
            if program.running and _leads(program):
                return program
        raise ClusterError("no master leads")

    def restart_marathons(self) -> list[Program]:
        """As a supervisor does: the leading Marathon ends when it loses its master. Those that were started."""
        wait_until("the leading Marathon has ended", lambda: not all(one.running for one in self.marathons))
        ended = [one for one in self.marathons if not one.running]
        for marathon in ended:
            marathon.start()
            marathon.wait_answering("/ping")
        return ended

    def wait_leader(self, seconds: float = START_SECONDS) -> Program:
        def found() -> Program | None:
            for program in self.masters:
                if not program.running and not any(other.running for other in self.masters):
                    raise ClusterError(f"{program.name} ended with status {program.wait(1)}\n{program.tail()}")
            with contextlib.suppress(ClusterError):
                return self.leader()
            return None

        return wait_until("a master leads", found, seconds)

    def wait_agents(self, number: int, seconds: float = START_SECONDS) -> list[dict[str, Any]]:
        """The active agents of ``/slaves`` as soon as there are ``number``."""

        def registered() -> list[dict[str, Any]] | None:
            for program in self.agents:
                if not program.running and program.log.exists() and len(self.agents) <= number:
                    raise ClusterError(f"{program.name} ended with status {program.wait(1)}\n{program.tail()}")
            with contextlib.suppress(ClusterError):
                slaves = self.ask.get(self.leader().url + "/slaves", timeout=5).json()["slaves"]
                active = [one for one in slaves if one["active"]]
                return active if len(active) == number else None
            return None

        return wait_until(f"{number} agents are registered", registered, seconds)

    def _votes(self, master: Program) -> bool:
        answer = self.ask.get(master.url + "/metrics/snapshot", timeout=5)
        return answer.json()["registrar/log/recovered"] == 1.0

    @property
    def marathon_url(self) -> str:
        return self.marathons[0].url


def zookeeper_mode(server: Program) -> str | None:
    """leader, follower or standalone; None while it does not serve."""
    with contextlib.suppress(OSError), socket.create_connection((server.ip, server.port), 1) as peer:
        peer.sendall(b"srvr")
        found = re.search(rb"^Mode: (\w+)", peer.recv(4096), re.MULTILINE)
        return found.group(1).decode() if found else None
    return None


def _leads(program: Program) -> bool:
    with contextlib.suppress(requests.RequestException):
        answer = program.ask.post(program.url + "/api/v1", json={"type": "GET_MASTER"}, timeout=2,
                                  allow_redirects=False)
        return answer.status_code == 200
    return False
