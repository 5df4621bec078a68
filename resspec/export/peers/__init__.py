"""Namings of peers: one file each, holding a `PEER`."""
