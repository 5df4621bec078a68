"""RS5xx: searches. RS6xx: weights and data. RS7xx: commands."""

from __future__ import annotations

from resspec.codes.code import Code

SEARCH = {
    "RS501": Code(
        "No such search",
        "A name is no shipped search and no file.",
        "$ resspec search run digit",
        "Take a shipped name or a path.",
    ),
    "RS502": Code(
        "No study",
        "A folder holds no study.",
        "$ resspec search status .",
        "Name the folder that a search made: runs/NAME.",
    ),
    "RS503": Code(
        "Another search",
        "The folder holds the study of a search that says something else.",
        "$ resspec search run changed.yaml --path runs/old",
        "Give the changed search a folder of its own.",
    ),
    "RS504": Code(
        "No trial was completed",
        "Every trial failed.",
        "$ resspec search run mine.yaml",
        "The message tells how the first one failed.",
    ),
    "RS505": Code(
        "The last comparison failed",
        "Every finalist failed when it was trained again.",
        "$ resspec search run mine.yaml",
        "Lower the recipe's lr.",
    ),
    "RS510": Code(
        "A damaged journal",
        "The journal of a study cannot be read.",
        "$ resspec search run digits",
        "Take it from a copy, or begin in a new folder.",
    ),
    "RS511": Code(
        "A folder that cannot be used",
        "The folder of a study cannot be made or written.",
        "$ resspec search run digits --path /etc/hosts",
        "Name a folder that you may write.",
    ),
    "RS512": Code(
        "A damaged result",
        "The result of a study cannot be read.",
        "$ resspec search best runs/digits",
        "Delete the file that the message names and search again.",
    ),
    "RS513": Code(
        "A database that does not answer",
        "The database of a study is away, and stayed away for as long as a worker waits.",
        "$ resspec search run digits --storage postgresql://nobody@localhost:1/none",
        "Start the database, or correct the address; what was finished meanwhile is kept and recorded by the next run.",
    ),
    "RS514": Code(
        "A storage that cannot be used",
        "Workers can share a journal or a PostgreSQL database, whose driver is an extra.",
        "$ resspec search run digits --storage sqlite:///digits.db",
        "Take `journal` or `postgresql://USER:PASSWORD@HOST/DATABASE`.",
    ),
    "RS515": Code(
        "Another storage",
        "The folder belongs to a study that is stored elsewhere.",
        "$ resspec search run digits --storage postgresql://host/other",
        "Leave the storage out, or give the other study a folder of its own.",
    ),
    "RS516": Code(
        "Workers that die",
        "The processes of a search died again and again.",
        "$ resspec search run digits --workers 16",
        "Read their logs, which the message names; fewer workers need less memory.",
    ),
    "RS517": Code(
        "No server of one's own",
        "PostgreSQL is not there, or does not start in the folder.",
        "$ resspec search serve --path /root/postgres",
        "Install `resspec[serve]`, or name a folder that the server may write.",
    ),
    "RS520": Code(
        "Data that do not fit",
        "The base network reads other images, or tells fewer classes apart, than the data have.",
        "$ resspec search run mine.yaml",
        "Set `input` and `classes` of the base.",
    ),
    "RS521": Code(
        "An objective that cannot be sought",
        "A name is no measure of the evaluator and no cost, stands twice, or nothing measured is named.",
        "$ resspec search run mine.yaml   # objectives: [accuracy, mac]",
        "Name measures of the evaluator, such as accuracy, and costs, such as macs.",
    ),
    "RS522": Code(
        "A network that no table has",
        "The evaluator looks networks up in a table, and this one is not in it.",
        "$ resspec search run mine.yaml",
        "Start from the table's own base, and let the space vary what the table varies.",
    ),
}

DATA = {
    "RS601": Code(
        "Not a checkpoint",
        "A file or a value holds no tensors by name.",
        "$ resspec build resnet18 --weights notes.txt -o net.safetensors",
        "Name a state_dict or a file of one.",
    ),
    "RS602": Code(
        "No such file of weights",
        "There is no file at the path.",
        "$ resspec build resnet18 --weights none.pth -o net.safetensors",
        "Name a file that is there.",
    ),
    "RS603": Code(
        "Unreadable weights",
        "The file is damaged, or holds more than tensors.",
        "$ resspec build resnet18 --weights net.pkl -o net.safetensors",
        "Save the state_dict alone.",
    ),
    "RS604": Code(
        "Tensors are missing",
        "The checkpoint lacks tensors of the network.",
        "$ resspec build resnet50 --weights resnet18.pth -o net.safetensors",
        "Take the spec it was trained with.",
    ),
    "RS605": Code(
        "Tensors without a place",
        "The checkpoint has tensors that the network lacks.",
        "$ resspec build resnet18 --weights resnet50.pth -o net.safetensors",
        "Take the spec it was trained with.",
    ),
    "RS606": Code(
        "Tensors of another shape",
        "Tensors have the right names and other shapes.",
        "$ resspec build resnet18 classes=10 --weights resnet18.pth -o net.safetensors",
        "Set the widths and classes it was trained with.",
    ),
    "RS607": Code(
        "Unknown naming",
        "No peer of this name is known.",
        "$ python -c \"peer_state(model, 'tmm')\"",
        "Take a name that the message suggests.",
    ),
    "RS608": Code(
        "A naming without these names",
        "A peer's naming has no names for this network.",
        "$ python -c \"peer_state(model, 'pycls')\"",
        "Choose another naming, or keep our own.",
    ),
    "RS609": Code(
        "Weights of another network",
        "The file says that its weights were trained in another network, even if every tensor would fit.",
        "$ resspec evaluate resnet20 block.act=silu --weights resnet20.safetensors --data cifar10:data",
        "Name the spec it was trained with, with the same changes.",
    ),
    "RS611": Code(
        "Tensors that tell no network",
        "The names are those of no known naming, or a place holds what no part of the language has.",
        "$ resspec import vgg16.pth",
        "The message names what is not understood.",
    ),
    "RS612": Code(
        "Tensors that the nearest network has more",
        "Names and shapes nearly tell a network, which needs tensors that the file lacks.",
        "$ resspec import half.pth",
        "Save the whole state_dict.",
    ),
    "RS613": Code(
        "Tensors that no network has",
        "Names and shapes nearly tell a network, which has no place for some tensors.",
        "$ resspec import with_decoder.pth",
        "Take out what does not belong to the network.",
    ),
    "RS614": Code(
        "Shapes that no network has",
        "Names tell a network, but widths follow no rule that the language has words for.",
        "$ resspec import pruned.pth",
        "Name a spec that lends the words: --like SPEC.",
    ),
    "RS615": Code(
        "Another network of the same tensors",
        "The module has a network's tensors, but computes something else.",
        "$ resspec import model.py:factory",
        "Name a spec that lends strides, activation and pooling: --like SPEC, or set them: act=silu.",
    ),
    "RS616": Code(
        "Nothing to import",
        "The source is no file, no folder, and no factory that returns a torch module.",
        "$ resspec import timm:resnet51000",
        "Name a checkpoint, hf:FOLDER, timm:NAME, torchvision:NAME, FILE.py:FUNCTION or FILE.onnx.",
    ),
    "RS617": Code(
        "An import needs a package",
        "The package that makes the model, or reads the file, is not installed.",
        "$ resspec import timm:resnet50",
        "Install the package that the message names.",
    ),
    "RS651": Code(
        "A data set needs a package",
        "The package that carries the data set is not installed.",
        "$ resspec search run digits",
        "Install the package that the message names.",
    ),
    "RS652": Code(
        "No such data",
        "The file of a data set is not there.",
        "$ resspec search run cifar.yaml",
        "Put the file where the message expects it.",
    ),
    "RS653": Code(
        "Damaged data",
        "The file of a data set holds something else.",
        "$ resspec search run cifar.yaml",
        "Make it anew; the message says what is expected.",
    ),
    "RS654": Code(
        "Images that do not fit",
        "Images and network differ in channels or classes.",
        "$ resspec train resnet18 classes=5",
        "Set `input` and `classes` of the network.",
    ),
    "RS655": Code(
        "No such device",
        "The device cannot be used on this machine.",
        "$ resspec train resnet18 --device cuda",
        "Name a device that torch sees, or cpu.",
    ),
    "RS656": Code(
        "A damaged image",
        "An image file cannot be decoded.",
        "$ resspec train resnet18 --data imagefolder:photos",
        "Replace the file, or leave such files out with damaged: skip.",
    ),
    "RS657": Code(
        "Images that are read one by one",
        "What was asked for needs all images in memory.",
        "$ resspec search run photos.yaml",
        "Take a data set of small images.",
    ),
    "RS658": Code(
        "Not on these processes",
        "What was asked for needs other devices, or more or fewer processes.",
        "$ resspec train resnet18 --data digits --shard",
        "The message says what to change.",
    ),
    "RS660": Code(
        "Training diverged",
        "The loss is no longer a finite number.",
        "$ resspec search run mine.yaml",
        "Lower lr or lengthen the warm-up.",
    ),
    "RS661": Code(
        "Another training",
        "The folder holds a training that says something else.",
        "$ resspec train resnet18 recipe.lr=0.2 --data digits --path runs/train/old",
        "Give the changed training a folder of its own.",
    ),
    "RS662": Code(
        "A damaged training",
        "A file of a training's folder cannot be read.",
        "$ resspec train resnet18 --data digits",
        "Delete the folder and train again.",
    ),
    "RS664": Code(
        "No room",
        "A state of a training could not be written.",
        "$ resspec train resnet18 --data digits --path /full",
        "Make room, or name another folder; the same command goes on from the last state.",
    ),
}

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
