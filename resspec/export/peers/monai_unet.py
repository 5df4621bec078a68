"""MONAI's residual U-Net, each level of which holds the one below."""

from collections.abc import Iterator

from resspec.export.naming import Peer, Rule

LEVELS = range(1, 9)
"""Levels that names are kept for, the outermost first."""


def level(number: int) -> str:
    """The name of a level, from 1."""
    return "model." + "1.submodule." * (number - 1)


def way_up(last: int) -> Iterator[Rule]:
    """The way up in a net of so many levels: its steps begin above the innermost."""
    for step in range(last - 2):
        yield rf"^decoder\.step{step}\.", f"{level(last - 1 - step)}2.", rf"^layer{last}\."


PEER = Peer(
    "monai_unet",
    (
        *((rf"^(layer\d+\.\d+)\.conv{i + 1}\.", rf"\1.conv.unit{i}.conv.") for i in range(2)),
        *((rf"^(layer\d+\.\d+)\.act{i + 1}\.", rf"\1.conv.unit{i}.adn.A.") for i in range(2)),
        (r"^(layer\d+\.\d+)\.downsample\.0\.", r"\1.residual."),
        *((rf"^layer{number}\.0\.", f"{level(number)}0.", rf"^layer{number + 1}\.") for number in LEVELS),
        *((rf"^layer{number}\.0\.", level(number)) for number in LEVELS),
        (r"^(decoder\.step\d+|heads)\.up\.", r"\1.0.conv."),
        (r"^(decoder\.step\d+|heads)\.act\.", r"\1.0.adn.A."),
        (r"^(decoder\.step\d+)\.conv1\.", r"\1.1.conv.unit0.conv."),
        (r"^(decoder\.step\d+)\.act1\.", r"\1.1.conv.unit0.adn.A."),
        (r"^heads\.classifier\.", "heads.1.conv.unit0.conv."),
        *(rule for last in reversed(LEVELS) for rule in way_up(last)),
        (r"^heads\.", f"{level(1)}2."),
    ),
    all=r"model\.",
    needs=r"^decoder\.step0\.up\.",
)
