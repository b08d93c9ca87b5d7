"""What is said to HAProxy: the least that makes its servers those of the model, new ones first."""

from __future__ import annotations

from typing import Any

import pytest
from marathon_apps import app, built, task

from marathon_discovery.apps.model import Model, Now
from marathon_discovery.haproxy.changes import Running, changes, differs
from marathon_discovery.haproxy.runtime import HaproxyError, parse_servers

KEY = ("web_10000", "10_0_0_1_31000")
HERE = Running("10.0.0.1", 31000, 1, 0, 0)
MAINTENANCE = Running("10.0.0.1", 31000, 1, 1, 0)


def web(*ports: int, now: Now | None = None, **more: Any) -> Model:
    return built([app("/web", 10000, [task(f"t{port}", port, "10.0.0.1") for port in ports], **more)], now)


def said(running: dict[tuple[str, str], Running], model: Model) -> list[str] | None:
    found = changes(running, model)
    return None if found is None else [command.text for command in found]


def test_nothing_to_say() -> None:
    assert said({KEY: HERE}, web(31000)) == []


def test_a_move_adds_before_it_removes() -> None:
    new = "web_10000/10_0_0_1_31001"
    old = "web_10000/10_0_0_1_31000"
    assert said({KEY: HERE}, web(31001)) == [
        f"add server {new} 10.0.0.1:31001 id 26814 weight 1",
        f"enable server {new}",
        f"set server {old} state maint",
        f"del server {old}",
    ]


def test_a_server_with_a_check_has_all_of_it() -> None:
    more = {
        "healthChecks": [{"protocol": "HTTPS", "port": 9000, "intervalSeconds": 7, "maxConsecutiveFailures": 2}],
        "labels": {"HAPROXY_0_MODE": "http"},
    }
    model = web(31000, now=Now(servers=frozenset({KEY})), **more)
    name = "web_10000/10_0_0_1_31000"
    assert said({}, model) == [
        f"add server {name} 10.0.0.1:31000 id 28035 weight 1 check inter 7s fall 3 check-ssl verify none port 9000",
        f"enable server {name}",
        f"enable health {name}",
    ]


def test_an_added_server_of_a_sticky_backend_takes_a_reload_and_a_removed_one_does_not() -> None:
    sticky = {"labels": {"HAPROXY_0_STICKY": "true", "HAPROXY_0_MODE": "http"}}
    assert said({}, web(31000, **sticky)) is None
    assert said({KEY: HERE}, web(**sticky)) == [
        "set server web_10000/10_0_0_1_31000 state maint",
        "del server web_10000/10_0_0_1_31000",
    ]


def test_static_rr_takes_a_reload_for_a_weight() -> None:
    labels = {"HAPROXY_0_BALANCE": "static-rr", "HAPROXY_0_SERVER_WEIGHT": "5"}
    assert said({KEY: HERE}, web(31000, labels=labels)) is None


def test_weight_address_and_state_are_set_right() -> None:
    heavier = web(31000, labels={"HAPROXY_0_SERVER_WEIGHT": "5"})
    assert said({KEY: HERE}, heavier) == ["set server web_10000/10_0_0_1_31000 weight 5"]
    assert said({KEY: Running("10.0.0.9", 31000, 1, 0, 0)}, web(31000)) == [
        "set server web_10000/10_0_0_1_31000 addr 10.0.0.1 port 31000"
    ]
    assert said({KEY: MAINTENANCE}, web(31000)) == ["set server web_10000/10_0_0_1_31000 state ready"]
    assert said({KEY: Running("10.0.0.1", 31000, 1, 0, 9000)}, web(31000)) is None


def test_a_server_that_waits_for_its_last_connection_is_only_deleted() -> None:
    assert said({KEY: MAINTENANCE}, web()) == ["del server web_10000/10_0_0_1_31000"]
    assert differs({KEY: MAINTENANCE}, web()) == []
    assert differs({KEY: HERE}, web()) != []


def test_backends_of_the_base_are_not_touched() -> None:
    assert said({KEY: HERE, ("static", "s1"): HERE}, web(31000)) == []


def test_servers_as_haproxy_lists_them() -> None:
    columns = (
        "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
        "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
        "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port"
    )
    line = "4 web_10000 26814 10_0_0_1_31000 10.0.0.1 2 0 7 1 2 8 2 0 6 0 0 1 - 31000 - 0 9000"
    assert parse_servers(f"1\n{columns}\n{line}\n\n") == {KEY: Running("10.0.0.1", 31000, 7, 0, 9000)}
    assert parse_servers(f"1\n{columns}\n") == {}
    with pytest.raises(HaproxyError):
        parse_servers("Unknown command\n")
