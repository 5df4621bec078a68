"""The critic of patches as CycleGAN's authors name it."""

from resspec.export.naming import Peer

PEER = Peer(
    "cyclegan_patchgan",
    (
        (r"^layer1\.0\.conv1\.", "model.0."),
        (r"^layer\d+\.\d+\.conv1\.", "model.{3*n-1}."),
        (r"^layer\d+\.\d+\.bn1\.", "model.{3*n}."),
        (r"^judge\.", "model.{3*N-1}."),
    ),
    all=r"model\.",
    needs=r"^judge\.",
)
