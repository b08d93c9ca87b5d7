"""Stands for the package of this name; see http.py."""
