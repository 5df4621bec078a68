"""The denoiser of pytorch_diffusion, a port of DDPM's own code."""

from resspec.export.naming import Peer

LEVELS = 8
"""Stages that are put in order; the peer's nets have four to six."""

PEER = Peer(
    "pytorch_diffusion",
    (
        (r"^condition\.fc1\.", "temb.dense.0."),
        (r"^condition\.fc2\.", "temb.dense.1."),
        (r"^conv1\.", "conv_in."),
        (r"^layer\d+\.down\.", "down.{s-1}.downsample.conv."),
        (r"^layer\d+\.blocks\.\d+\.attn\.", "down.{s}.attn.{i-1}."),
        (r"^layer\d+\.blocks\.\d+\.", "down.{s}.block.{i-1}."),
        (r"^decoder\.layer\d+\.up\.", "up.{s}.upsample.conv."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.attn\.", "up.{s}.attn.{i-1}."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.", "up.{s}.block.{i-1}."),
        (r"^decoder\.first\.", "mid.block_1."),
        (r"^decoder\.attn\.", "mid.attn_1."),
        (r"^decoder\.second\.", "mid.block_2."),
        (r"^decoder\.bn\.", "norm_out."),
        (r"^heads\.to_image\.", "conv_out."),
        (r"\.bn(\d)\.", r".norm\1."),
        (r"\.bn\.", ".norm."),
        (r"\.cond\.", ".temb_proj."),
        (r"\.conv_sc\.", ".nin_shortcut."),
        (r"\.proj\.", ".proj_out."),
    ),
    scope=r"(?:)",
    ranks=(
        *("temb", "conv_in"),
        *(rf"down\.{level}\.{part}" for level in range(LEVELS) for part in ("block", "attn", "downsample")),
        "mid",
        *(rf"up\.{level}\.{part}" for level in range(LEVELS) for part in ("block", "attn", "upsample")),
        "norm_out",
    ),
    all=r"(temb|conv_in|down|mid|up|norm_out|conv_out)\.",
    needs=r"^decoder\.layer",
)
