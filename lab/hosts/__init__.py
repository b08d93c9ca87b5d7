"""Lab hosts: containers with systemd that stand for machines."""
