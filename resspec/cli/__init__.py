"""The command line: every verb parses its arguments, calls the library and prints.

Exit codes: 0 done, 1 the answer is no, 2 the input is wrong, 130 interrupted, 141 the reader of a pipe has gone.
"""

from __future__ import annotations

import sys
import warnings
from io import TextIOWrapper

from resspec.cli.exits import INTERRUPTED, PIPE_CLOSED, forget_output


def main() -> None:
    """Run the verb that the process was started with, and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a narrow encoding must not end in a traceback
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries warn of is ours to mend, not the user's
    try:
        try:
            from resspec.cli.app import app  # ctrl-C during the import ends as quietly as after it

            app(prog_name="resspec")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
        sys.exit(PIPE_CLOSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
