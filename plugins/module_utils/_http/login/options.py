# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an address and a login, which the modules of every service have in common."""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible.module_utils.basic import env_fallback, missing_required_lib

from ..endpoints import checked_url, password_in
from ..errors import BadOption
from ..exchange import Access, Login
from . import dcos, service_account

_OPTIONS: dict[str, dict[str, Any]] = {
    "url_username": {"type": "str", "aliases": ["username"]},
    "url_password": {"type": "str", "no_log": True, "aliases": ["password"]},
    "url_token": {"type": "str", "no_log": True, "aliases": ["token"]},
    "url_login": {"type": "str"},
    "url_service_account": {"type": "path"},
}
_NO_URL = {
    f"{product}_URL": f"no {service} is named: set url, or the environment variable {product}_URL, to its address"
    for product, service in (("MARATHON", "Marathon"), ("MESOS", "Mesos master"))
}


def no_url(product: str) -> str:
    return _NO_URL[_variable("url", product)]


def missing_url(spec: Mapping[str, Any], params: Mapping[str, Any]) -> str | None:
    """What to say where a module needs an address and has none; Ansible's own words name no environment variable."""
    option = spec.get("url", {})
    if not option.get("required") or params.get("url"):
        return None
    _function, (variable,) = option["fallback"]
    return None if os.environ.get(variable) else _NO_URL[variable]


def login_spec(product: str) -> dict[str, dict[str, Any]]:
    """product begins the environment variables, like MARATHON."""
    return {
        name: {**option, "fallback": (env_fallback, [_variable(name, product)])} for name, option in _OPTIONS.items()
    }


def passwords_in_urls(params: Mapping[str, Any]) -> set[str]:
    """Those inside addresses, which are refused, and must not be shown among the arguments of the failed task."""
    urls = [*params["url"], params.get("url_login") or ""]
    return {word for word in map(password_in, urls) if word}


def access_of(params: Mapping[str, Any], product: str, **others: Any) -> Access:
    """With the one login that is given, if any. Raises BadOption."""
    given = {name: params[name] for name in _OPTIONS if params[name] is not None}
    # Empty where an address in the environment is not for this login.
    if not given.get("url_login"):
        given.pop("url_login", None)
    _exclusive(given, product)
    if "url_service_account" in given:
        login = _of_account(given["url_service_account"], given.get("url_login"))
    elif "url_login" in given:
        url = _login_url(given["url_login"], "url_login")
        login = Login(url, given["url_username"], given["url_password"])
    else:
        return Access(given.get("url_username"), given.get("url_password"), given.get("url_token"), **others)
    return Access(login=login, **others)


def unencrypted(access: Access) -> str | None:
    """What to warn of."""
    login = access.login
    if login is None or login.password is None or login.url.startswith("https://"):
        return None
    return f"url_login is {login.url}: the password of {login.uid} is sent there without encryption; use https://"


def warned_before(_warning: str) -> None:
    """In place of what warns, for one that connects again with the same options."""


def _exclusive(given: Mapping[str, Any], product: str) -> None:
    def refuse(one: str, others: tuple[str, ...]) -> None:
        if one in given and any(other in given for other in others):
            first, *more = [_variable(name, product) for name in (one, *others)]
            raise BadOption(
                f"{one} excludes {' and '.join(others)}: give one login, and see whether the other comes from the "
                f"environment ({', '.join([first, *more])})"
            )

    refuse("url_token", ("url_username", "url_password"))
    refuse("url_token", ("url_login", "url_service_account"))
    refuse("url_service_account", ("url_username", "url_password"))
    if "url_password" in given and "url_username" not in given:
        raise BadOption("url_password is set without url_username: give the user name too")
    complete = "url_service_account" in given or {"url_username", "url_password"} <= set(given)
    if "url_login" in given and not complete:
        url = _login_url(given["url_login"], "url_login")
        raise BadOption(
            f"url_login is {url}, and there is no login: give url_username and url_password, or url_service_account"
        )


def _of_account(path: str, url: str | None) -> Login:
    if service_account.CRYPTOGRAPHY_IMPORT_ERROR is not None:
        raise BadOption(
            missing_required_lib("cryptography", reason="for url_service_account"),
            exception=service_account.CRYPTOGRAPHY_IMPORT_ERROR,
        )
    account = service_account.read(path)
    if url is not None:
        return Login(_login_url(url, "url_login"), account.uid, key=account.key)
    named = f"login_endpoint of url_service_account '{path}'"
    if account.login_endpoint is None:
        raise BadOption(f"there is no {named}: give the address of the DC/OS cluster as url_login")
    endpoint = _login_url(account.login_endpoint, named)
    if not endpoint.startswith("https://"):
        raise BadOption(f"the {named} is {endpoint}, which is not encrypted: to use it anyway, give it as url_login")
    return Login(endpoint, account.uid, key=account.key)


def _login_url(url: str, option: str) -> str:
    return dcos.address(checked_url(url, "a DC/OS cluster", dcos.EXAMPLE, option))


def _variable(option: str, product: str) -> str:
    return f"{product}_{option.replace('url_', '', 1).upper()}"
