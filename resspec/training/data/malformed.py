"""What readers of annotation files raise."""

from __future__ import annotations

from resspec.errors import Mark


class MalformedError(Exception):
    """A file is not of its format; `mark` is where it stops being."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.mark = mark
