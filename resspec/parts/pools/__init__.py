"""Stem pools."""
