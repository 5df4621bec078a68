"""Which store a study is in: the journal in its folder, or the database that was named, once, for that folder."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import optuna

from resspec.errors import SearchError
from resspec.study.journal import JOURNAL, read_journal
from resspec.study.mirror import quiet
from resspec.study.stores.files import JournalStore
from resspec.study.stores.store import Store

ADDRESS = "storage.json"
"""The file in a study's folder that names its database; a journal needs none."""
SCHEMES = ("postgresql", "postgres")
JOURNAL_WORD = "journal"
DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Address:
    """A study in a database."""

    url: str
    study: str

    @property
    def shown(self) -> str:
        """The address without its password, and the study's name."""
        return re.sub(r"(://[^:@/]*):[^@/]*@", r"\1:***@", self.url) + f"#{self.study}"


def open_store(folder: Path, name: str, storage: str | None = None) -> Store:
    """The store of a study; SearchError where it cannot be used, or where the folder belongs to another."""
    address = address_for(folder, name, storage)
    try:
        if address is None:
            return JournalStore(folder)
        refuse_missing_driver()
        from resspec.study.stores.postgres import PostgresStore  # noqa: PLC0415  # it imports the database's tools

        store = PostgresStore(address.url, folder, address.study)
        remember(folder, address)
    except OSError as error:
        reason = error.strerror or error
        raise SearchError.of("RS511", f"the study's folder {folder} cannot be used: {reason}") from error
    return store


def refuse_missing_driver() -> None:
    """SearchError where PostgreSQL cannot be spoken to."""
    try:
        import psycopg  # noqa: F401, PLC0415  # an extra
    except ImportError as error:
        raise SearchError.of(
            "RS514", f"a study in PostgreSQL needs psycopg: {error}", remedy="pip install 'resspec[postgres]'"
        ) from error


def address_for(folder: Path, name: str, storage: str | None) -> Address | None:
    """The database that a study is in; None for the journal in the folder."""
    known = remembered(folder)
    if storage is None:
        return known
    asked = None if storage == JOURNAL_WORD else Address(checked(storage), name)
    is_there = known is not None or (folder / JOURNAL).exists()
    if is_there and asked != known:
        kept = f"the database {known.shown}" if known else JOURNAL
        raise SearchError.of(
            "RS515",
            f"the study of {folder} is in {kept}, not in {asked.shown if asked else JOURNAL}",
            remedy="leave the storage out, or take another folder with --path",
        )
    return asked


def checked(storage: str) -> str:
    """An address with the driver that resspec brings; SearchError for storages that workers cannot share safely."""
    scheme, separator, rest = storage.partition("://")
    plain, _, driver = scheme.partition("+")
    if not separator or plain not in SCHEMES or not rest:
        raise SearchError.of(
            "RS514",
            f"a study is kept in a journal or in PostgreSQL, not in {scheme!r}",
            remedy="storage: journal, or postgresql://USER:PASSWORD@HOST/DATABASE",
        )
    return f"{DRIVER if driver in ('', 'psycopg') else scheme}://{rest}"


def remembered(folder: Path) -> Address | None:
    """The database that a folder was told; None where its study is a journal, or where there is none."""
    try:
        data = json.loads((folder / ADDRESS).read_text(encoding="utf-8"))
        return Address(str(data["storage"]), str(data["study"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise SearchError.of(
            "RS512", f"{folder / ADDRESS} is damaged: {error}", remedy="delete it and name the storage again"
        ) from error


def remember(folder: Path, address: Address) -> None:
    """Write an address down for whoever comes next; it may hold a password, so nobody else may read it."""
    file = folder / ADDRESS
    beside = file.with_name(f".{ADDRESS}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump({"storage": address.url, "study": address.study}, out)
    beside.replace(file)


def stored_study(folder: Path) -> optuna.Study:
    """The study of a folder, to be read; SearchError where there is none."""
    address = remembered(folder)
    if address is not None:
        return read_database(address.url, address.study)
    if not (folder / JOURNAL).is_file():
        raise SearchError.of("RS502", f"{folder} holds no study", remedy=f"a study's folder holds {JOURNAL}")
    with quiet():
        storage = read_journal(folder / JOURNAL)
        names = optuna.get_all_study_names(storage)
        if not names:
            raise SearchError.of("RS502", f"{folder / JOURNAL} holds no study")
        return optuna.load_study(study_name=names[0], storage=storage)


def read_database(url: str, name: str | None) -> optuna.Study:
    """A study in a database, by default the only one; SearchError where there is none of that name."""
    refuse_missing_driver()
    from resspec.study.stores.postgres import tables_at  # noqa: PLC0415

    with quiet():
        storage = tables_at(checked(url))
        names = optuna.get_all_study_names(storage)
        if name is None and len(names) == 1:
            name = names[0]
        if name not in names:
            said = f"no study called {name!r}" if name else "several studies" if names else "no study"
            known = f"name one of them behind the address: #{', #'.join(sorted(names))}"
            begin = "begin one with `resspec search run … --storage`"
            raise SearchError.of("RS502", f"the database holds {said}", remedy=known if names else begin)
        return optuna.load_study(study_name=name, storage=storage)
