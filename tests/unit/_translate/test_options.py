from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import options

WRONG = [
    ({"namespaces": "a"}, "there is no option 'namespaces'"),
    ({"namespace": "A_b"}, "namespace is 'A_b'"),
    ({"namespace": "a" * 64}, "namespace is"),
    ({"cfs": "maybe"}, "cfs is 'maybe'"),
    ({"compat_env": "some"}, "compat_env is 'some'"),
    ({"kind": "DaemonSet"}, "kind is 'DaemonSet'"),
    ({"kind": "CronJob"}, "schedule is ''"),
    ({"kind": "CronJob", "schedule": "daily"}, "schedule is 'daily'"),
    ({"publish_mode": "mesh"}, "publish_mode is 'mesh'"),
    ({"ingress_class": "a b"}, "ingress_class is 'a b'"),
    ({"gateway": "a/b/c"}, "gateway is 'a/b/c'"),
    ({"csi_size": "12Xi"}, "csi_size is '12Xi'"),
    ({"mem_headroom": "much"}, "mem_headroom is 'much'"),
    ({"mem_headroom": -1}, "mem_headroom is -1"),
    ({"secret_env": "A"}, "secret_env is 'A'"),
    ({"node_labels": []}, "node_labels is"),
    ({"node_labels": {"rack": "a b"}}, "node_labels has 'a b'"),
    ({"role_labels": {"public": "yes"}}, "role_labels has 'yes'"),
    ({"default_image": {}}, "default_image is"),
    ({"fetch_image": " "}, "fetch_image is empty"),
]


@pytest.mark.parametrize(("given", "told"), WRONG)
def test_wrong_ones_are_refused_by_name_and_value(given, told):
    with pytest.raises(options.WrongOption, match=told):
        options.read(given)


def test_what_extra_vars_of_a_command_line_give():
    found = options.read({"cfs": "true", "mem_headroom": "10", "csi_size": None})
    assert (found.cfs, found.mem_headroom, found.csi_size) == (True, 10, "")
