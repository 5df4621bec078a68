"""The configuration of transformers' ResNets beside specs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resspec.compile import compile_spec
from resspec.errors import Fault, WeightsError
from resspec.plan import resolve
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec

ACTS = {"relu": "relu", "silu": "silu", "swish": "silu", "gelu": "gelu"}
CONFIG = "config.json"
BLOCKS = {"basic": {"kind": "basic"}, "bottleneck": {"kind": "bottleneck"}}


def spec_of(config: Mapping[str, Any], input_: tuple[int, int, int] = (3, 224, 224)) -> NetSpec:
    """The network that a `config.json` of model_type `resnet` describes; WeightsError where it is another's."""
    if config.get("model_type") != "resnet":
        raise WeightsError(Fault("RS616", f"config.json is of model_type {config.get('model_type')!r}, not 'resnet'"))
    for key, known, usual in (("layer_type", BLOCKS, "bottleneck"), ("hidden_act", ACTS, "relu")):
        if str(config.get(key, usual)) not in known:
            message = f"config.json has the {key} {config[key]!r}"
            raise WeightsError(Fault("RS616", message, remedy=f"resspec knows {', '.join(known)}"))
    first = 2 if config.get("downsample_in_first_stage") else 1
    widths, depths = config.get("hidden_sizes", [256, 512, 1024, 2048]), config.get("depths", [3, 4, 6, 3])
    if not (isinstance(widths, list) and isinstance(depths, list) and len(widths) == len(depths)):
        message = f"config.json has the depths {depths!r} and the hidden_sizes {widths!r}"
        raise WeightsError(Fault("RS616", message, remedy="one of each for every stage"))
    block = dict(BLOCKS[config.get("layer_type", "bottleneck")])
    if config.get("downsample_in_bottleneck") and block["kind"] == "bottleneck":
        block["stride_on"] = "1x1"
    stages = [
        {"depth": depth, "width": width, "stride": first if place == 0 else 2}
        for place, (depth, width) in enumerate(zip(depths, widths, strict=True))
    ]
    return load_spec(
        {
            "input": [config.get("num_channels", 3), *input_[1:]],
            "stem": {"kind": "conv7x7", "width": config.get("embedding_size", 64), "pool": "max"},
            "block": block,
            "shortcut": "projection",
            "act": ACTS[config.get("hidden_act", "relu")],
            "stages": stages,
            "head": {"kind": "linear", "classes": len(config.get("id2label") or [0, 1])},
        }
    )


def read_config(folder: Path) -> dict[str, Any] | None:
    """The `config.json` of a folder; None where there is none, WeightsError where it cannot be read."""
    file = folder / CONFIG
    if not file.is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(Fault("RS616", f"{file} cannot be read: {error}")) from None
    if not isinstance(found, dict):
        raise WeightsError(Fault("RS616", f"{file} holds no object", remedy="take the folder that transformers wrote"))
    return found


def config_of(spec: NetSpec) -> dict[str, Any]:
    """The `config.json` that describes a network; WeightsError where transformers' ResNet is another network."""
    plan = resolve(spec)
    stem: Any = plan.stem.stem
    block: Any = plan.stages[0].blocks[0].block
    head: Any = plan.head
    classes = getattr(head, "classes", 0)
    config = {
        "architectures": ["ResNetForImageClassification"],
        "model_type": "resnet",
        "num_channels": spec.input[0],
        "embedding_size": getattr(stem, "width", 64),
        "hidden_sizes": [stage.site.width for stage in plan.stages],
        "depths": [len(stage.blocks) for stage in plan.stages],
        "layer_type": block.kind,
        "hidden_act": plan.stages[0].blocks[0].site.act.kind,
        "downsample_in_first_stage": spec.stages[0].stride > 1,
        "downsample_in_bottleneck": getattr(block, "stride_on", "3x3") == "1x1",
        "id2label": {str(number): f"LABEL_{number}" for number in range(classes)},
        "label2id": {f"LABEL_{number}": number for number in range(classes)},
    }
    reason = "" if block.kind in BLOCKS and config["hidden_act"] in ACTS and stem.kind == "conv7x7" else "its parts"
    if not reason and layout(spec_of(config, spec.input)) != layout(spec):
        reason = "its layers"
    if reason:
        message = f"transformers' ResNet has no words for this network: {reason} are others"
        raise WeightsError(Fault("RS608", message, remedy="the plain ResNets fit: resnet18, resnet50, resnet50_2015"))
    return config


def layout(spec: NetSpec) -> list[tuple[str, tuple[str, ...]]]:
    """The network's operations and wiring, initial values and drop rates left out."""
    neutral = {"zero_init": False}
    return [
        (repr({**_fields(node.op), **{key: neutral[key] for key in neutral if hasattr(node.op, key)}}), node.inputs)
        for node in compile_spec(load_spec(spec, "drop_path=0"))
    ]


def _fields(op: Any) -> dict[str, Any]:
    """The kind and fields of an operation."""
    return {"kind": op.kind, **{name: getattr(op, name) for name in op.__dataclass_fields__}}
