"""What networks with heads over places are for: one file for each kind of heads, holding a `USE`."""
