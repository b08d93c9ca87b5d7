# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data: what the exit codes of the services, of systemd and of docker run mean."""

from __future__ import annotations

# systemd.exec(5), before the program begins.
OF_SYSTEMD = {
    200: "its working directory cannot be used",
    203: "its program cannot be executed: it is missing or not for this host",
    209: "its output cannot be written",
    216: "its group does not exist",
    217: "its user does not exist",
    226: "a directory that its unit names is missing or cannot be mounted",
}
# Of a shell, and of docker run, which is the main process of a container's unit.
OF_STARTERS = {
    125: "Docker refuses the container",
    126: "its program cannot be executed",
    127: "its program or a library of it was not found",
    134: "it aborted",
    137: "it was killed, as the kernel does where memory is short",
    139: "it crashed",
    143: "it was told to end",
}
# Marathon 1.11, CrashStrategy.Reason; 110 and 112 as observed.
OF_MARATHON = {
    100: "it cannot connect to ZooKeeper",
    101: "it lost ZooKeeper",
    102: "a plugin failed to start",
    103: "it lost the leadership",
    104: "it failed as the leader",
    105: "it gave up the leadership",
    106: "Mesos refuses it, as where its principal or its role was changed after it had registered",
    107: "an exception ended its start, as where libmesos is missing",
    108: "its framework ID is missing in ZooKeeper",
    109: "libmesos does not fit its version",
    110: "its framework was removed from Mesos, which never takes it again",
    112: "it does not know one of its flags or their values",
}
# Another start does not change these.
HOPELESS_OF_MARATHON = (102, 106, 108, 109, 110, 112)
# ZooKeeper 3.6 and newer, ExitCode.
OF_ZOOKEEPER = {
    1: "an unexpected error",
    2: "it does not accept its settings or its myid",
    3: "its data directory cannot be used",
    4: "its admin server cannot start, as where its port is taken",
    10: "it cannot write its transaction log",
    13: "it lost its leader",
    14: "it cannot bind its port for the other servers, as where that is taken",
}
# Mesos ends with 1 for whatever it does not accept.
OF_MESOS = {1: "it does not accept its settings, or lost what it needs"}
OF_SERVICE = {
    "zookeeper": OF_ZOOKEEPER,
    "master": OF_MESOS,
    "agent": {**OF_MESOS, 0: "it was told to end"},
    "marathon": {1: "Java does not accept its options, or an unexpected error", **OF_MARATHON},
}
HOPELESS = {"marathon": HOPELESS_OF_MARATHON}


def meaning(service: str, code: int) -> str | None:
    for codes in (OF_SERVICE.get(service, {}), OF_STARTERS, OF_SYSTEMD):
        if code in codes:
            return codes[code]
    return None
