"""Data sets: one file per kind, found by being here."""

from resspec.training.data.source import DataSource, Images, Part, Samples

__all__ = ["DataSource", "Images", "Part", "Samples"]
