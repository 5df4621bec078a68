"""Measuring how long networks take on this machine, and making tables that predict it."""
