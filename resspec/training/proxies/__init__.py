"""Scores of untrained networks: one file per kind, found by being here."""

from resspec.training.proxies.proxy import Proxy

__all__ = ["Proxy"]
