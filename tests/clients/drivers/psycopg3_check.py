# needs: psycopg
"""psycopg 3: binary parameters and results, prepared statements, pipeline mode with an error inside, binary COPY, server cursors, LISTEN, cancel."""
import datetime
import decimal
import sys
import threading
import time

import psycopg
from psycopg import errors, sql  # noqa: F401
from psycopg.types.json import Jsonb

URI = sys.argv[1]
SCHEMA = "driver_psycopg3"


def binary(db):
    values = [
        (7, "int4"), (2**40, "int8"), (decimal.Decimal("-12345.678900"), "numeric"), (1.5, "float8"), (True, "bool"), ("ünïcode", "text"), (b"\x00\xff", "bytea"),
        (datetime.date(2024, 2, 29), "date"), (datetime.time(12, 30, 15, 5), "time"), (datetime.datetime(2024, 2, 29, 12, 30), "timestamp"),
        (datetime.timedelta(days=3, seconds=5), "interval"), ([1, None, 3], "int4[]"), (["a", None], "text[]"), ([[1, 2], [3, 4]], "int8[]"),
    ]
    for format in (True, False):
        with db.cursor(binary=format) as c:
            for value, name in values:
                row = c.execute(f"SELECT %b::{name}, %t::{name}", (value, value)).fetchone()
                assert row == (value, value), (name, format, row)
            assert c.execute("SELECT %s::jsonb", (Jsonb({"a": [1, None]}),)).fetchone()[0] == {"a": [1, None]}


def prepared(db):
    db.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
    for i in range(50):
        db.execute("INSERT INTO t VALUES (%s, %s)", (i, f"v{i}"), prepare=True)
        assert db.execute("SELECT v FROM t WHERE id = %s", (i,), prepare=True).fetchone()[0] == f"v{i}"
    db.execute("ALTER TABLE t ADD COLUMN w int DEFAULT 9")
    assert db.execute("SELECT v FROM t WHERE id = %s", (3,), prepare=True).fetchone()[0] == "v3"
    with db.cursor() as c:
        c.executemany("INSERT INTO t VALUES (%s, %s)", [(i, "many") for i in range(100, 1100)])
    assert db.execute("SELECT count(*) FROM t").fetchone()[0] == 1050


def pipeline(db):
    with db.pipeline():
        cursors = [db.execute("SELECT %s::int * 2", (i,)) for i in range(500)]
        assert [c.fetchone()[0] for c in cursors] == [2 * i for i in range(500)]
    failed = False
    try:
        with db.pipeline():
            db.execute("INSERT INTO t (id) VALUES (5000)")
            db.execute("INSERT INTO t (id) VALUES (5000)")
            db.execute("INSERT INTO t (id) VALUES (5001)")
    except errors.UniqueViolation:
        failed = True
    assert failed
    assert db.execute("SELECT count(*) FROM t WHERE id >= 5000").fetchone()[0] == 0
    with db.pipeline() as p:
        good = db.execute("SELECT 1")
        p.sync()
        bad = db.execute("SELECT 1 / 0")
        try:
            p.sync()
            bad.fetchone()
            raise AssertionError("no error")
        except errors.DivisionByZero:
            pass
        after = db.execute("SELECT 3")
        p.sync()
        assert good.fetchone() == (1,) and after.fetchone() == (3,)


def copy(db):
    db.execute("CREATE TABLE c (a int4, b text, n numeric, d date)")
    row = (5, "text", decimal.Decimal("1.50"), datetime.date(2020, 5, 5))
    with db.cursor() as cursor:
        with cursor.copy("COPY c FROM STDIN (FORMAT BINARY)") as out:
            out.set_types(["int4", "text", "numeric", "date"])
            for i in range(3000):
                out.write_row((i, *row[1:]))
        with cursor.copy("COPY c TO STDOUT (FORMAT BINARY)") as data:
            data.set_types(["int4", "text", "numeric", "date"])
            rows = list(data.rows())
        assert len(rows) == 3000 and rows[7] == (7, *row[1:]), rows[7]
        try:
            with cursor.copy("COPY c FROM STDIN") as out:
                out.write_row((1, "x", None, None))
                raise KeyError("the client gives up")
        except (KeyError, errors.QueryCanceled):
            pass
        assert cursor.execute("SELECT count(*) FROM c").fetchone()[0] == 3000


def cursors(db):
    with db.transaction():
        with db.cursor("named") as c:
            c.execute("SELECT a FROM c ORDER BY a")
            assert len(c.fetchmany(10)) == 10 and c.fetchone() == (10,)
            assert sum(1 for _ in c) == 2989
        try:
            with db.transaction():
                db.execute("DELETE FROM c")
                raise psycopg.Rollback
        except psycopg.Rollback:
            pass
        assert db.execute("SELECT count(*) FROM c").fetchone()[0] == 3000
    rows = list(db.cursor().stream("SELECT a FROM c ORDER BY a"))
    assert len(rows) == 3000


def listen(db):
    with psycopg.connect(URI, autocommit=True) as other:
        db.execute("LISTEN things")
        other.execute("SELECT pg_notify('things', 'payload')")
        note = next(db.notifies())
        assert (note.channel, note.payload, note.pid) == ("things", "payload", other.info.backend_pid)


def cancel(db):
    threading.Timer(0.3, db.cancel).start()
    start = time.monotonic()
    try:
        db.execute("SELECT pg_sleep(20)")
        raise AssertionError("it was not cancelled")
    except errors.QueryCanceled:
        assert time.monotonic() - start < 10
    db.execute("SELECT 1")


with psycopg.connect(URI, autocommit=True) as database:
    database.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    database.execute(f"CREATE SCHEMA {SCHEMA}")
    database.execute(f"SET search_path = {SCHEMA}")
    try:
        checks = [binary, prepared, copy, cursors, listen, cancel]
        if psycopg.Pipeline.is_supported():
            checks.insert(2, pipeline)
        for check in checks:
            check(database)
    finally:
        database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
