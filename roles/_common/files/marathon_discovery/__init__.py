"""Feeds HAProxy, or DNS, from what Marathon runs: it is served, without a lost request while it moves."""
