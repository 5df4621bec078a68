"""`python -m resspec`."""

from __future__ import annotations

from resspec.cli import main

if __name__ == "__main__":
    main()
