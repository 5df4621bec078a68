"""RS3xx: networks whose shapes do not fit. RS4xx: budgets."""

from __future__ import annotations

from resspec.codes.code import Code

SHAPES = {
    "RS301": Code(
        "An input without size",
        "The input of a graph has a side that is not positive.",
        '$ python -c "Input((3, 0, 0))"   # specs are refused before, by RS207',
        "Give every side at least 1.",
    ),
    "RS302": Code(
        "Wrong number of axes",
        "An operation was laid on a vector that needs a map, or the other way round.",
        "$ a plug-in lays a convolution behind the pooled vector",
        "Look at the operations that the part lays before this one.",
    ),
    "RS303": Code(
        "Wrong number of channels",
        "An operation is made for another number of channels than its input has.",
        "$ a plug-in lays Conv2d(64, 128) behind a map of 32 channels",
        "Make the widths equal; the message names both.",
    ),
    "RS304": Code(
        "A map of the wrong size",
        "A window does not fit into the map, or an operation is bound to another size.",
        "extends: resnet18\nstem: {kind: space-to-depth, width: 64}\ninput: [3, 30, 30]\n",
        "Use a larger input, a smaller kernel or fewer strides.",
    ),
    "RS305": Code(
        "Channels that cannot be divided",
        "Groups, heads or splits do not divide the channels.",
        "extends: resnet50\nblock: {groups: 36}\n",
        "Take one of the nearest numbers that the message names.",
    ),
    "RS306": Code(
        "Shapes that do not go together",
        "Maps are added, scaled or joined that differ in shape.",
        "$ a plug-in adds maps of (64, 56, 56) and (64, 28, 28)",
        "Make their channels and strides equal.",
    ),
    "RS307": Code(
        "A shortcut that cannot follow its block",
        "The shortcut keeps or adds channels where the block does something else.",
        "extends: resnet18\nshortcut: identity\n",
        "Choose `projection`, or keep width and stride where the shortcut is the identity.",
    ),
    "RS308": Code(
        "A part without a condition",
        "A block, a norm or a head reads what a net is told beside its image, and the net is told nothing; or a chunk"
        " of the latent vector that its condition does not make.",
        "extends: resnet18\nblock: conditional\nfinal: none\n",
        "Add a condition (`condition: time`, `condition: label`), or take another part.",
    ),
    "RS309": Code(
        "A condition that nothing reads",
        "The net has a condition and no part that reads it, or that reads one of its chunks.",
        "extends: resnet18\ncondition: time\n",
        "Use parts that do, such as `block: conditional`, or take the condition away.",
    ),
    "RS310": Code(
        "Two operations of one name",
        "A part gave two of its operations the same name.",
        '$ a plug-in calls b.add("conv", …) twice in one scope',
        "Number them.",
    ),
    "RS311": Code(
        "A graph breaks a law",
        "A graph was made or changed so that its law no longer holds.",
        "$ a plug-in's operation states an output shape that it does not infer",
        "The message ends with the name of the check that found it.",
    ),
    "RS312": Code(
        "A peer's count is unknown",
        "The profile of another tool does not say what it counts for an operation.",
        "$ resspec report net.yaml --reconcile   # with an operation of a plug-in",
        "Count by resspec's own convention, or add the operation to the profile.",
    ),
    "RS313": Code(
        "More widths than steps",
        "A list of widths has more values than the part has steps, which are as many as the maps that it reads.",
        "$ resspec validate unet_resnet18 decoder.widths=[64,32,16,8,8,8]",
        "Write one value for each step, or fewer: the last stands for all further steps.",
    ),
}

BUDGETS = {
    "RS401": Code(
        "Unknown cost",
        "A budget bounds something that is not counted.",
        "extends: resnet18\nbudgets: {weights: <= 12M}\n",
        "Bound params, macs, flops, activations, memory or latency.",
    ),
    "RS402": Code(
        "Not a bound",
        "A budget is no bound, bounds nothing, or ends below its start.",
        "extends: resnet18\nbudgets: {params: small}\n",
        "Write '<= 25M', '>= 1M', '1M..25M' or '<= 60% of base'; memory as '<= 200MB', latency as '<= 12ms'.",
    ),
    "RS403": Code(
        "No legal network",
        "No point of a search's space is a legal network.",
        "$ resspec search profile mine.yaml",
        "Look at the values of the space; validate one of its points.",
    ),
    "RS404": Code(
        "A budget that cannot be met",
        "No network of a search's space keeps the budget.",
        "$ resspec search run mine.yaml",
        "Loosen the budget or widen the space; the message tells what the space can reach.",
    ),
    "RS405": Code(
        "No budgets",
        "`resspec check` was asked about a spec that carries none.",
        "$ resspec check resnet18",
        "Write `budgets:` into the spec, or add 'budgets.params=<= 25M' to the command.",
    ),
    "RS420": Code(
        "Unknown setting of memory",
        "Memory was asked for with an optimizer or a type that is not known, or with an empty batch.",
        '$ python -c "$ a program asks for memory_of(graph, Setting(images=0))"',
        "Take a name that the message suggests; a batch has 1 image or more.",
    ),
    "RS421": Code(
        "Not a size of memory",
        "A size is no number of bytes with a unit.",
        "$ resspec report resnet50 --fits 24Gb/s",
        "Write 24GB (10^9 bytes each) or 24GiB (2^30).",
    ),
    "RS422": Code(
        "Not a time",
        "A time is no number with a unit.",
        "$ resspec check resnet50 --budget 'latency<=12'",
        "Write 12ms, 800us or 1.5s.",
    ),
    "RS423": Code(
        "No table of latency",
        "Latency was asked for, and nothing was measured on this machine to predict it from.",
        "$ resspec report resnet50 --latency   # before anything was calibrated",
        "Run `resspec bench --calibrate`, or name a table from elsewhere in RESSPEC_LATENCY_TABLE.",
    ),
    "RS424": Code(
        "A table of latency that cannot be trusted",
        "A budget bounds latency, and the table predicts unseen networks with a median error above 15 %.",
        "$ resspec check resnet50 --budget 'latency<=12ms'   # after a calibration on a busy machine",
        "Calibrate again on a machine that does nothing else.",
    ),
}
