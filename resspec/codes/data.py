"""RS6xx: weights and data."""

from __future__ import annotations

from resspec.codes.code import Code

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
    "RS618": Code(
        "Nothing to be like",
        "`--like` names no shipped spec.",
        "$ resspec import net.pth --like resnet5",
        "Take a name that the message suggests.",
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
        "Images and network differ in channels, classes or size.",
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
    "RS659": Code(
        "Data for another task",
        "The data set does not tell what the network is to learn.",
        "$ resspec train unet_resnet18 --data digits",
        "Take a data set with masks for segmentation, boxes for detection, labels for a classifier, photographs for "
        "networks that enlarge them.",
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
    "RS665": Code(
        "A recipe for another task",
        "A field of the recipe means nothing for what the network learns.",
        "$ resspec train unet_resnet18 recipe.cutmix=1 --data digit-scenes",
        "Leave the field at its default.",
    ),
    "RS666": Code(
        "A wrong mask",
        "The mask of an image is missing, has another size, or holds a class that there is not.",
        "$ resspec train unet_resnet18 --data masks:photos",
        "Correct the file that the message names, or leave such images out with damaged: skip.",
    ),
    "RS667": Code(
        "A wrong annotation",
        "An annotation file cannot be read, or a box in it is empty, lies outside of its picture or is of no class.",
        "$ resspec train fcos_digits --data voc:photos",
        "Correct the line that the message names, or leave such boxes out with data.damaged=skip.",
    ),
    "RS669": Code(
        "Not a picture's name",
        "A picture is written in the format that its suffix names, and this one names none.",
        "$ resspec enlarge net.safetensors small.png -o large.doc",
        "End the name in .png, .jpg, .webp, .tif or .bmp.",
    ),
    "RS670": Code(
        "Names of other classes",
        "Names were given for the classes of a network, and there are more of them or fewer.",
        "$ resspec predict resnet20_quarter --weights best.safetensors digit.png --names nine.txt",
        "Give a name for each class, from class 0 on, one a line; the background of a detector of two steps has none.",
    ),
}
