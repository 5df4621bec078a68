"""SRResNet as the tutorial of sgrvinod names it."""

from resspec.export.naming import Peer

PEER = Peer(
    "srresnet",
    (
        (r"^conv1\.", "conv_block1.conv_block.0."),
        (r"^act1\.", "conv_block1.conv_block.1."),
        (r"^layer1\.(\d+)\.conv1\.", r"residual_blocks.\1.conv_block1.conv_block.0."),
        (r"^layer1\.(\d+)\.bn1\.", r"residual_blocks.\1.conv_block1.conv_block.1."),
        (r"^layer1\.(\d+)\.act1\.", r"residual_blocks.\1.conv_block1.conv_block.2."),
        (r"^layer1\.(\d+)\.conv2\.", r"residual_blocks.\1.conv_block2.conv_block.0."),
        (r"^layer1\.(\d+)\.bn2\.", r"residual_blocks.\1.conv_block2.conv_block.1."),
        (r"^layer1\.(\d+)\.act2\.", r"residual_blocks.\1.conv_block2.conv_block.2."),
        (r"^decoder\.conv\.", "conv_block2.conv_block.0."),
        (r"^decoder\.bn\.", "conv_block2.conv_block.1."),
        (r"^decoder\.step(\d)\.conv1\.", r"subpixel_convolutional_blocks.\1.conv."),
        (r"^decoder\.step(\d)\.act1\.", r"subpixel_convolutional_blocks.\1.prelu."),
        (r"^heads\.to_image\.", "conv_block3.conv_block.0."),
    ),
    all=r"(conv_block|residual_blocks|subpixel)",
)
