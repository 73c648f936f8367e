"""Open nbgrader's gradebook, or say in a sentence why it can't be used.

Nothing is half written: SQLite too makes its tables in a transaction here. nbgrader's own way to
make them runs the program `alembic`, which must then be on the PATH.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory
from nbgrader import api  # type: ignore[import-untyped]
from nbgrader.dbutil import ALEMBIC_DIR  # type: ignore[import-untyped]
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from grader.errors import InputError
from grader.printing import printable

LOCK_TIMEOUT_S = 60  # nbgrader's own transactions may take seconds
MAKING = 0x6D617468  # any number: who makes the tables of a PostgreSQL database holds this lock
DIALECTS = ("sqlite", "postgresql")


class Database:
    """A gradebook that is there and of this version of nbgrader, or an empty one."""

    def __init__(self, db: str) -> None:
        self.url = _url(db)
        self.name = self.url.render_as_string(hide_password=True)
        try:
            self.engine = _engine(self.url)
        except ModuleNotFoundError as error:
            raise InputError(
                f"--db {self.name}: {error}; postgresql+psycopg:// is a driver that "
                "pip install -e '.[nbgrader]' brings"
            ) from error
        except SQLAlchemyError as error:
            raise InputError(f"--db {self.name}: {_reason(error)}") from error

    @property
    def folder(self) -> Path | None:
        """Where an SQLite file lies."""
        file = self.url.database
        if self.url.get_backend_name() != "sqlite" or not file or file.startswith("file:"):
            return None
        return Path(file).resolve().parent

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection; what is written is there as a whole, or not at all.

        Raises
        ------
        InputError
            If the database refuses.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise InputError(f"{self.name}: {_reason(error)}") from error

    def prepare(self) -> str:
        """Make the tables in an empty database; return a note if that was done.

        Raises
        ------
        InputError
            If there is something else, or a gradebook of another version of nbgrader.
        """
        wanted = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        with self.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
            tables = set(inspect(connection).get_table_names())
            if not tables:
                _make_tables(connection, str(wanted))
                return f"made a gradebook in {self.name}"
            if not {"alembic_version", "grade"} <= tables:
                raise InputError(f"{self.name}: holds other tables than a gradebook of nbgrader's")
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found != wanted:
            raise InputError(
                f"{self.name}: is of another version of nbgrader (revision {found}, this one "
                f"needs {wanted}); make a copy of it, then run: nbgrader db upgrade"
            )
        return ""

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _url(db: str) -> URL:
    """Return what a URL, or the path of an SQLite file, says."""
    if "://" not in db:
        return URL.create("sqlite", database=str(Path(db).resolve()))
    try:
        url = make_url(db)
    except (ArgumentError, ValueError) as error:
        raise InputError(
            "--db: that is no URL of a database; give a file's name, sqlite:///FILE, or "
            "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        ) from error
    if url.get_backend_name() not in DIALECTS:
        raise InputError(
            f"--db {url.render_as_string(hide_password=True)}: nbgrader's gradebooks are in "
            "SQLite or PostgreSQL; give sqlite:///FILE or postgresql+psycopg://…"
        )
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise InputError(f"--db {db}: names no file")
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT_S})

    # Python's sqlite3 begins a transaction late and never before a CREATE TABLE. Begun at once
    # and for writing, it waits for its turn here, and never in the middle.
    @event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_tables(connection: Connection, version: str) -> None:
    api.Base.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})


def _reason(error: SQLAlchemyError) -> str:
    """Say in one line what a database says, without the statement."""
    if isinstance(error, NoSuchModuleError):
        return f"{error}"
    reason = error.orig if isinstance(error, DBAPIError) else error
    lines = [printable(line.strip()) for line in str(reason).splitlines()]
    return "; ".join(line for line in lines if line)
