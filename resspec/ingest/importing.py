"""From a source to the shortest spec, with what shapes did not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resspec import carried
from resspec.carried import FOLDER
from resspec.errors import WeightsError
from resspec.export.naming import OWN, peers
from resspec.ingest.fit import faults_of, misfit
from resspec.ingest.huggingface import CONFIG, read_config, spec_of
from resspec.ingest.inferring import infer
from resspec.ingest.sources import factory, shapes_in
from resspec.ingest.told import Inferred
from resspec.ingest.untold import untold
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec

HUGGINGFACE = "huggingface"
"""The naming of transformers' ResNets."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec that was inferred. `naming` is the peer's whose names the tensors bear; `like` the shipped spec that lent
    what shapes do not tell, listed in `assumed` (empty where a module was compared and answered alike, or where
    `teller` told it); `equals` the shipped specs that are other networks of the same names and shapes; `body` the
    shipped classifier that lent its body."""

    spec: NetSpec
    naming: str
    like: str
    assumed: tuple[str, ...]
    equals: tuple[str, ...]
    confirmed: bool
    body: str = ""
    teller: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the spec, one line each."""
        lines = [f"{self.naming} names"]
        if self.confirmed:
            return (*lines, "compared with the module: the same answers")
        if self.equals:
            lines.append(f"the same names and shapes, other networks: {', '.join(self.equals)}; --like NAME takes one")
        if self.teller:
            return (*lines, f"{self.teller} tells what shapes do not")
        body = f" on the body of {self.body}" if self.body else ""
        lines.append(f"not told by shapes, as in {self.like}{body}: {'; '.join(self.assumed)}")
        return tuple(lines)

    def to_dict(self) -> dict[str, Any]:
        """The import as plain data."""
        return {
            "spec": self.spec.to_dict(),
            "naming": self.naming,
            "like": self.like,
            "body": self.body,
            "assumed": list(self.assumed),
            "equals": list(self.equals),
            "confirmed": self.confirmed,
        }


def import_source(source: str | Path | Mapping[str, Any], *overrides: str, like: str = "", name: str = "") -> Imported:
    """The spec of a source; WeightsError with what does not fit."""
    make = factory(source) if isinstance(source, str) else None
    if make is not None:
        from resspec.ingest.modules import from_module  # noqa: PLC0415  # torch is needed for modules alone

        return from_module(make(), *overrides, like=like, name=name or str(source).rpartition(":")[2])
    given = shapes_in(source)
    found = None if like else beside(source, given)
    found = found or infer(given, like)
    spec = changed(found, given, overrides, name or (name_of(source)))
    assumed = () if found.teller else untold(spec)
    named = found.naming, found.like, assumed, found.equals
    return Imported(spec, *named, confirmed=False, body=found.body, teller=found.teller)


def beside(source: object, given: Mapping[str, tuple[int, ...]]) -> Inferred | None:
    """The network that a source tells beside its tensors, in a folder's configuration or a file's header; None where it
    tells none."""
    config = configured(source)
    return carried_by(source, given) if config is None else told(config, given)


def carried_by(source: object, given: Mapping[str, tuple[int, ...]]) -> Inferred | None:
    """The network whose spec a file's header carries, if the tensors are its own; None where it carries none."""
    path = carried.located(source) if isinstance(source, (str, Path)) else Path()
    if path.suffix != carried.SUFFIX or carried.SPEC not in carried.notes(path):
        return None
    spec = load_spec(path)
    if misfit(spec, OWN, given).count:
        raise WeightsError(*faults_of(given, spec, OWN, spec.name))
    return Inferred(spec, OWN.name, "", (), teller=f"the header of {path.name}")


def configured(source: object) -> Mapping[str, Any] | None:
    """The configuration beside a folder's weights, where it is that of a ResNet."""
    folder = Path(str(source).removeprefix(FOLDER)) if isinstance(source, (str, Path)) else Path()
    config = read_config(folder) if folder.is_dir() else None
    return config if config and config.get("model_type") == "resnet" else None


def told(config: Mapping[str, Any], given: Mapping[str, tuple[int, ...]]) -> Inferred:
    """The network that a configuration tells, if the tensors beside it are its own."""
    classes = [shape[0] for name, shape in given.items() if name.startswith("classifier.") and len(shape) == 1]
    spec = load_spec(spec_of(config), *(f"classes={count}" for count in classes[:1]))
    peer = next(peer for peer in peers() if peer.name == HUGGINGFACE)
    if misfit(spec, peer, given).count:
        raise WeightsError(*faults_of(given, spec, peer))
    return Inferred(spec, peer.name, "", (), teller=CONFIG)


def changed(found: Inferred, given: Mapping[str, tuple[int, ...]], overrides: tuple[str, ...], name: str) -> NetSpec:
    """The inferred spec with overrides, if it still has the given tensors."""
    data = {key: value for key, value in found.spec.to_dict().items() if key not in ("source", "budgets")}
    spec = load_spec({**data, "name": name}, *overrides)
    peer = next(peer for peer in peers() if peer.name == found.naming)
    if overrides and misfit(spec, peer, given).count:
        raise WeightsError(*faults_of(given, spec, peer))
    return spec


def name_of(source: object) -> str:
    """A name for what was imported: the file's or folder's."""
    return "imported" if isinstance(source, Mapping) else Path(str(source).removeprefix(FOLDER)).stem or "imported"
