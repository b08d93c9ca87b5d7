"""What the module refuses of its options before it asks a master."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import InvalidOption
from ansible_collections.quorum.mesos.plugins.modules import mesos_maintenance as module

RIGHT = {"url": ["http://m1:5050"], "machines": [{"hostname": "slave1"}]}


def refusal(**options: Any) -> str:
    found = ArgumentSpecValidator(module.argument_spec()).validate({**RIGHT, **options})
    if found.error_messages:
        return "; ".join(found.error_messages)
    with pytest.raises(InvalidOption) as info:
        module.desired_state(found.validated_parameters)
    return str(info.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"machines": None}, "machines"),
        ({"machines": []}, "machines is an empty list: name at least one"),
        ({"machines": [{}]}, "Entry 1 of machines is empty: give hostname, ip or both"),
        ({"machines": [{"hostname": ""}]}, "Entry 1 of machines is empty"),
        ({"machines": [{"host": "a"}]}, "host"),
        ({"machines": ["slave1 slave2"]}, "machines"),
        ({"machines": [{"ip": "10.0.0.0/8"}]}, "ip of entry 1 of machines is '10.0.0.0/8'"),
        ({"state": "away"}, "must be one of: present, absent, down, up"),
        ({"start": "tomorrow"}, "start is 'tomorrow': give a time in ISO 8601"),
        ({"start": "2030-01-31T22:00:00"}, "start is '2030-01-31T22:00:00' without a time zone"),
        ({"start": ""}, "start is '': give a time"),
        ({"duration": "2h"}, "duration"),
        ({"duration": -1}, "duration is -1: give 1 second or more"),
        ({"duration": 0}, "duration is 0"),
        ({"force": "perhaps"}, "force"),
        ({"state": "absent", "duration": 60}, "state is absent, which has no times: leave out duration"),
        (
            {"state": "down", "start": "2030-01-31T22:00:00Z", "duration": 60},
            "state is down, which has no times: leave out start and duration",
        ),
    ],
)
def test_wrong_options(options: dict[str, Any], words: str) -> None:
    assert re.search(re.escape(words), refusal(**options))


def test_right_options() -> None:
    found = ArgumentSpecValidator(module.argument_spec()).validate(
        {**RIGHT, "start": "2030-01-31T22:00:00Z", "duration": "7200"}
    )
    assert not found.error_messages
    desired = module.desired_state(found.validated_parameters)
    assert desired.state == "present"
    assert (desired.wanted.start, desired.wanted.duration) == (1896127200 * 10**9, 7200 * 10**9)
