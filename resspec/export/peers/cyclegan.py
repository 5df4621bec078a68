"""CycleGAN's generator as its authors name it."""

from resspec.export.naming import Peer, Rule

ENDS: tuple[Rule, ...] = (
    (r"^conv1\.", "model.1."),
    (r"^bn1\.", "model.2."),
    (r"^conv2\.", "model.4."),
    (r"^bn2\.", "model.5."),
    (r"^conv3\.", "model.7."),
    (r"^bn3\.", "model.8."),
    (r"^decoder\.step0\.conv1\.", "model.{N+10}."),
    (r"^decoder\.step0\.bn1\.", "model.{N+11}."),
    (r"^decoder\.step1\.conv1\.", "model.{N+13}."),
    (r"^decoder\.step1\.bn1\.", "model.{N+14}."),
    (r"^heads\.to_image\.", "model.{N+17}."),
)
"""What lies before and behind the blocks."""
ALL = r"model\."


def blocks(second: int) -> tuple[Rule, ...]:
    """The blocks, their second convolution at a position: what lies before it moves it."""
    return (
        (r"^layer1\.\d+\.conv1\.", "model.{n+10}.conv_block.1."),
        (r"^layer1\.\d+\.bn1\.", "model.{n+10}.conv_block.2."),
        (r"^layer1\.\d+\.conv2\.", f"model.{{n+10}}.conv_block.{second}."),
        (r"^layer1\.\d+\.bn2\.", f"model.{{n+10}}.conv_block.{second + 1}."),
    )


PEER = Peer("cyclegan", (*ENDS, *blocks(5)), all=ALL)
