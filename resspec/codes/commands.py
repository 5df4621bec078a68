"""RS7xx: commands."""

from __future__ import annotations

from resspec.codes.code import Code

COMMANDS = {
    "RS701": Code(
        "Weights in another format",
        "Weights are written as .safetensors.",
        "$ resspec build resnet18 -o net.pth",
        "End the name in .safetensors.",
    ),
    "RS702": Code(
        "The system refused",
        "A file could not be read or written.",
        "$ resspec source resnet18 -o /net.py",
        "The message holds the system's reason.",
    ),
    "RS703": Code(
        "Options that exclude each other",
        "Two options ask for different answers.",
        "$ resspec show resnet18 --explain --minimal",
        "Give one of them.",
    ),
    "RS704": Code(
        "A file that would be lost",
        "The file to write is there already, or cannot hold what was asked for.",
        "$ resspec new mine.yaml",
        "Choose another name, or add --force.",
    ),
    "RS705": Code(
        "No such format",
        "The format or form is not known, or does not go with the other options.",
        "$ resspec export resnet18 -o resnet18.tflite",
        "Name one that the message lists.",
    ),
    "RS706": Code(
        "An export that answers otherwise",
        "What was written was run, and its outputs differ from the network's.",
        "$ resspec export resnet18 -o resnet18.onnx",
        "Do not use the file; tell the versions of torch and of the runtime where this happens.",
    ),
    "RS707": Code(
        "A format needs a package",
        "The package that writes or runs the format is not installed.",
        "$ resspec export resnet18 -o resnet18.onnx",
        "Install the extra that the message names.",
    ),
    "RS708": Code(
        "A network that cannot be compiled",
        "torch.compile could not make code of the network, or compiled code was to be trained, moved or given weights.",
        "$ CXX=none resspec build resnet18 --for inference --compile -o resnet18.pt2",
        "Install a C++ compiler, or leave --compile (compile=True) out; build anew for other weights.",
    ),
    "RS709": Code(
        "Only the inference form is compiled",
        "Compiling takes the weights as constants, which a network to be trained has not.",
        "$ resspec build resnet18 --compile -o resnet18.pt2",
        "Add --for inference (inference=True).",
    ),
    "RS710": Code(
        "A network that is bound to its size",
        "An export was to leave height and width free, and a part of the network is made for one size alone.",
        "$ resspec export resnet20 head=attention-pool --any-size -o net.onnx",
        "Export it at one size: `input=` sets it.",
    ),
    "RS720": Code(
        "No such device",
        "A network is to be timed on a device that is not there.",
        "$ resspec bench resnet18 --device cuda   # where there is no GPU",
        "Take cpu, or cuda where torch finds a GPU.",
    ),
    "RS721": Code(
        "No such form",
        "A network is to be timed in a form that is not known.",
        "$ python -c '...'   # a program asks for bench(graph, setting, ['quantised'], 20)",
        "Take eager, fused, channels-last or compiled.",
    ),
    "RS722": Code(
        "A form that does not run here",
        "A form of a network could not be made or run, for example compiled without a C++ compiler.",
        "$ resspec bench resnet18 --form compiled",
        "The message holds torch's reason; leave the form out, or give a larger --batch.",
    ),
}
