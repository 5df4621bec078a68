"""RS2xx: specs that say what the language does not have."""

from __future__ import annotations

from resspec.codes.code import Code

LANGUAGE = {
    "RS201": Code(
        "Unknown key",
        "The mapping has no key of this name. Nothing is ever ignored.",
        "extends: resnet18\nblok: bottleneck\n",
        "Take the name that the message suggests.",
    ),
    "RS202": Code(
        "Something is missing",
        "A key that must be written is not there.",
        "extends: resnet18\nstages: [{depth: 2}]\n",
        "Write the key.",
    ),
    "RS203": Code(
        "Unknown kind",
        "A family of parts has no kind of this name, or none was named.",
        "extends: resnet18\nblock: botleneck\n",
        "Take a kind that the message lists; plug-ins register theirs when they are installed.",
    ),
    "RS204": Code(
        "Nothing there to change",
        "A stage, a block or a key is changed or taken away that does not exist.",
        "extends: resnet18\nstages: {5: {depth: 2}}\n",
        "Stages count from 1, blocks from 0; `+` puts something new.",
    ),
    "RS205": Code(
        "Not an override",
        "A word behind a spec is no `path=value`, `+path=value` or `~path`.",
        "$ resspec report resnet18 banana",
        "Write a dotted path, an equals sign and a value: stages.3.depth=9.",
    ),
    "RS206": Code(
        "A mapping or a name was expected",
        "A list or a number stands where a part or a whole spec is described.",
        "extends: resnet18\nstem: [conv3x3, 16]\n",
        "Write the kind's name, or {kind: …} with its fields.",
    ),
    "RS207": Code(
        "A value breaks a law",
        "A value has the wrong type, is out of bounds, or does not go with another one.",
        "extends: resnet18\nstages: {2: {stride: two}}\n",
        "The message states the law and, where there is one, the nearest value that keeps it.",
    ),
    "RS208": Code(
        "`extends` names no spec",
        "The value of `extends` is neither a name nor a list of names.",
        "extends: 50\n",
        "Write the name of a shipped spec or a path, or a list of them.",
    ),
    "RS209": Code(
        "`extends` goes in a circle",
        "A file extends, perhaps by way of others, itself.",
        "$ resspec validate a.yaml   # extends: b.yaml, which extends a.yaml",
        "Take one `extends` of the circle away.",
    ),
    "RS210": Code(
        "Not a count",
        "A number with a unit was expected: 25000000, 25M, 4.1G.",
        "$ resspec validate resnet18 --allow ops=many",
        "Write a whole number, with K, M, G or T for powers of a thousand.",
    ),
    "RS211": Code(
        "Wrong number of channels",
        "`mean` or `std` has not one value for each input channel.",
        "extends: resnet18\nmean: [0.5]\n",
        "Write as many values as the input has channels, or leave the key out.",
    ),
    "RS212": Code(
        "Unknown feature",
        "Features were asked for at a place that the network does not have.",
        "$ python -c \"resspec.build('resnet18', features=[9])\"",
        "Name a stage's number (0 is the stem), its name, or a scope such as layer3.1.",
    ),
    "RS213": Code(
        "A newer language",
        "The file says `resspec: N` with a version that this release does not know.",
        "resspec: 9\nextends: resnet18\n",
        "Upgrade resspec.",
    ),
    "RS214": Code(
        "Cannot be rewritten",
        "`resspec migrate` changes words of a file in place; this file does not hold them as they are read.",
        "$ resspec migrate old.json",
        "Rename the keys by hand; the message lists them.",
    ),
    "RS215": Code(
        "An output stride that cannot be kept",
        "The stem, or a stage's stride, lowers the resolution by more than `output_stride` allows, which makes whole\n"
        "strides alone into dilation.",
        "$ resspec validate resnet50 output_stride=6",
        "Write a stride that stem and stages reach, as the message lists them.",
    ),
    "RS219": Code(
        "Unknown spelling",
        "Other counters were asked about modules as a source spells them that is not known.",
        "$ resspec report resnet50 --reconcile --spelling tim",
        "Take a name that the message suggests.",
    ),
    "RS220": Code(
        "Over a limit",
        "The spec asks for more stages, blocks, channels, operations, parameters or larger numbers than files from"
        " strangers may.",
        "extends: resnet18\nstages: {1: {depth: 1000000}}\n",
        "Where you trust the file, raise the limit that the message names: --allow blocks=2M.",
    ),
    "RS221": Code(
        "Unknown limit",
        "--allow names something that has no limit.",
        "$ resspec validate resnet18 --allow opps=1M",
        "Take a name that the message lists.",
    ),
    "RS230": Code(
        "Maps that cannot be read",
        "A neck, a decoder or heads read a map that the body does not have, or have nothing to read.",
        "extends: resnet18\ndecoder: {kind: unet, taps: [1, 2, 5]}\n",
        "Name stages by number (0 is the stem) or name, from the input down; `unpooled` is what the stem's pool reads.",
    ),
    "RS231": Code(
        "Stages that nothing reads",
        "Stages stand behind the last map that a neck, a decoder or heads read.",
        "extends: resnet18\ndecoder: {kind: psp, taps: [2]}\n",
        "Take the stages away, as in `stages: {~4: }`, or read them.",
    ),
    "RS232": Code(
        "A head beside heads",
        "A net with a neck, a decoder or heads has a `head` besides, which would read the last map alone.",
        "extends: resnet18\ndecoder: unet\nhead: linear\n",
        "Take one of them away.",
    ),
    "RS233": Code(
        "Stages that a decoder cannot mirror",
        "A decoder has a stage for each of the body's, and one of these lowers the resolution inside a block.",
        "extends: resnet18\ndecoder: mirror\n",
        "Let a layer of the stage's own lower the resolution: `stage: entered`.",
    ),
}
