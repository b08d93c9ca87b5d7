from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.module_utils._translate import report, translation

IMAGE = {"type": "DOCKER", "docker": {"image": "a"}}
WEB = {
    "id": "/shop/web",
    "container": IMAGE,
    "env": {"DB_PASSWORD": "hunter2-hunter2"},
    "constraints": [["rack", "LIKE", "r1|r2"]],
    "dependencies": ["/shop/db"],
}
DB = {
    "id": "/shop/db",
    "container": {"type": "DOCKER", "docker": {"image": "b@sha256:" + "0" * 64}},
    "networks": [{"mode": "container", "name": "blue"}],
}
KAFKA = {"id": "/kafka", "cmd": "x", "labels": {"DCOS_PACKAGE_FRAMEWORK_NAME": "kafka"}}


def markdown(*definitions, targets=("kubernetes", "swarm"), **options):
    return report.markdown(translation.translate([(one, "x") for one in definitions], options, targets), targets)


def test_what_a_person_must_know():
    text = markdown(WEB, DB, KAFKA)
    assert "3 apps and 0 pods were translated. Nothing is written for /kafka: these cannot move." in text
    assert "| rack | r1\\|r2 | /shop/web |" in text
    assert "| Kubernetes | shop-web-secrets | DB\\_PASSWORD |" in text
    assert "| Docker Swarm | shop\\_web.DB\\_PASSWORD |" in text
    assert "\n- blue\n" in text
    images = text.partition("### Images without a digest")[2].partition("##")[0]
    assert "- a\n" in images and "sha256" not in images
    assert "| /shop/web | shop-web | shop\\_web |" in text
    assert "start order is not kept: move /shop/db first" in text


def test_only_the_chosen_target():
    text = markdown(WEB, DB, targets=("kubernetes",))
    assert "Swarm |" not in text and "swarm:" not in text and "kubernetes:/dependencies" in text


def test_nothing_in_it_is_markup_of_a_definition():
    odd = {**WEB, "constraints": [["a|b`*_", "IS", "<script>"]], "user": "| x |\n# head"}
    text = markdown(odd)
    assert "<script>" not in text
    assert "\n# head" not in text
    for line in text.splitlines():
        if line.startswith("| ") and "script" in line:
            assert line.count("|") - line.count("\\|") in (3, 4)


def test_the_same_whatever_the_order():
    assert markdown(WEB, DB) == markdown(DB, WEB)


def test_an_empty_set():
    assert "0 apps and 0 pods were translated" in markdown()
