"""Where studies are kept: one file per kind of store."""

from resspec.study.stores.store import Busy, Store

__all__ = ["Busy", "Store"]
