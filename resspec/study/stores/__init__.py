"""Where studies are kept: one file per kind of store."""

from resspec.study.stores.store import Store

__all__ = ["Store"]
