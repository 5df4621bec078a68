"""Readers that count."""
