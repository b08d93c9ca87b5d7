from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import secret_names


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ()),
        ({"secret_env": ["A"], "secret_labels": ["b"]}, ("A", "b")),
        ({"secret_env": "A, B", "secret_labels": None}, ("A", "B")),
    ],
)
def test_names_are_read_before_ansible_has_converted_them(params, names):
    assert secret_names(params) == names
