"""Readers that write."""
