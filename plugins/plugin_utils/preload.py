# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports what workers need before they are forked.

Ansible starts a process for each task of each host. The first filter of a collection that a template there uses makes
Ansible import all filters of the collection, a quarter of a second each time. Ansible imports an action in the process
that starts the workers; filters that are imported together with it are there in all workers.
"""

from __future__ import annotations

import importlib
import pkgutil

FILTERS = "ansible_collections.quorum.mesos.plugins.filter"


def import_filters() -> None:
    for found in pkgutil.iter_modules(importlib.import_module(FILTERS).__path__):
        importlib.import_module("%s.%s" % (FILTERS, found.name))
