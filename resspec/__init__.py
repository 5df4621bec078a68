"""resspec: residual networks written as specs, with exact costs before anything is built, fast ordinary PyTorch
modules, and architecture search under hard budgets.

Importing this package imports neither torch nor optuna; they come with the first function that needs them.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

from resspec.errors import (
    BudgetError,
    DataError,
    GraphError,
    ResspecError,
    SearchError,
    SpecError,
    WeightsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import torch
    from torch import nn

    from resspec.analysis.reach import Feature as FeatureMap
    from resspec.analysis.report import Report
    from resspec.compile import Feature
    from resspec.ingest.importing import Imported
    from resspec.ir import Graph
    from resspec.spec.limits import Limits
    from resspec.spec.loading import Source
    from resspec.spec.net import NetSpec
    from resspec.study.result import Result
    from resspec.training.data import DataSource
    from resspec.training.predicting.folder import Predicted
    from resspec.training.run import Trained
    from resspec.training.score import Score

__all__ = [
    "BudgetError",
    "DataError",
    "GraphError",
    "Limits",
    "NetSpec",
    "Report",
    "ResspecError",
    "SearchError",
    "SpecError",
    "WeightsError",
    "build",
    "create_model",
    "enlarge",
    "evaluate",
    "features",
    "fingerprint",
    "graph",
    "import_spec",
    "list_specs",
    "load",
    "load_weights",
    "predict",
    "report",
    "sample",
    "search",
    "source",
    "train",
    "train_denoiser",
    "train_generator",
]

__version__ = "0.1.0"

logging.getLogger("resspec").addHandler(logging.NullHandler())  # silent unless the application listens

_LATE = {"Limits": "resspec.spec.limits", "NetSpec": "resspec.spec.net", "Report": "resspec.analysis.report"}


def __getattr__(name: str) -> Any:
    """Classes of the public face, imported when first asked for."""
    if name in _LATE:
        return getattr(importlib.import_module(_LATE[name]), name)
    raise AttributeError(f"module 'resspec' has no attribute {name!r}")


def list_specs(pattern: str = "*") -> list[str]:
    """Names of the shipped specs that match a shell pattern, sorted."""
    from resspec.spec.loading import list_specs

    return list_specs(pattern)


def load(source: Source, *overrides: str, limits: Limits | None = None, **fields: Any) -> NetSpec:
    """A validated spec from a shipped name, a path, plain data or a spec, with overrides laid over it.

    Overrides are `dotted.path=value` texts or keywords (`classes=10` is short for `head.classes=10`). `limits` say how
    large the spec may be, and whether it may name files outside its folder. Raises SpecError with every fault of the
    file, each at its place."""
    from resspec.checking import sound

    return sound(source, *overrides, limits=limits, **fields)


def graph(source: Source, features: Sequence[Feature] | None = None) -> Graph:
    """The graph of primitive operations, or of the part of it that gives these features."""
    from resspec.compile import compile_spec

    return compile_spec(load(source), features)


def report(source: Source) -> Report:
    """Exact params, buffers, macs, flops and activations, in total and per layer, block and stage. Builds nothing."""
    from resspec.analysis.report import report_of

    return report_of(graph(source))


def features(source: Source) -> tuple[FeatureMap, ...]:
    """The feature maps by name (stem, stages), nothing built: channels, height, width, stride in input pixels,
    and the receptive field along one axis."""
    from resspec.analysis.reach import features_of

    return features_of(graph(source))


def fingerprint(source: Source) -> str:
    """16 hex digits that networks share when they are the same network, whatever their names."""
    return graph(source).fingerprint


def source(source: Source) -> str:
    """The network as a stand-alone Python file that needs torch alone; its `build()` makes and fills the module."""
    return _source(graph(source))


def build(  # noqa: PLR0913  # keywords, each of its own
    source: Source,
    *,
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
    weights: str | Path | dict[str, Any] | None = None,
    features: Sequence[Feature] | None = None,
    checkpointing: bool = False,
    inference: bool = False,
    compile: bool = False,  # noqa: A002  # torch's word for it
) -> nn.Module:
    """The network as an ordinary nn.Module: input (N, C, H, W), output (N, classes), or with `features` (stage
    numbers, 0 for the stem, or scope names) a dictionary of feature maps.

    The weights come from `seed` (torch's own generator without one), or from a state_dict or a file of one; a
    .safetensors file that carries its spec brings its weights along. Any input size will do. `checkpointing` makes
    backward recompute each block. `inference` gives the form for eval mode: norms folded into convolutions, branches of
    RepVGG and MobileOne blocks fused, channels last in memory; the same outputs up to rounding. `compile` compiles that
    form by torch.compile, weights as constants, and compares the answers; it takes a minute and a C++ compiler
    (ResspecError where there is none)."""
    from resspec.carried import carries_weights
    from resspec.export.module import build_module

    if compile and not inference:
        raise ResspecError.of("RS709", "only the inference form is compiled", remedy="add inference=True")
    network = graph(source, features)
    model = build_module(_source(network), seed, device, dtype)
    if weights is None and seed is None and carries_weights(source):
        weights = str(source)
    if weights is not None:
        load_weights(model, weights)
    if inference and compile:
        from resspec.formats.compiled import compiled

        return compiled(_fused(network, model), network.signature)
    if inference:
        return _fused(network, model)
    if checkpointing:
        if not hasattr(model, "set_grad_checkpointing"):
            law = f"the stages of {network.facts.name} are no plain rows of blocks, which backward could recompute"
            raise ResspecError.of("RS709", law, remedy="leave out checkpointing=True")
        model.set_grad_checkpointing()  # type: ignore[operator]  # a method of nets with rows of blocks
    return model


def _fused(network: Graph, model: nn.Module) -> nn.Module:
    """The inference form of a network, with the tensors that follow from the trained ones, in eval mode."""
    from resspec.export.module import derived_module
    from resspec.passes.fuse import fuse

    form = fuse(network)
    return derived_module(_source(form.graph), model, form.recipe.tensors).eval()


def load_weights(model: nn.Module, weights: str | Path | dict[str, Any]) -> nn.Module:
    """Put a state_dict, or the one in a file, into a model: our names or a peer's that are recognised. Every tensor
    is placed, or WeightsError lists what is not. Returns the model."""
    from resspec.export.weights import load_weights

    return load_weights(model, weights)


def import_spec(
    source: str | Path | nn.Module | Mapping[str, Any], *overrides: str, like: str = "", name: str = ""
) -> Imported:
    """The spec of a network that exists: a state_dict or a file of one, `hf:FOLDER`, an ONNX file, a torch module, or
    what makes one (`timm:NAME`, `torchvision:NAME`, `FILE.py:FUNCTION`, which is run).

    Names and shapes decide; a module's answers are compared too. Classifiers are read by rule; networks that segment,
    detect, make or judge images are shipped ones, with other classes, channels and widths, or on another shipped body.
    What shapes do not tell (strides, activation, pooling) is as in the shipped spec `like`, by default the nearest, and
    listed in `.assumed`; overrides change it. Raises WeightsError with the tensors that do not fit."""
    if hasattr(source, "state_dict"):
        from resspec.ingest.modules import from_module

        return from_module(source, *overrides, like=like, name=name)
    from resspec.ingest.importing import import_source

    return import_source(source, *overrides, like=like, name=name)


def create_model(name: Source, num_classes: int | None = None, **options: Any) -> nn.Module:
    """`build`, for those who come from timm: `create_model("resnet50", num_classes=10)`."""
    spec = load(name) if num_classes is None else load(name, classes=num_classes)
    return build(spec, **options)


def search(source: str | Path | Mapping[str, Any], **options: Any) -> Result:
    """Run a search to its end, or go on with one: a shipped name (`digits`), a path or plain data.

    `trials` (in all, over restarts and workers), `seed`, `path` (the study's folder, by default runs/NAME), `workers`
    (processes on this machine) and `storage` (a PostgreSQL address) are keywords. The result has `best`, `pareto` and
    `trials` (each with number, spec, fingerprint, values, costs and state), the Optuna `study` and `path`. Raises
    SpecError, BudgetError, DataError or SearchError before anything is written."""
    from resspec.study.run import run_search

    return run_search(source, **options)


def train(source: Source, *, data: str | Mapping[str, Any] | DataSource, **options: Any) -> Trained:
    """Train a network on a data set (`digits`, `cifar10:FOLDER`, …), or go on with a training that was interrupted.

    `recipe` (a shipped name, a path, plain data or a Recipe; by default `digits`), `changes` of it (`lr=0.05`), `seed`,
    `path` (the folder, by default runs/train/SPEC-RECIPE), `device`, `threads`, `engine` (precision, compile, …),
    `keep`, `save_every`, `tensorboard` and `progress` are keywords. The result has `model` (in eval mode), `path` and
    `to_dict()`. Raises SpecError or DataError before anything is written; DivergedError when the loss is no number."""
    from resspec.training.doors import train

    return train(load(source), data, **options)


def evaluate(
    source: Source, *, weights: str | Path, data: str | Mapping[str, Any] | DataSource, **options: Any
) -> Score:
    """Judge a file of weights on the test images of a data set: `.score`, `.loss`, `.to_dict()`, and the figures of
    the task: `.accuracy`, `.top5`; `.ious`; `.psnr`, `.ssim`, `.bicubic`.

    `part` (`test`, `validation`, `train`), `device`, `threads`, `batch`, `confusion`, `recipe` and `engine` are
    keywords. Raises WeightsError where the weights are of another network."""
    from resspec.training.doors import evaluate

    return evaluate(load(source), weights, data, **options)


def train_generator(
    generator: Source, critic: Source, *, data: str | Mapping[str, Any] | DataSource, **options: Any
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train a generator of images against a critic on a data set that lies in memory, or go on with a training that
    was interrupted: the generator with the running mean of its weights, in eval mode, and what was told of it.

    `duel` (plain data: steps, batch, lr, …), `changes` of it, `seed`, `path`, `device`, `threads` and `told` (called
    with step and losses) are keywords. Raises DataError before anything is written where the two do not fit."""
    from resspec.training.adversarial.doors import train_generator

    return train_generator(load(generator), load(critic), data, **options)


def train_denoiser(
    source: Source, *, data: str | Mapping[str, Any] | DataSource, **options: Any
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train a denoiser, a network that is told a time step, to find the noise in the images of a data set that lies in
    memory (arXiv:2006.11239), or go on with a training that was interrupted: the network with the running mean of its
    weights, in eval mode, and what was told of it. `sample` makes images with it.

    `noise` (plain data: steps, batch, lr, schedule, ema), `changes` of it, `seed`, `path`, `device`, `threads` and
    `told` (called with step and loss) are keywords. Raises DataError before anything is written where the network is
    no denoiser of such images."""
    from resspec.training.diffusion.doors import train_denoiser

    return train_denoiser(load(source), data, **options)


def sample(  # keywords, each of its own
    weights: str | Path,
    out: str | Path,
    *,
    count: int | None = None,
    labels: Sequence[int] | None = None,
    seed: int = 0,
    device: str = "cpu",
    threads: int | None = None,
) -> None:
    """Write a PNG with a grid of images that a trained generator (a safetensors file with its spec) makes of vectors
    from N(0, 1), or a trained denoiser of noise: `count` in all, by default 64. Of a generator that is told a class it
    is a row for each of `labels` (by default all), `count` images wide (by default 8), a column one vector. Raises
    DataError where the network reads neither, or knows no such class."""
    from pathlib import Path

    from resspec.training.sampling import sample

    model, spec = build(weights), load(weights)
    sample(model, spec, Path(weights), out, count=count, labels=labels, seed=seed, device=device, used=threads)


def enlarge(  # keywords, each of its own
    source: Source,
    picture: str | Path,
    out: str | Path,
    *,
    weights: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
) -> tuple[int, int]:
    """Write a picture enlarged by a trained network of super-resolution, in the format of `out`'s suffix: its width and
    height in pixels. A .safetensors file that carries its spec brings its weights along.

    Raises DataError where the picture cannot be read or the network enlarges nothing, WeightsError where the weights
    are of another network, OSError where nothing can be written."""
    from resspec.carried import carries_weights
    from resspec.training.enlarging import enlarge

    if weights is None and carries_weights(source):
        weights = str(source)
    return enlarge(load(source), weights, picture, out, device=device, used=threads)


def predict(
    source: Source, pictures: str | Path | Sequence[str | Path], *, weights: str | Path | None = None, **options: Any
) -> list[Predicted]:
    """What a trained classifier, segmentation net or detector says of pictures in files, or in folders: of each its
    `.picture`, `.prediction`, `.files` and `.to_dict()`. Places are pixels of the picture, turned as its camera says. A
    .safetensors file that carries its spec brings its weights along.

    `out` (a folder, into which a record of each picture is written and what is drawn on it), `top` (classes that are
    told of a picture, 5), `threshold` (the least score of a thing, 0.5), `names` (of the classes, or a text file with
    one a line), `recipe` (how pictures are framed: `centre`), `left_out` (called with what is wrong with a damaged
    picture, which is then left out; without it it stops the run), `device` and `threads` are keywords. Raises DataError
    where the network tells nothing of pictures or these cannot be read, WeightsError where the weights are of another
    network, OSError where nothing can be written."""
    from resspec.carried import carries_weights
    from resspec.training.predicting.doors import predict

    if weights is None and carries_weights(source):
        weights = str(source)
    return list(predict(load(source), weights, pictures, **options))


_SOURCES: dict[tuple[Any, ...], str] = {}
_SOURCES_KEPT = 64


def _source(network: Graph) -> str:
    """Source whose docstring states the costs; equal networks of one name are written once."""
    places = (network.outputs, network.scopes, network.taps)
    key = (network.fingerprint, network.facts, tuple(network.nodes), *(tuple(place.items()) for place in places))
    if key not in _SOURCES:
        while len(_SOURCES) >= _SOURCES_KEPT:
            _SOURCES.pop(next(iter(_SOURCES)))
        _SOURCES[key] = _written(network)
    return _SOURCES[key]


def _written(network: Graph) -> str:
    """Source whose docstring states the costs."""
    from resspec.analysis.report import report_of
    from resspec.export.source import source_of
    from resspec.ir import Facts

    found = report_of(network)
    size = "x".join(str(side) for side in found.input)
    doc = f"{found.name}: {found.params:,} parameters, {found.macs:,} multiply-accumulates at {size}."
    facts = Facts(network.facts.name, network.facts.mean, network.facts.std, doc)
    return source_of(network.renamed(facts))
