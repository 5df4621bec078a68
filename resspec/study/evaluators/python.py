"""Judging a network by a Python function of the user's."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from resspec.errors import SearchError, did_you_mean
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Evaluator, Watch
from resspec.study.figures import Direction, Figures, Measures

if TYPE_CHECKING:
    from torch import nn

JUDGES = "resspec.judges"
"""The entry-point group in which packages offer functions by name."""


def _score() -> dict[str, Direction]:
    return {"score": "maximize"}


@dataclass(frozen=True, slots=True)
class Job:
    """What a judging function is given: the network as a spec, a seed that the trial's number decides, and `report`."""

    spec: NetSpec
    seed: int
    report: Watch
    """`report(step, figure)`, steps from 1: tells the main measure so far. What it raises ends a poor trial: let it
    through."""

    def build(self) -> nn.Module:
        """The network as a module, its weights drawn from the seed."""
        from resspec.training.networks import network_of  # noqa: PLC0415  # a function need not build anything

        return network_of(self.spec, self.seed)


Judge = Callable[[Job], "float | Mapping[str, float]"]
"""Returns the main measure, or a figure for each measure by name."""


class Python(Evaluator):
    """Call a function of one `Job`. A name without a colon is one that an installed package offers in the entry-point
    group `resspec.judges`; `module:function` is imported, which runs the module's code and has to be allowed by whoever
    runs the search (`--allow code`), since files may come from anyone."""

    kind: ClassVar[str] = "python"
    short: ClassVar[str] = "function"

    function: Annotated[str, Field(min_length=1)]
    """The function: `module:function`, seen from the working directory, or a registered name."""
    gives: Annotated[dict[str, Direction], Field(min_length=1)] = Field(default_factory=_score)
    """The measures by name, each `maximize` or `minimize`; the first is the main one."""
    steps: Annotated[int, Field(ge=1)] = 1
    """How often the function reports; a trial may be pruned at every report before the last."""

    @property
    def measures(self) -> Measures:
        """As the file says."""
        return self.gives

    @property
    def runs_code(self) -> bool:
        """A name that a package registered was put there to be chosen; any other may be anything."""
        return ":" in self.function

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        """Find the function; SearchError where there is none."""
        yield PythonBench(self, imported(self.function) if self.runs_code else registered(self.function))


class PythonBench(Bench):
    """Calls a function for each network."""

    can_retrain = False

    def __init__(self, setting: Python, judge: Judge) -> None:
        self.steps = setting.steps
        self._setting = setting
        self._judge = judge

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """What the function returns, under the names of the measures."""
        found: Any = self._judge(Job(spec, seed, watch))
        names = list(self._setting.gives)
        if not isinstance(found, Mapping):
            found = {names[0]: found}
        if set(found) != set(names):
            raise TypeError(f"{self._setting.function} gave {sorted(map(str, found))}, not {sorted(names)}")
        return Figures({name: number(found[name], f"{self._setting.function} gave as {name}") for name in names})


def number(value: Any, what: str) -> float:
    """A figure; TypeError that says what gave none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{what} {value!r:.80}, which is no number") from None


def registered(name: str) -> Judge:
    """The function that an installed package offers; SearchError where none does."""
    offered = {point.name: point for point in entry_points(group=JUDGES)}
    if name not in offered:
        remedy = did_you_mean(name, offered) if offered else "write module:function, or register it"
        raise SearchError.of("RS532", f"no installed package offers a judge {name!r} in {JUDGES}", remedy=remedy)
    return callable_of(offered[name].load(), name)


def imported(path: str) -> Judge:
    """The function at `module:function`, the working directory searched first; SearchError where there is none."""
    module, _, function = path.partition(":")
    with seen_from(Path.cwd()):
        try:
            value: Any = importlib.import_module(module)
        except Exception as error:
            raise SearchError.of(
                "RS532",
                f"{module!r} cannot be imported: {type(error).__name__}: {error}",
                remedy="write module:function, with the module in the working directory or installed",
            ) from error
    for step in function.split("."):
        try:
            value = getattr(value, step)
        except AttributeError:
            remedy = did_you_mean(step, [name for name in dir(value) if not name.startswith("_")])
            raise SearchError.of("RS532", f"{path!r}: there is no {step!r}", remedy=remedy) from None
    return callable_of(value, path)


def callable_of(value: Any, name: str) -> Judge:
    """A value that can be called; SearchError for others."""
    if not callable(value):
        raise SearchError.of("RS532", f"{name!r} is {type(value).__name__} and cannot be called")
    return value  # type: ignore[no-any-return]  # what it returns is checked at every call


@contextmanager
def seen_from(folder: Path) -> Iterator[None]:
    """Import from a folder first, until the end of the block."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
