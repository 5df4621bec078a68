"""The U-Net of pix2pix as its authors name it: each level holds the one below."""

from collections.abc import Iterator

from resspec.export.naming import Peer, Rule

LEVELS = range(9, 3, -1)
"""Numbers of levels that names are kept for, the most first."""


def level(number: int, member: int) -> str:
    """The name of a member of a level, from 1. The outermost level has no activation and no norm
    before its transposed convolution, the innermost nothing inside."""
    if number == 1:
        return f"model.model.{member}."
    return "model.model.1." + "model.3." * (number - 2) + f"model.{member}."


def way_up(last: int) -> Iterator[Rule]:
    """The way up in a net of so many levels, the innermost first."""
    deep = rf"^layer{last}\.0\.conv1\."
    for step in range(last - 1):
        member = 3 if step == 0 else 5
        yield rf"^decoder\.step{step}\.up\.", level(last - step, member), deep
        yield rf"^decoder\.step{step}\.bn1\.", level(last - step, member + 1), deep


PEER = Peer(
    "pix2pix",
    (
        (r"^layer1\.0\.conv1\.", level(1, 0)),
        *((rf"^layer{number}\.0\.conv1\.", level(number, 1)) for number in range(2, 10)),
        *((rf"^layer{number}\.0\.bn1\.", level(number, 2)) for number in range(2, 10)),
        *(rule for last in LEVELS for rule in way_up(last)),
        (r"^heads\.to_image\.", level(1, 3)),
    ),
    all=r"model\.",
    needs=r"^decoder\.step0\.up\.",
)
