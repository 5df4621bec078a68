"""The UNetModel of improved-diffusion."""

from resspec.export.naming import Peer

PEER = Peer(
    "improved_diffusion",
    (
        (r"^condition\.fc1\.", "time_embed.0."),
        (r"^condition\.fc2\.", "time_embed.2."),
        (r"^condition\.classes\.", "label_emb."),
        (r"^conv1\.", "input_blocks.0.0."),
        (r"^layer\d+\.down\.", "input_blocks.{u+1}.0.op."),
        (r"^layer\d+\.blocks\.\d+\.attn\.", "input_blocks.{u+1}.1."),
        (r"^layer\d+\.blocks\.\d+\.", "input_blocks.{u+1}.0."),
        (r"^decoder\.layer\d+\.up\.", "output_blocks.{b}.2.conv.", r"^{stage}blocks\.\d+\.attn\."),
        (r"^decoder\.layer\d+\.up\.", "output_blocks.{b}.1.conv."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.attn\.", "output_blocks.{b}.1."),
        (r"^decoder\.layer\d+\.blocks\.\d+\.", "output_blocks.{b}.0."),
        (r"^decoder\.first\.", "middle_block.0."),
        (r"^decoder\.attn\.", "middle_block.1."),
        (r"^decoder\.second\.", "middle_block.2."),
        (r"^decoder\.bn\.", "out.0."),
        (r"^heads\.to_image\.", "out.2."),
        (r"\.bn1\.", ".in_layers.0."),
        (r"\.conv1\.", ".in_layers.2."),
        (r"\.cond\.", ".emb_layers.1."),
        (r"\.bn2\.", ".out_layers.0."),
        (r"\.conv2\.", ".out_layers.3."),
        (r"\.conv_sc\.", ".skip_connection."),
        (r"\.bn\.", ".norm."),
        (r"\.proj\.", ".proj_out."),
    ),
    all=r"(time_embed|label_emb|input_blocks|middle_block|output_blocks|out)\.",
    needs=r"\.qkv\.",
)
