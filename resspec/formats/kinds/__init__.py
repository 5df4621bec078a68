"""Formats: one file each, holding a `FORMAT`."""
