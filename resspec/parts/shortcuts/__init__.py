"""Shortcut styles."""
