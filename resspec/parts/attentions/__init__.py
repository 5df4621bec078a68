"""Attention between the places of a map."""
