"""What a real Marathon 1.11.24 on a real Mesos 1.11.0 answered, and the comparison with what is answered now.

The cases of ``apps``, ``groups`` and ``pods`` were asked one after the other on one server, so a later one meets what
an earlier one made. Times, uuids and addresses of loopback stand as ``<time>``, ``<uuid>`` and ``<host>`` in them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

DATA = Path(__file__).parent / "data" / "marathon-1.11" / "recorded"
JSON = "application/json"
SECONDS = 20
# A deployment without instances is over after that.
SETTLE_SECONDS = 5.0
HEADERS = ("Location", "Marathon-Deployment-Id")
# Everything that the cases make is in one of these.
GROUPS = ("t", "q", "u", "s", "p", "g", "gempty", "gn", "go", "gb", "gd", "gput", "h", "gdep", "genf", "iso")
# What the server had before the first case.
BEFORE = {"id": "/u", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 0}
ASSIGNED = range(10000, 20001)
_MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    # The order of groups in each other is that of a hash.
    (re.compile(r"/groups\(\d+\)"), "/groups(<n>)"),
)


@dataclass(frozen=True)
class Case:
    file: str
    name: str
    request: dict[str, Any]
    answer: dict[str, Any]
    then_get: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        return f"{self.file}: {self.name}"


def cases(file: str) -> list[Case]:
    return [Case(file, **one) for one in json.loads((DATA / f"{file}.json").read_text(encoding="utf-8"))]


def story(file: str) -> Any:
    return json.loads((DATA / f"{file}.json").read_text(encoding="utf-8"))


def in_order() -> list[Case]:
    """As they were asked: the files are parts of one sequence."""
    apps, groups, pods = (iter(cases(file)) for file in ("apps", "groups", "pods"))

    def until(name: str, given: Iterator[Case]) -> Iterator[Case]:
        for case in given:
            yield case
            if case.name == name:
                return

    return [*until("no content type", apps), *until("accept xml", apps), *until("GET group versions", groups), *pods,
            *until("restart locked", apps), *groups, *apps, *cases("apps-isolated")]


def differences(case: Case, url: str) -> list[str]:
    """Asks, and says how the answer, and what is there afterwards, is not as recorded."""
    response = _ask(case.request, url)
    if response.status_code != case.answer["status"]:
        return [f"status {response.status_code} instead of {case.answer['status']}: {response.text[:200]}"]
    found = list(_of_headers(case.answer, response, url))
    if "body" in case.answer:
        found += different(case.answer["body"], masked(_body(response), url))
    if case.then_get is not None and not found:
        found += _afterwards(case, url)
    return found


def _ask(request: dict[str, Any], url: str) -> requests.Response:
    data = request.get("raw", json.dumps(request["body"]) if "body" in request else None)
    headers = ({} if data is None else {"Content-Type": JSON}) | request.get("headers", {})
    return requests.request(
        request["method"], url + request["path"], params=request.get("params"), data=data, timeout=SECONDS,
        headers={name: value for name, value in headers.items() if value is not None})


def _of_headers(answer: dict[str, Any], response: requests.Response, url: str) -> Iterator[str]:
    kind = response.headers.get("Content-Type")
    if kind != answer.get("content_type", kind):
        yield f"Content-Type {kind} instead of {answer['content_type']}"
    for name in HEADERS if "headers" in answer else ():
        wanted, given = answer["headers"].get(name), masked(response.headers.get(name), url)
        if given != wanted:
            yield f"{name} {given} instead of {wanted}"


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def _afterwards(case: Case, url: str) -> list[str]:
    then = case.then_get or {}
    path = then.get("path") or f"/v2/apps/{case.request['body']['id']}"
    wanted = then if "path" not in then else then.get("body")
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        response = requests.get(url + path, timeout=SECONDS)
        if response.status_code != then.get("status", 200):
            found = [f"afterwards status {response.status_code} instead of {then['status']}"]
        else:
            found = different(wanted, masked(response.json(), url), "afterwards ")
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def masked(value: Any, url: str) -> Any:
    if isinstance(value, dict):
        return {key: masked(member, url) for key, member in value.items()}
    if isinstance(value, list):
        return [masked(member, url) for member in value]
    if not isinstance(value, str):
        return value
    value = value.replace(url.partition("//")[2], "<host>")
    for pattern, mask in _MASKS:
        value = pattern.sub(mask, value)
    return value


def different(wanted: Any, given: Any, path: str = "") -> list[str]:
    """Assigned ports are as good as each other, elements with an id have no order, and a deployment may be over."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        found = [f"{path}.{key}: missing, {wanted[key]!r} wanted" for key in wanted.keys() - given.keys()]
        found += [f"{path}.{key}: {given[key]!r} is not in the recording" for key in given.keys() - wanted.keys()]
        for key in sorted(wanted.keys() & given.keys()):
            if key != "deployments" or not isinstance(given[key], list):
                found += different(wanted[key], given[key], f"{path}.{key}")
        return found
    if isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        pairs = zip(_by_id(wanted), _by_id(given), strict=True)
        return [text for number, pair in enumerate(pairs) for text in different(*pair, f"{path}[{number}]")]
    wanted = masked(wanted, "//<none>") if isinstance(wanted, str) else wanted
    if type(wanted) is type(given) and (wanted == given or (given in ASSIGNED and wanted in ASSIGNED)):
        return []
    if {type(wanted), type(given)} == {int, float} and wanted == given:
        return []
    return [f"{path}: {given!r} instead of {wanted!r}"]


def _by_id(elements: list[Any]) -> list[Any]:
    if all(isinstance(one, dict) and "id" in one for one in elements):
        return sorted(elements, key=lambda one: str(one["id"]))
    return elements
