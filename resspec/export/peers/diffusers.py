"""The UNet2DModel of diffusers."""

from resspec.export.naming import Peer

LEVELS = 8
"""Stages that are put in order; the peer's nets have four to six."""
STEPS = range(LEVELS)

PEER = Peer(
    "diffusers",
    (
        (r"^condition\.fc(\d)\.", r"time_embedding.linear_\1."),
        (r"^conv1\.", "conv_in."),
        (r"^layer\d+\.down\.", "down_blocks.{s-1}.downsamplers.0.conv."),
        (r"^layer\d+\.blocks\.\d+\.attn\.", "down_blocks.{s}.attentions.{i-1}."),
        (r"^layer\d+\.blocks\.\d+\.", "down_blocks.{s}.resnets.{i-1}."),
        (r"^decoder\.layer\d+\.up\.", "up_blocks.{r}.upsamplers.0.conv."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.attn\.", "up_blocks.{r}.attentions.{i-1}."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.", "up_blocks.{r}.resnets.{i-1}."),
        (r"^decoder\.first\.", "mid_block.resnets.0."),
        (r"^decoder\.attn\.", "mid_block.attentions.0."),
        (r"^decoder\.second\.", "mid_block.resnets.1."),
        (r"^decoder\.bn\.", "conv_norm_out."),
        (r"^heads\.to_image\.", "conv_out."),
        (r"\.bn(\d)\.", r".norm\1."),
        (r"\.bn\.", ".group_norm."),
        (r"\.cond\.", ".time_emb_proj."),
        (r"\.conv_sc\.", ".conv_shortcut."),
        (r"\.([qkv])\.", r".to_\1."),
        (r"\.proj\.", ".to_out.0."),
    ),
    scope=r"(?:)",
    ranks=(
        *("conv_in", "time_embedding"),
        *(rf"down_blocks\.{step}\.{part}" for step in STEPS for part in ("attentions", "resnets", "downsamplers")),
        *(rf"up_blocks\.{step}\.{part}" for step in STEPS for part in ("attentions", "resnets", "upsamplers")),
        *(r"mid_block\.attentions", r"mid_block\.resnets", "conv_norm_out"),
    ),
    all=r"(conv_in|time_embedding|down_blocks|up_blocks|mid_block|conv_norm_out|conv_out)\.",
    needs=r"^decoder\.layer",
)
