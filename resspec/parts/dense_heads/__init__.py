"""Heads that predict for places."""
