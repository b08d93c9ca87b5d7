"""Feeds HAProxy from the apps of Marathon: what runs is served, without a lost request while it moves."""
