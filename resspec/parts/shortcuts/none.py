"""No shortcut."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Norm, Shortcut, Site


class NoShortcut(Shortcut):
    """A plain net: the control of the residual-learning experiment (arXiv:1512.03385, section 4.1)."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> None:
        """Nothing to add."""
        return

    def exists(self, raw: Value, site: Site) -> bool:
        """Never."""
        return False
