"""ResNets as transformers' `ResNetForImageClassification` names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "huggingface",
    (
        (r"^conv1\.(weight|bias)$", r"resnet.embedder.embedder.convolution.\1"),
        (r"^bn1\.", "resnet.embedder.embedder.normalization."),
        (r"^fc\.", "classifier.1."),
        (r"\.downsample\.0\.", ".shortcut.convolution."),
        (r"\.downsample\.1\.", ".shortcut.normalization."),
        (r"^(layer\d+\.\d+)\.conv1\.", r"\1.layer.0.convolution."),
        (r"^(layer\d+\.\d+)\.bn1\.", r"\1.layer.0.normalization."),
        (r"^(layer\d+\.\d+)\.conv2\.", r"\1.layer.1.convolution."),
        (r"^(layer\d+\.\d+)\.bn2\.", r"\1.layer.1.normalization."),
        (r"^(layer\d+\.\d+)\.conv3\.", r"\1.layer.2.convolution."),
        (r"^(layer\d+\.\d+)\.bn3\.", r"\1.layer.2.normalization."),
        (r"^layer\d+\.(\d+)\.", r"resnet.encoder.stages.{s}.layers.\1."),
    ),
    scope=r"resnet\.encoder\.stages\.\d+\.layers\.\d+\.",
    ranks=(r"shortcut\.",),
    reads=(
        (r"^resnet\.", ""),
        (r"^embedder\.embedder\.convolution\.", "conv1."),
        (r"^embedder\.embedder\.normalization\.", "bn1."),
        (r"^classifier\.1\.", "fc."),
        (r"\.shortcut\.convolution\.", ".downsample.0."),
        (r"\.shortcut\.normalization\.", ".downsample.1."),
        (r"\.layer\.(\d)\.convolution\.", ".conv{1+1}."),
        (r"\.layer\.(\d)\.normalization\.", ".bn{1+1}."),
        (r"^encoder\.stages\.(\d+)\.layers\.(\d+)\.", r"layer{1+1}.\2."),
    ),
    all=r"(resnet|classifier)\.",
)
