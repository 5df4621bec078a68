"""Inference of ResNet-18 and ResNet-50 on the CPU: what resspec gives against what is done by hand, in one run.

    python benchmarks/inference.py [--nets resnet18 resnet50] [--batches 1 8] [--threads 2] [--rounds 7]

All hold the same weights and answer alike (compared first, to 1e-4 of the logits' rms). Every round runs each of them
once, in another order; the figure is the median. Needs `pip install 'resspec[onnx,openvino]'`.
"""

from __future__ import annotations

import argparse
import copy
import random
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

import handwritten
import resspec
from resspec.export.module import source_text
from resspec.formats.format import Export, package
from resspec.formats.kinds.onnx_file import program, session
from resspec.ingest.answers import Answer, difference
from timing import seconds

NETS: dict[str, Callable[[], nn.Module]] = {"resnet18": handwritten.resnet18, "resnet50": handwritten.resnet50}
OURS = "resspec"
BOUND = 1.03
Way = Callable[[Tensor], Answer]


def ways(name: str, folder: Path, threads: int) -> Iterator[tuple[str, Way]]:
    """The ways to run a network, those of resspec begin with its name."""
    ours = resspec.build(name, seed=0).eval()
    theirs = NETS[name]().eval()
    theirs.load_state_dict(ours.state_dict())
    form = resspec.build(name, weights=ours.state_dict(), inference=True)
    yield "by hand, eager", theirs
    yield "by hand, channels_last", last(theirs)
    yield f"{OURS}, eager", ours
    yield f"{OURS}, inference form", Last(form)
    yield "by hand, compiled and frozen", compiled(last(theirs))
    yield f"{OURS}, inference form compiled", compiled(Last(form))
    for title, model in (("by hand", theirs), (f"{OURS}, inference form", form)):
        path = folder / f"{name}-{title.partition(',')[0].replace(' ', '-')}.onnx"
        program(Export(resspec.load(name), model, "" if model is theirs else source_text(model), path), path)
        yield f"{title}, ONNX Runtime", session(path, threads)
        yield f"{title}, OpenVINO", openvino(path, threads)


class Last(nn.Module):
    """A network given images with channels last."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        """The network's answer."""
        answer: Tensor = self.inner(x.contiguous(memory_format=torch.channels_last))
        return answer


def last(model: nn.Module) -> nn.Module:
    """A copy with channels last."""
    return Last(copy.deepcopy(model).to(memory_format=torch.channels_last))  # type: ignore[call-overload]  # torch's stubs leave this form out


def compiled(model: nn.Module) -> Way:
    """Compiled by torch's inductor with its weights frozen."""
    return torch.compile(model.eval(), options={"freezing": True})


def openvino(path: Path, threads: int) -> Way:
    """An ONNX file run by OpenVINO in float32."""
    runtime = package("openvino", "openvino")
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    model = runtime.Core().compile_model(runtime.convert_model(str(path)), "CPU", options)
    return lambda x: torch.from_numpy(model([x.numpy()])[0])


def compare(name: str, batches: list[int], threads: int, rounds: int, folder: Path) -> None:
    """Print the times of one network."""
    known = dict(ways(name, folder, threads))
    for batch in batches:
        x = torch.randn(batch, 3, 224, 224, generator=torch.Generator().manual_seed(batch))
        with torch.no_grad():
            wanted = known["by hand, eager"](x)
            worst = max(difference(wanted, way(x)) for way in known.values())
            for way in known.values():
                way(x)
            times: dict[str, list[float]] = {title: [] for title in known}
            for _ in range(rounds):
                for title in random.sample(list(known), len(known)):
                    times[title].append(seconds(partial(known[title], x)))
        print(f"\n{name}, batch {batch}, {threads} threads, {rounds} rounds; answers differ by at most {worst:.1e}")
        for title, found in times.items():
            print(f"  {title:<40} {1e3 * median(found):8.1f} ms")
        best = {of_us: min((median(found), title) for title, found in times.items() if title.startswith(OURS) == of_us)
                for of_us in (True, False)}  # fmt: skip
        ratio = best[True][0] / best[False][0]
        print(
            f"  best of resspec ({best[True][1]}) by best of others ({best[False][1]}): {ratio:.3f} (at most {BOUND})"
        )


def main() -> None:
    """Compare what is asked for."""
    parser = argparse.ArgumentParser(description="Inference of resspec's networks beside other ways.")
    parser.add_argument("--nets", nargs="+", default=list(NETS), choices=list(NETS))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.nets:
            compare(name, asked.batches, asked.threads, asked.rounds, Path(folder))


if __name__ == "__main__":
    main()
