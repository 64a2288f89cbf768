"""The log as a persistence module of the eventsourcing library.

`PERSISTENCE_MODULE=adapters.log.recorder:Factory`, and the library's own POSTGRES_* settings.

Each application has a log of its own with one partition, in a PostgreSQL schema named after it, so that a
notification id is the ordinal of an event in that log: 1, 2, 3 …, without gaps, the same after any rebuild.
Events are in the chained log; snapshots and the tracking of views are the library's own tables.
"""

from __future__ import annotations

from types import TracebackType

from eventsourcing import persistence
from eventsourcing.postgres import PostgresDatastore, PostgresFactory, PostgresRecorder
from psycopg.conninfo import make_conninfo

from adapters.log.index import Index
from adapters.log.port import Log
from adapters.log.postgres import PostgresLog
from adapters.log.recorders import (
    LogAggregateRecorder,
    LogApplicationRecorder,
    LogProcessRecorder,
    said_as_the_library_does,
)
from adapters.log.schema import migrate
from adapters.log.writer import Writer


class Factory(PostgresFactory):
    """Reads the library's POSTGRES_* settings. Override `open_log` to keep the log elsewhere."""

    _writer: Writer | None = None

    def open_log(self, dsn: str) -> Log:
        """The log of this application; `dsn` leads to the schema with its index."""
        return PostgresLog(dsn)

    def aggregate_recorder(self, purpose: str = "events") -> persistence.AggregateRecorder:
        if purpose != "events":
            return super().aggregate_recorder(purpose)  # snapshots are disposable
        return LogAggregateRecorder(*self._opened())

    def application_recorder(self) -> persistence.ApplicationRecorder:
        return LogApplicationRecorder(*self._opened())

    def process_recorder(self) -> persistence.ProcessRecorder:
        return LogProcessRecorder(*self._opened())

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        super().close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()
        super().__exit__(exc_type, exc_val, exc_tb)

    def _opened(self) -> tuple[Writer, int, PostgresDatastore, str]:
        schema = f"{self.env.name.lower() or 'stored'}_log"
        if self.env.get(self.POSTGRES_SCHEMA):
            schema = f"{self.datastore.schema}_{schema}"
        PostgresRecorder.check_identifier_length(schema)
        if self._writer is None:
            dsn = self._dsn(schema)
            with said_as_the_library_does():
                if self.env_create_table():
                    migrate(self._dsn(None), partitions=1, schema=schema)
                log = self.open_log(dsn)
                self._writer = Writer(log, Index(dsn))
                self._writer.catch_up()
        return self._writer, self._writer.place.partitions, self.datastore, schema

    def _dsn(self, schema: str | None) -> str:
        pool = self.datastore.pool
        assert isinstance(pool.kwargs, dict)
        known = {name: pool.kwargs[name] for name in ("dbname", "host", "port", "user", "password")}
        if pool.get_password_func is not None:
            known["password"] = pool.get_password_func()
        quoted = None if schema is None else f'-csearch_path="{schema}"'.replace(" ", "\\ ")
        return make_conninfo("", **known, options=quoted)
