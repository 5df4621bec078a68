"""The inverse direction: from tensors, modules and files that exist to a spec."""
