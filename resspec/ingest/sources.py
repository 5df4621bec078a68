"""What can be imported: checkpoints, modules made by a function or a library, folders of Hugging Face, ONNX files."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resspec import carried
from resspec.errors import Fault, WeightsError
from resspec.ingest.anatomy import Shape, Tensors

if TYPE_CHECKING:
    from types import ModuleType

MAKERS = ("timm", "torchvision", "hf")


def shapes_in(source: str | Path | Mapping[str, Any]) -> dict[str, Shape]:
    """The names and shapes of a state_dict, a checkpoint, a Hugging Face folder (`hf:DIR` or DIR) or an ONNX file."""
    if isinstance(source, Mapping):
        return _shapes(source)
    path = carried.located(source)
    if path.suffix == ".onnx":
        return onnx_shapes(path)
    if path.suffix == carried.SUFFIX:
        return unwrapped(carried.shapes(path))
    return _shapes(path)


def _shapes(source: Mapping[str, Any] | Path) -> dict[str, Shape]:
    """The shapes of a checkpoint's tensors, freed from nests and prefixes."""
    from resspec.export.weights import tensors_of  # noqa: PLC0415  # torch is needed for pickles alone

    return {name: tuple(tensor.shape) for name, tensor in tensors_of(source).items()}


def unwrapped(tensors: Tensors) -> dict[str, Shape]:
    """Names without the prefixes of wrappers."""
    found = dict(tensors)
    for prefix in ("module.", "_orig_mod.", "model."):
        if found and all(name.startswith(prefix) for name in found):
            found = {name.removeprefix(prefix): shape for name, shape in found.items()}
    return found


def onnx_shapes(path: Path) -> dict[str, Shape]:
    """The names and shapes of an ONNX file's initializers that bear names of modules."""
    onnx = _package("onnx", f"reading {path.name}")
    if not path.is_file():
        raise WeightsError(Fault("RS602", f"there is no file {path}"))
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # noqa: BLE001  # protobuf and onnx each raise their own
        raise WeightsError(Fault("RS603", f"{path} is no readable ONNX file: {error!s:.200}")) from None
    found = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer if "." in tensor.name}
    if not found:
        message = f"{path} has no initializers that bear names of modules"
        remedy = "export it with its parameters' names kept, or import the checkpoint that it was made of"
        raise WeightsError(Fault("RS601", message, remedy=remedy))
    return found


def factory(source: str) -> Callable[[], Any] | None:
    """The function that makes a module: `timm:NAME`, `torchvision:NAME`, `FILE.py:FUNCTION`; None for other sources."""
    kind, _, name = source.rpartition(":")
    if kind == "timm":
        timm = _package("timm", source)
        if not timm.is_model(name):
            raise WeightsError(Fault("RS616", f"timm has no model {name!r}"))
        return lambda: timm.create_model(name)
    if kind == "torchvision":
        models = _package("torchvision.models", source)
        if name not in models.list_models():
            raise WeightsError(Fault("RS616", f"torchvision has no model {name!r}"))
        asked = inspect.signature(models.get_model_builder(name)).parameters
        bare = {"weights_backbone": None} if "weights_backbone" in asked else {}  # else the body's are fetched
        return lambda: models.get_model(name, **bare)
    if kind.endswith(".py"):
        return _made(source, _function(Path(kind), name))
    if source.endswith(".py"):
        raise WeightsError(Fault("RS616", f"{source} is a Python file", remedy=f"name its function: {source}:FUNCTION"))
    return None


def _made(source: str, make: Callable[[], Any]) -> Callable[[], Any]:
    """The function, what it raises being told as an error of the source."""

    def made() -> Any:
        try:
            return make()
        except Exception as error:  # noqa: BLE001  # whatever a stranger's function raises
            message = f"{source} cannot be called without arguments: {type(error).__name__}: {error}"
            raise WeightsError(Fault("RS616", message)) from None

    return made


def _function(path: Path, name: str) -> Callable[[], Any]:
    """A function of a Python file, which is run."""
    if not path.is_file():
        raise WeightsError(Fault("RS602", f"there is no file {path}"))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001  # whatever a stranger's file raises
        raise WeightsError(Fault("RS616", f"{path} cannot be run: {type(error).__name__}: {error}")) from None
    made = getattr(module, name, None)
    if not callable(made):
        raise WeightsError(Fault("RS616", f"{path} has no function {name!r}"))
    return made  # type: ignore[no-any-return]  # what it returns is looked at


def _package(name: str, purpose: str) -> ModuleType:
    """A package that is not among resspec's own."""
    try:
        return importlib.import_module(name)
    except (ImportError, RuntimeError) as error:
        top = name.partition(".")[0]
        message = f"{purpose} needs the package {top}: {error}"
        raise WeightsError(Fault("RS617", message, remedy=f"pip install {top}")) from None
