"""Stems."""
