"""The complete check of a spec: language, parts and shapes, every fault that can be told at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from resspec.compile import compile_spec
from resspec.errors import Fault, ResspecError, SpecError, in_file_order
from resspec.ir import Graph, verify
from resspec.plan import resolve
from resspec.spec.budgets import QUANTITIES, ShareOf, read_bounds
from resspec.spec.limits import Limits
from resspec.spec.loading import Source, UnsoundError, load_spec, named
from resspec.spec.net import NetSpec

HARMLESS = ("RS201",)
"""Faults of the language that leave the shapes of the rest as they are meant: unknown keys."""


def sound(source: Source, *overrides: str, limits: Limits | None = None, **fields: Any) -> NetSpec:
    """A spec whose language and parts are right; SpecError with the faults of both."""
    try:
        spec = load_spec(source, *overrides, limits=limits, **fields)
    except UnsoundError as error:
        raise SpecError(*in_file_order([*error.faults, *faults_of_parts(error.rest)])) from None
    faults = faults_of_budgets(spec)
    if faults:
        raise SpecError(*in_file_order([*faults, *faults_of_parts(spec)]))
    resolve(spec)
    return spec


def lawful(source: Source, *overrides: str, limits: Limits | None = None) -> tuple[NetSpec, Graph]:
    """A spec that is right down to the shape of every layer, and its graph, which keeps the law of graphs; SpecError
    with every fault."""
    try:
        spec = load_spec(source, *overrides, limits=limits)
    except UnsoundError as error:
        faults = [*error.faults, *faults_of_parts(error.rest)]
        if error.rest and all(fault.code in HARMLESS for fault in faults):
            faults += faults_of_shapes(error.rest)
        raise SpecError(*in_file_order(faults)) from None
    if faults := faults_of_budgets(spec):
        raise SpecError(*in_file_order([*faults, *faults_of_shapes(spec)]))
    return spec, verify(compile_spec(spec))


def faults_of_budgets(spec: NetSpec) -> list[Fault]:
    """What is wrong with the budgets that a spec carries, before they are held against its costs."""
    root, found = spec.origin.root, list[Fault]()
    for cost, written in (spec.budgets or {}).items():
        entry = root.nearest(("budgets", cost))
        folder = Path(entry.mark.file).absolute().parent if entry.mark else Path.cwd()
        try:
            bounds = read_bounds(cost, written, entry.key if cost not in QUANTITIES else entry.mark)
            for bound in (bounds.low, bounds.high):
                if isinstance(bound, ShareOf):
                    named(replace(entry, value=bound.name), folder, folder, spec.origin.limits)
        except ResspecError as error:
            found += error.faults
    return found


def faults_of_parts(spec: NetSpec | None) -> tuple[Fault, ...]:
    """What is wrong with the parts of a spec, where one is left."""
    try:
        if spec is not None:
            resolve(spec)
    except SpecError as error:
        return error.faults
    return ()


def faults_of_shapes(spec: NetSpec) -> tuple[Fault, ...]:
    """What does not fit in a spec."""
    try:
        compile_spec(spec)
    except SpecError as error:
        return error.faults
    return ()
