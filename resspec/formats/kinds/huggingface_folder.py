"""A folder as transformers reads it: config.json, model.safetensors and a card."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from resspec.analysis.report import report_of
from resspec.compile import compile_spec
from resspec.errors import ResspecError
from resspec.export.weights import peer_state
from resspec.formats.conversion import notes_of
from resspec.formats.format import Export, Format, Written, compared
from resspec.ingest.huggingface import config_of
from resspec.plan import resolve
from resspec.training.writing import write_whole

CARD = """---
library_name: transformers
pipeline_tag: image-classification
tags: [resspec, resnet]
---

# {name}

A residual network of {params:,} parameters and {macs:,} multiply-accumulates at {size}, fingerprint `{fingerprint}`,
written by resspec from this spec:

```yaml
{spec}```

```python
from transformers import ResNetForImageClassification

model = ResNetForImageClassification.from_pretrained(".")
```
"""


def write(export: Export) -> Written:
    """The folder; where transformers is installed, its model is loaded from there and compared."""
    if export.inference:
        raise ResspecError.of("RS705", "transformers' ResNet has its norms", remedy="leave out --for inference")
    config = config_of(export.spec)
    folder = export.path
    folder.mkdir(parents=True, exist_ok=True)
    notes = notes_of(export.spec)
    write_whole(folder / "config.json", (json.dumps(config | {"dtype": "float32"}, indent=2) + "\n").encode())
    write_whole(folder / "preprocessor_config.json", (json.dumps(preprocessing(export), indent=2) + "\n").encode())
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in
               peer_state(export.model, "huggingface").items()}  # fmt: skip
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt", **notes})
    report = report_of(compile_spec(export.spec))
    size = "x".join(str(side) for side in report.input)
    card = CARD.format(name=report.name, params=report.params, macs=report.macs, size=size,
                       fingerprint=report.fingerprint, spec=notes["spec"])  # fmt: skip
    write_whole(folder / "README.md", card.encode())
    names = ("config.json", "preprocessor_config.json", "model.safetensors", "README.md")
    return Written(tuple(folder / name for name in names), (verified(export),))


def preprocessing(export: Export) -> dict[str, Any]:
    """How transformers' image processor makes what the network reads."""
    plan = resolve(export.spec)
    _, height, width = export.spec.input
    return {
        "image_processor_type": "ConvNextImageProcessor",
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": list(plan.mean),
        "image_std": list(plan.std),
        "size": {"shortest_edge": min(height, width)},
    }


def verified(export: Export) -> str:
    """What transformers answers, where it is installed."""
    if importlib.util.find_spec("transformers") is None:
        return "not run: transformers is not installed"
    from transformers import ResNetForImageClassification, logging  # noqa: PLC0415  # a large package of others

    logging.disable_progress_bar()
    model = ResNetForImageClassification.from_pretrained(export.path).eval()

    def run(x: Tensor) -> Tensor:
        with torch.no_grad():
            return model(x).logits  # type: ignore[no-any-return]

    return f"loaded by transformers, {compared(export, run)}"


FORMAT = Format("hf", "", write, folder=True)
