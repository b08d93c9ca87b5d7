# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a request got no answer, out of the exceptions that the HTTP libraries put into each other."""

from __future__ import annotations

import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from typing import Iterator

from . import tls
from .errors import NoAnswer
from .exchange import Access
from .proxies import Proxy

# Of requests and urllib3, by name: their modules differ between releases.
_NO_CONNECTION = ("NewConnectionError", "NameResolutionError")
_PROXY = ("ProxyError",)
# What no connection can be made with: without a host, or of a kind for which a library is missing.
_NO_PROXY = ("InvalidProxyURL", "InvalidSchema")
_CONNECT_TIMEOUTS = ("ConnectTimeout", "ConnectTimeoutError")
_TIMEOUTS = ("ReadTimeout", "ReadTimeoutError")
_CUT_OFF = ("ChunkedEncodingError", "ContentDecodingError", "DecodeError")


def no_answer(error: BaseException, access: Access, proxy: Proxy | None = None) -> NoAnswer:
    """Only what is known never to have been sent has not arrived. proxy is the one that the request went to."""
    chain = list(_chain(error))
    names = {type(one).__name__ for one in chain}
    refused = next((one for one in chain if isinstance(one, ssl.SSLError)), None)
    if refused is not None:
        lasting = tls.ends_handshake(refused)
        return NoAnswer(tls.in_words(refused), arrived=not lasting, lasting=lasting)
    wrong = _wrong_proxy(proxy, chain, names) if proxy else None
    if proxy is not None and wrong is not None:
        why = f"the proxy {proxy.address} cannot be used: {wrong}"
        return NoAnswer(why, arrived=False, lasting=True, remedy=proxy.remedy)
    if proxy is not None and names.intersection((*_PROXY, *_NO_CONNECTION, *_CONNECT_TIMEOUTS)):
        # A connection that a proxy refuses to make, and any failed connection, is one of the proxy.
        late = names.intersection(_CONNECT_TIMEOUTS) and not names.intersection(_NO_CONNECTION)
        why = f"no connection within {access.connect_timeout:.3g} s" if late else _of_system(chain)
        return NoAnswer(f"the proxy {proxy.address} fails: {why}", arrived=False, remedy=proxy.remedy)
    # NewConnectionError is a ConnectTimeoutError in urllib3 1.
    if names.intersection(_NO_CONNECTION):
        return NoAnswer(_of_system(chain), arrived=False)
    if names.intersection(_CONNECT_TIMEOUTS):
        return NoAnswer(f"no connection within {access.connect_timeout:.3g} s", arrived=False)
    if names.intersection(_TIMEOUTS):
        return NoAnswer(f"no answer within {access.timeout:.3g} s", arrived=True)
    return NoAnswer(_of_protocol(chain, names), arrived=True)


def _wrong_proxy(proxy: Proxy, chain: list[BaseException], names: set[str]) -> str | None:
    """Why no connection can be made with it. The library quotes an address that it cannot read with its login."""
    if names.intersection(_NO_PROXY):
        return _of_system(chain)
    place = proxy.address.rpartition("@")[2]
    is_its_own = "LocationParseError" in names and any(place in str(one) for one in chain)
    return "its address is not valid" if is_its_own else None


def _of_protocol(chain: list[BaseException], names: set[str]) -> str:
    # A RemoteDisconnected is a BadStatusLine too.
    if any(isinstance(one, RemoteDisconnected) for one in chain):
        return "it closed the connection without an answer"
    if names.intersection(_CUT_OFF) or any(isinstance(one, IncompleteRead) for one in chain):
        return "its answer was cut off"
    if any(isinstance(one, BadStatusLine) for one in chain):
        return "its answer is not HTTP, maybe HTTPS is spoken there"
    return _of_system(chain)


def _of_system(chain: list[BaseException]) -> str:
    """The words of the operating system, or else of the library."""
    found = (one.strerror for one in chain if isinstance(one, OSError) and one.strerror)
    text = next(found, str(chain[-1]))
    return text[:1].lower() + text[1:]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """What one exception holds, is raised for or because of, down to the first cause."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or one in seen:
            continue
        seen.append(one)
        yield one
        held = [getattr(one, "reason", None), *one.args]
        waiting += [part for part in held if isinstance(part, BaseException)]
        waiting += [one.__cause__, one.__context__]
