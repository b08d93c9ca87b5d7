"""Stands in for the journal of the host: on the path of a module, it shows what Ansible would log there."""
