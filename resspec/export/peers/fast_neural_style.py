"""The network of fast neural style transfer as the examples of PyTorch name it."""

from resspec.export.naming import Peer

PEER = Peer(
    "fast_neural_style",
    (
        (r"^conv(\d)\.(?!conv2d)", r"conv\1.conv2d."),
        (r"^bn(\d)\.", r"in\1."),
        (r"^layer1\.\d+\.conv(\d)\.", r"res{i}.conv\1.conv2d."),
        (r"^layer1\.\d+\.bn(\d)\.", r"res{i}.in\1."),
        (r"^decoder\.step0\.conv1\.", "deconv1.conv2d."),
        (r"^decoder\.step0\.bn1\.", "in4."),
        (r"^decoder\.step1\.conv1\.", "deconv2.conv2d."),
        (r"^decoder\.step1\.bn1\.", "in5."),
        (r"^heads\.to_image\.", "deconv3.conv2d."),
    ),
    all=r"(conv|in|res|deconv)\d+\.",
)
