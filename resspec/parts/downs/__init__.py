"""Ways to halve a map."""
