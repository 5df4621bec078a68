"""What a search file may say, and reading it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError

from resspec.errors import Fault, SearchError, SpecError, did_you_mean
from resspec.record import Record, refusal
from resspec.shipped import search_folder
from resspec.spec.faults import faults_of
from resspec.spec.loading import find, is_file, load_spec, load_written
from resspec.spec.net import NetSpec
from resspec.spec.reading import SUFFIXES, read_document
from resspec.spec.tree import Entry, entry_of
from resspec.spec.versions import current
from resspec.study.constraints import Constraint
from resspec.study.evaluators import Evaluator
from resspec.study.functions import FunctionPath
from resspec.study.objectives import Objectives
from resspec.study.pruning import Pruner
from resspec.study.samplers import Sampler
from resspec.study.space import Range, Scaled
from resspec.training.plugin import plugin_field

Positive = Annotated[int, Field(ge=1)]


def _range_or_choices(value: Any) -> Any:
    if isinstance(value, list):
        if not value:
            raise refusal("choices_empty", "no value to choose from")
        return value
    if isinstance(value, (Range, Scaled)):
        return value
    if isinstance(value, Mapping):
        return (Scaled if "scale" in value else Range).model_validate(value)
    raise refusal(
        "values_type",
        f"a range (low, high, step), factors (scale) or a list of values, not {value!r}",
        "write {low: 1, high: 4} or [a, b]",
    )


NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


def _file_name(value: str) -> str:
    if not re.match(NAME, value):
        law = f"a folder is called so: letters, digits, '.', '_' and '-', a letter or digit first, not {value!r:.60}"
        raise refusal("name", law, "name the folder's place with --path")
    return value


Values = Annotated[Range | Scaled | list[Any], BeforeValidator(_range_or_choices)]


class Final(Record):
    """What happens when every trial is done: the best are trained again, longer and several times, beside the base."""

    finalists: Positive = 3
    """How many of the best trials are trained again."""
    repeats: Positive = 3
    """Runs of each, from different seeds; the mean decides."""
    epochs: Positive | None = None
    """Length of a run; by default the evaluator's own."""


class Search(Record):
    """A search: a base network, what may vary, what it may cost, how it is judged."""

    resspec: Literal[1] = 1
    """Version of the language."""
    name: Annotated[str, AfterValidator(_file_name), Field(json_schema_extra={"pattern": NAME})] = "search"
    """Names the study and its folder; by default the file's name."""
    base: str | dict[str, Any]
    """The network to start from: a shipped name, a path from the search file, or a spec written out."""
    space: Annotated[dict[str, Values], Field(min_length=1)]
    """Spec paths and the values each may take: a range (low, high, step), factors of the base's own (scale), or a list.
    `stages.*.width` is one for each stage; paths with commas between take one value together."""
    constraints: list[Annotated[Constraint, plugin_field(Constraint)]] = Field(default_factory=list)
    """What the values have to do with one another: `{kind: rising, of: stages.*.width}`,
    `{kind: total, of: stages.*.depth, high: 20}`."""
    budgets: dict[str, str | int | float] = Field(default_factory=dict)
    """Bounds on params, macs, flops, activations: `<= 25M`, `1M..2M`, `<= 60% of base`."""
    evaluator: Annotated[Evaluator, plugin_field(Evaluator)]
    """How a network is judged."""
    objectives: Objectives = ()
    """What the search is after: measures of the evaluator and costs; by default the main measure alone. With several
    it seeks the Pareto front."""
    sampler: Annotated[Sampler, plugin_field(Sampler)] = Field(default_factory=lambda: Sampler.read("bayes"))
    """Who proposes networks."""
    pruner: Annotated[Pruner, plugin_field(Pruner)] = Field(default_factory=lambda: Pruner.read("median"))
    """Who stops poor trials early."""
    duplicates: Literal["skip", "replay", "repeat"] = "skip"
    """What becomes of a network that was tried before: it is not proposed again; it takes over what was measured; it is
    measured again, from another seed, to tell noise."""
    callbacks: list[FunctionPath] = Field(default_factory=list)
    """Functions `module:name`, called as Optuna's are, with the study and each trial of this process that ended."""
    trials: Positive = 50
    """Trials in all, over restarts and workers: complete, pruned and failed ones, the base among them."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Where all randomness of the search comes from."""
    final: Final | None = Final()
    """The last comparison; null for none."""
    storage: str | None = None
    """Where the study is kept: a journal in its folder, or `postgresql://USER:PASSWORD@HOST/DATABASE`."""

    _root: Entry = PrivateAttr(default_factory=lambda: Entry({}))
    _folder: Path | None = PrivateAttr(default=None)

    @property
    def root(self) -> Entry:
        """Where each value was written."""
        return self._root

    def located(self, root: Entry, folder: Path | None) -> Self:
        """The same search, knowing the tree it was read from and the folder that relative paths start at."""
        self._root, self._folder = root, folder
        return self

    def base_spec(self) -> NetSpec:
        """The base network."""
        if isinstance(self.base, dict):
            return load_written(self.root.nearest(("base",)), self._folder or Path.cwd())
        return load_spec(self.named(self.base))

    def named(self, source: str, where: tuple[str, ...] = ("base",)) -> Path:
        """The file of a spec that the search names somewhere; SpecError at that place for none."""
        mark = self.root.nearest(where).mark
        path = find(source, mark, self._folder)
        if not is_file(path):
            raise SpecError(Fault("RS101", f"there is no file {path}", mark, "name a shipped spec or a file"))
        return path

    def to_dict(self) -> dict[str, Any]:
        """Plain data, defaults filled in."""
        return self.model_dump(mode="json")


@cache
def shipped_searches() -> dict[str, Path]:
    """The search files that come with resspec, by name."""
    return {path.stem: path for path in sorted(search_folder().rglob("*.yaml"))}


def load_search(source: str | Path | Mapping[str, Any] | Search, **changes: Any) -> Search:
    """A validated search from a shipped name, a path, plain data or a search; keywords replace its fields. SpecError
    with every fault and its place otherwise."""
    changes = {key: value for key, value in changes.items() if value is not None}
    if isinstance(source, Search):
        root = source.root if source.root.value else entry_of(source.to_dict())
        return _validated(root, changes | {"name": source.name}, source._folder)  # noqa: SLF001  # of our own class
    if isinstance(source, Mapping):
        return _validated(entry_of(source), changes, None)
    path = find_search(str(source))
    return _validated(_read(path), changes, path.resolve().parent, path.stem)


def _read(path: Path) -> Entry:
    """The tree of a search file; SpecError where it holds nothing."""
    try:
        return read_document(path).root
    except SpecError as error:
        empty = "write base, space and evaluator: `resspec schema search` tells every key"
        told = (replace(fault, remedy=empty) if fault.code == "RS106" else fault for fault in error.faults)
        raise SpecError(*told) from None


def find_search(source: str) -> Path:
    """The file a search argument means: a path, else a shipped name."""
    path = Path(source)
    if is_file(path):
        return path
    if source.endswith(SUFFIXES) or "/" in source:
        near = did_you_mean(path.stem, shipped_searches())
        raise SearchError.of("RS501", f"there is no file {path}", remedy=near)
    shipped = shipped_searches()
    if source not in shipped:
        raise SearchError.of("RS501", f"there is no search called {source!r}", remedy=did_you_mean(source, shipped))
    return shipped[source]


def _validated(root: Entry, changes: Mapping[str, Any], folder: Path | None, name: str = "search") -> Search:
    root = current(root)
    data = root.plain()
    if not isinstance(data, dict):
        raise SpecError(Fault("RS206", f"a search is a mapping of keys and values, not {data!r:.60}", root.mark))
    try:
        found = Search.model_validate({"name": name, **data, **changes})
    except ValidationError as error:
        faults = faults_of(error, root, lambda path: path)
        raise SpecError(*sorted(faults, key=lambda f: (f.mark.line, f.mark.column) if f.mark else (0, 0))) from None
    told = found.to_dict()
    changed = {key: entry_of(told[key]) for key in changes}
    return found.located(Entry({**root.value, **changed}, root.mark, root.key), folder)
