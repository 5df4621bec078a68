"""Nets of timm's byobnet.py: units of convolution and norm named for their kernels, shortcuts before the branch."""

from resspec.export.naming import Peer

BOTTLENECK = r"^{block}conv3\."
EDGE = r"^{block}conv_pwl\."
DEEP = r"^conv1\.0\."
FOUR = r"^conv1\.9\."

PEER = Peer(
    "timm_byobnet",
    (
        (r"^conv1\.0\.", "stem.conv1.conv.", r"^conv1\.1\."),
        (r"^conv1\.0\.", "stem.conv1."),
        (r"^conv1\.1\.", "stem.conv1.bn."),
        (r"^conv1\.3\.", "stem.conv2.conv.", r"^conv1\.4\."),
        (r"^conv1\.3\.", "stem.conv2."),
        (r"^conv1\.4\.", "stem.conv2.bn."),
        (r"^conv1\.6\.", "stem.conv3.conv."),
        (r"^conv1\.7\.", "stem.conv3.bn."),
        (r"^conv1\.9\.", "stem.conv4.conv."),
        (r"^bn1\.", "stem.conv4.bn.", FOUR),
        (r"^bn1\.", "stem.conv3.bn.", DEEP),
        (r"^conv1\.", "stem.conv."),
        (r"^bn1\.", "stem.bn."),
        (r"^final_conv\.", "final_conv.conv."),
        (r"^final_bn\.", "final_conv.bn."),
        (r"^attnpool\.pos_embed\.weight", "head.pos_embed"),
        (r"^attnpool\.", "head."),
        (r"^fc\.", "head.proj.", r"^attnpool\."),
        (r"^fc\.", "head.fc."),
        (r"^head_norm\.", "head.norm."),
        (r"^head_fc\.", "head.pre_logits.fc."),
        (r"\.downsample\.2\.", ".shortcut.conv.bn."),
        (r"\.downsample\.1\.", ".shortcut.conv.conv.", r"^{block}downsample\.2\."),
        (r"\.downsample\.1\.", ".shortcut.bn."),
        (r"\.downsample\.0\.", ".shortcut.conv."),
        (r"\.se\.", ".attn.", BOTTLENECK),
        (r"\.se\.", ".attn.", EDGE),
        (r"\.se\.", ".attn_last."),
        (r"(\.attn(?:_last)?\.(?:ba\.)?)conv([12])\.", r"\1conv\2.conv."),
        (r"(\.attn(?:_last)?\.(?:ba\.)?)bn([12])\.", r"\1conv\2.bn."),
        (r"(layer[\d.]+)conv_pwl\.", r"\1conv2_1x1.conv."),
        (r"(layer[\d.]+)bn_pwl\.", r"\1conv2_1x1.bn."),
        (r"(layer[\d.]+)conv_pw\.", r"\1conv1_1x1.conv."),
        (r"(layer[\d.]+)bn_pw\.", r"\1conv1_1x1.bn."),
        (r"(layer[\d.]+)conv1\.", r"\1conv1_1x1.conv.", BOTTLENECK),
        (r"(layer[\d.]+)bn1\.", r"\1conv1_1x1.bn.", BOTTLENECK),
        (r"(layer[\d.]+)conv1\.", r"\1conv1_kxk.conv."),
        (r"(layer[\d.]+)bn1\.", r"\1conv1_kxk.bn."),
        (r"(layer[\d.]+)conv(2b?)\.", r"\1conv\2_kxk.conv."),
        (r"(layer[\d.]+)bn(2b?)\.", r"\1conv\2_kxk.bn."),
        (r"(layer[\d.]+)conv3\.", r"\1conv3_1x1.conv."),
        (r"(layer[\d.]+)bn3\.", r"\1conv3_1x1.bn."),
        (r"^layer\d+\.(\d+)\.", r"stages.{s}.\1."),
    ),
    scope=r"stages\.\d+\.\d+\.",
    ranks=(r"shortcut\.",),
)
