"""The denoiser of pytorch-ddpm."""

from resspec.export.naming import Peer

PEER = Peer(
    "pytorch_ddpm",
    (
        (r"^condition\.table\.", "time_embedding.timembedding.0."),
        (r"^condition\.fc1\.", "time_embedding.timembedding.1."),
        (r"^condition\.fc2\.", "time_embedding.timembedding.3."),
        (r"^conv1\.", "head."),
        (r"^layer\d+\.down\.", "downblocks.{u}.main."),
        (r"^layer\d+\.blocks\.\d+\.", "downblocks.{u}."),
        (r"^decoder\.layer\d+\.up\.", "upblocks.{u}.main."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.", "upblocks.{u}."),
        (r"^decoder\.first\.", "middleblocks.0."),
        (r"^decoder\.attn\.", "middleblocks.0.attn."),
        (r"^decoder\.second\.", "middleblocks.1."),
        (r"^decoder\.bn\.", "tail.0."),
        (r"^heads\.to_image\.", "tail.2."),
        (r"\.bn(\d)\.", r".block\1.0."),
        (r"\.conv1\.", ".block1.2."),
        (r"\.conv2\.", ".block2.3."),
        (r"\.bn\.", ".group_norm."),
        (r"\.cond\.", ".temb_proj.1."),
        (r"\.conv_sc\.", ".shortcut."),
        (r"\.([qkv])\.", r".proj_\1."),
    ),
    all=r"(time_embedding|head|downblocks|middleblocks|upblocks|tail)\.",
    needs=r"^condition\.table\.",
)
