"""Where things are in the tree of groups, as the paths of refusals count it."""

from __future__ import annotations

from labengine.marathon.definition import paths
from labengine.marathon.tree import Tree


def of_group(tree: Tree, group_id: str) -> str:
    """Empty for the root."""
    at, steps = "/", ""
    while at != group_id:
        below = tree.groups_in(at)
        at = next(one for one in below if f"{group_id}/".startswith(f"{one}/"))
        steps += f"/groups({below.index(at)})"
    return steps


def of_app(tree: Tree, app_id: str) -> str:
    group_id = paths.parent(app_id)
    return f"{of_group(tree, group_id)}/apps({[app['id'] for app in tree.apps_in(group_id)].index(app_id)})"


def around(tree: Tree, service_id: str) -> list[str]:
    """Its group and all above that, the innermost first."""
    steps = of_group(tree, paths.parent(service_id))
    found = []
    while steps:
        found.append(steps)
        steps = steps.rpartition("/groups(")[0]
    return [*found, "/"]
