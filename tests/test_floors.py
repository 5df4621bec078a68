"""The floors of the house: imports run down, torch and optuna stay in their rooms, and the face is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "resspec"

FLOORS = (
    {"spelling", "codes", "plot"},
    {"errors", "shipped"},
    {"record", "carried"},
    {"ir"},
    {"parts", "analysis", "export", "passes"},
    {"spec"},
    {"dense"},
    {"plan"},
    {"blame", "template"},
    {"compile"},
    {"pricing", "checking", "partial", "steps"},
    {"pages"},
    {"training"},
    {"timing"},
    {"study", "ingest", "testing"},
    {"authoring", "formats"},
    {""},  # the public face, resspec/__init__.py
    {"cli"},
    {"__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

HEAVY = {
    "torch": (
        "export/module.py",
        "export/inputs.py",
        "export/weights.py",
        "formats/",
        "training/",
        "timing/",
        "testing.py",
        "ingest/answers.py",
        "ingest/modules.py",
    ),
    "optuna": ("study/",),
    "typer": ("cli/",),
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name(path: Path) -> str:
    """The dotted name of a module below resspec; the face is the empty name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    return module.partition(".")[0]


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in the tree; `from a import b` is both a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> Iterator[str]:
    """The modules of resspec that a module imports, by their names below resspec."""
    for imported in imports(ast.parse(path.read_text(encoding="utf-8"))):
        top, _, below = imported.partition(".")
        if top == "resspec":
            yield below if room(below) in FLOOR else ""


def outside_imports(path: Path) -> set[str]:
    """The packages that a module imports when it runs; what only types need is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    return {imported.partition(".")[0] for imported in imports(tree)}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_run_down(path: Path) -> None:
    own = room(name(path))
    for imported in own_imports(path):
        below = room(imported)
        assert below == own or FLOOR[below] < FLOOR[own], f"{name(path)} imports {imported or 'the face'}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_heavy_packages_stay_in_their_rooms(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    for package in outside_imports(path) & HEAVY.keys():
        assert place.startswith(HEAVY[package]), f"{place} imports {package}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "parts").glob("*/*.py")), ids=name)
def test_kinds_do_not_import_one_another(path: Path) -> None:
    others = tuple(f"{name(other)}." for other in (PACKAGE / "parts").glob("*/*.py") if other != path)
    assert not [imported for imported in own_imports(path) if f"{imported}.".startswith(others)]


def test_no_module_bears_the_name_of_a_public_function() -> None:
    import resspec

    public = {entry for entry in resspec.__all__ if callable(getattr(resspec, entry))}
    assert not public & {room(name(path)) for path in MODULES}


def test_public_functions_stay_callable_when_every_room_was_imported() -> None:
    rooms = [f"resspec.{name(path)}" for path in MODULES if name(path) not in ("", "__main__")]
    imported = f"import importlib, resspec\nfor room in {rooms}: importlib.import_module(room)\n"
    run(imported + "assert callable(resspec.search) and callable(resspec.report)")


@pytest.mark.parametrize("statement", ["", "resspec.list_specs()", "resspec.report('resnet50').table()"])
def test_the_face_imports_neither_torch_nor_optuna(statement: str) -> None:
    heavy = ("torch", "optuna", "typer", "numpy", "sklearn")
    run(f"import sys, resspec\n{statement}\nassert not [m for m in {heavy} if m in sys.modules], sorted(sys.modules)")


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
