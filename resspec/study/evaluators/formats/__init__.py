"""Tables of trained networks: one file per format, found by being here."""

from resspec.study.evaluators.formats.format import Row, TableFormat

__all__ = ["Row", "TableFormat"]
