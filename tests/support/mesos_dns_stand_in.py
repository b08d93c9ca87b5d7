"""Stands for the program Mesos-DNS, which cannot be had here: reads the same file, and answers from a master's state.

Run as ``mesos_dns_stand_in.py -config=FILE``. Of the program's behaviour it has what the role relies on: it does not
start without masters, it answers nobody before it has read the state of a master, and it answers A of leader.DOMAIN,
while an answer for the domain itself has no record in its first section.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
import struct
import sys
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

KNOWN = {
    "zk", "masters", "domain", "refreshseconds", "ttl", "statetimeoutseconds", "zkdetectiontimeout", "port", "listener",
    "httpport", "httplistener", "dnson", "httpon", "externalon", "recurseon", "enumerationon", "settruncatebit",
    "enforcerfc952", "mesoshttpson", "resolvers", "zoneresolvers", "timeout", "ipsources", "srvrecorddefaultweight",
    "soamname", "soarname", "soarefresh", "soaretry", "soaexpire", "soaminttl", "mesosauthentication",
    "mesoscredentials", "cacertfile", "certfile", "keyfile", "iamconfigfile",
}  # fmt: skip


def settings(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        found = {name.lower(): value for name, value in json.load(file).items()}
    unknown = set(found) - KNOWN
    if unknown or not found.get("masters"):
        sys.exit(f"unknown: {sorted(unknown)}, masters: {found.get('masters')}")
    return found


def state(its: dict[str, Any]) -> dict[str, Any]:
    scheme = "https" if its.get("mesoshttpson") else "http"
    for master in its["masters"]:
        request = urllib.request.Request(f"{scheme}://{master}/master/state")
        if its.get("mesosauthentication") == "basic":
            both = "{principal}:{secret}".format(**its["mesoscredentials"]).encode()
            request.add_header("Authorization", "Basic " + base64.b64encode(both).decode())
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return dict(json.load(answer))
        except OSError as error:
            print(f"{master}: {error}", file=sys.stderr, flush=True)
    raise OSError("no master answers")


def leader(found: dict[str, Any]) -> str:
    """Written as master@10.0.0.1:5050."""
    return str(urlsplit("//" + str(found["leader"]).rpartition("@")[2]).hostname)


def name_of(question: bytes) -> tuple[str, int, int]:
    labels, place = [], 12
    while question[place]:
        labels.append(question[place + 1 : place + 1 + question[place]].decode().lower())
        place += question[place] + 1
    return ".".join(labels), struct.unpack_from("!H", question, place + 1)[0], place + 5


def answer(question: bytes, its: dict[str, Any], address: str) -> bytes:
    name, kind, end = name_of(question)
    here = name == f"leader.{its['domain']}" and kind == 1
    known = here or name == its["domain"]
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, its["ttl"], 4) + ipaddress.IPv4Address(address).packed
    code = 0 if known else 3
    head = question[:2] + struct.pack("!HHHHH", 0x8400 | code, 1, 1 if here else 0, 0, 0)
    return head + question[12:end] + (record if here else b"")


def main() -> None:
    (path,) = [word.partition("=")[2] for word in sys.argv[1:] if word.startswith("-config=")]
    its = settings(path)
    while True:
        try:
            address = leader(state(its))
            break
        except OSError:
            time.sleep(0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((its["listener"], its["port"]))
        while True:
            question, client = server.recvfrom(4096)
            server.sendto(answer(question, its, address), client)


if __name__ == "__main__":
    main()
