"""Heads that make images."""

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.parts.dense_heads.image import Image
from resspec.spec.net import NetSpec
from resspec.training.tasks.super_resolution import SuperResolution
from resspec.training.tasks.use import Use


def task(spec: NetSpec, _: Image) -> SuperResolution:
    """Enlarging images; DataError where those that are made are not larger by a whole factor."""
    network = compile_spec(spec)
    (output,) = network.outputs.values()
    read, made = spec.input, network.nodes[output].shape
    scale = made[1] // read[1]
    if scale < 2 or made != (read[0], scale * read[1], scale * read[2]):
        said = f"{spec.name} makes images of {'x'.join(map(str, made))} from {'x'.join(map(str, read))}"
        remedy = "only networks that enlarge images are trained so: `decoder: {kind: upscale, scale: 2}`"
        raise DataError.of("RS659", said, remedy=remedy)
    return SuperResolution(scale, network.facts.mean, network.facts.std)


USE = Use(Image, task)
