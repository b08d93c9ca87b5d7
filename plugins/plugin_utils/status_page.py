# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the report of the playbook status -> one HTML page that needs nothing but itself, on a phone too."""

from __future__ import annotations

import html
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._words import printable
from ansible_collections.quorum.mesos.plugins.plugin_utils import drift_report, status_report

_STYLE = """
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --text: #1b1f24; --faint: #57606a; --line: #d8dee4;
  --good: #116329; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --card: #161b22; --text: #e6edf3; --faint: #9198a1; --line: #30363d; --good: #56d364;
    --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: .5rem 0 0; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 1rem;
  overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
td:last-child { overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--faint); font-weight: 600; font-size: .875rem; }
tbody th { font-weight: 600; }
.faint { color: var(--faint); }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--line); padding: .5rem 0; }
  tbody tr:first-child { border-top: 0; }
  th, td { display: block; border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
  td::before { content: attr(data-name) ": "; color: var(--faint); font-weight: 400; }
  td:empty { display: none; }
}
"""

Cell = t.Tuple[str, str]


def page(found: status_report.Report) -> str:
    faults = status_report.faults(found)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Cluster status</title>\n<style>%s</style>\n</head>\n<body>" % _STYLE,
            '<h1>Cluster status</h1>\n<p class="faint">%s</p>' % _text(found["when"]),
            _verdict(faults),
            _services(found),
            _agents(found),
            _apps(found),
            _deployments(found),
            _drift(found["drift"]),
            _section("Notes", "".join("<p>%s</p>" % _text(note) for note in found["notes"])),
            "</body>\n</html>\n",
        ]
    )


def _verdict(faults: list[str]) -> str:
    if not faults:
        return '<p class="good" id="verdict">Everything that was asked answers and runs.</p>'
    return '<p class="bad" id="verdict">%d not as it should be: %s</p>' % (len(faults), _text(", ".join(faults)))


def _services(found: status_report.Report) -> str:
    rows = [
        [(one["service"], ""), (one["host"], ""), (one["words"], "" if one["answers"] else "bad")]
        for one in found["services"]
    ]
    return _table("Services", ["Service", "Host", "State"], rows)


def _agents(found: status_report.Report) -> str:
    rows = [
        [
            (one["name"], ""),
            (one["state"], "good" if one["state"] == "active" else "bad"),
            (status_report.resources(one), ""),
        ]
        for one in found["agents"]
    ]
    return _table("Agents", ["Agent", "State", "Resources"], rows)


def _apps(found: status_report.Report) -> str:
    rows = [
        [
            (one["id"], ""),
            (status_report.state(one), "good" if one["good"] else "bad"),
            (status_report.where(one, most=len(one["at"])), ""),
        ]
        for one in found["apps"]
    ]
    return _table("Apps and pods", ["App", "State", "Answers at"], rows)


def _deployments(found: status_report.Report) -> str:
    rows = [
        [(" ".join(one["affects"]), ""), (status_report.step(one), ""), (status_report.waits(one), "")]
        for one in found["deployments"]
    ]
    return _table("Running deployments", ["Changes", "Step", "Waits for"], rows)


def _drift(drift: t.Mapping[str, t.Any] | None) -> str:
    if drift is None:
        return ""
    kind = "good" if drift["in_step"] else "bad"
    told = '<p class="%s">%s: %s</p>' % (kind, _text(drift["directory"]), _text(drift["plan"]))
    rows = [[(one["id"], ""), (drift_report.words(one), ""), (one["origin"] or "", "")] for one in drift["differs"]]
    return _section("Drift", told + (_rows(["App", "Difference", "Definition"], rows) if rows else ""))


def _table(title: str, names: list[str], rows: list[list[Cell]]) -> str:
    return _section(title, _rows(names, rows) if rows else '<p class="faint">none</p>')


def _rows(names: list[str], rows: list[list[Cell]]) -> str:
    head = "".join('<th scope="col">%s</th>' % _text(name) for name in names)
    body = "\n".join(_row(names, row) for row in rows)
    return "<table>\n<thead><tr>%s</tr></thead>\n<tbody>\n%s\n</tbody>\n</table>" % (head, body)


def _row(names: list[str], row: list[Cell]) -> str:
    first = '<th scope="row">%s</th>' % _text(row[0][0])
    return "<tr>%s%s</tr>" % (first, "".join(map(_cell, names[1:], row[1:])))


def _cell(name: str, cell: Cell) -> str:
    text, kind = cell
    return '<td data-name="%s"%s>%s</td>' % (_text(name), ' class="%s"' % kind if kind else "", _text(text))


def _section(title: str, body: str) -> str:
    return "<section>\n<h2>%s</h2>\n%s\n</section>" % (_text(title), body)


def _text(value: t.Any) -> str:
    return html.escape(printable(value), quote=True)
