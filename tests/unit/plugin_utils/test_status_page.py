"""The report of the playbook status as one page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ansible_collections.quorum.mesos.plugins.plugin_utils import status_page

from .test_status_report import drift, hosts, report, status_report


class Reader(HTMLParser):
    """The cells of all tables, row by row; a tag that is not closed is a fault."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag == "meta":
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("th", "td"):
            self.rows[-1][-1] += data


def test_the_page_has_every_part():
    rows = Reader(
        status_page.page(report(drift=drift(apps=[{"id": "/x", "action": "created", "fields": [], "origin": "x.yml"}])))
    ).rows
    assert ["/shop/web", "2 of 2 healthy", "s1:1, s2:2"] in rows
    assert ["/shop/slow", "step 1 of 2", "/shop/slow: no agent offers 100 cpus"] in rows
    assert ["/x", "declared, does not exist", "x.yml"] in rows
    assert any(row[:2] == ["s1", "active"] and "3.7 free" in row[2] for row in rows)
    assert any(row[:2] == ["ZooKeeper", "z1"] for row in rows)


def test_the_page_names_what_is_wrong_first():
    page = status_page.page(report())
    assert "2 not as it should be: ZooKeeper on z1, /shop/slow" in page
    assert page.index("not as it should be") < page.index("<table>")


def test_the_page_needs_nothing_but_itself():
    page = status_page.page(report())
    assert not re.search(r"<(script|link|img|iframe)|url[(]|@import|src=|href=", page)
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page


def test_what_a_cluster_says_is_text_and_no_markup():
    found = hosts()
    found["<b>"] = {"lock": "<script>alert(1)</script>", "services": {"agent": None}}
    page = status_page.page(status_report.report(found, 'now"<'))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    Reader(page)


def test_a_browser_gets_text_only() -> None:
    found = report()
    found["deployments"] = [{**found["deployments"][0], "waits_for": ["rack \x1b[31m\r\x9b\u202e"]}]
    assert re.findall("[\x1b\r\x9b\u202e]", status_page.page(found)) == []
