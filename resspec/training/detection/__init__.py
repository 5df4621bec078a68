"""Boxes: where heads look for them, what they should answer there, and how good the answers are."""
