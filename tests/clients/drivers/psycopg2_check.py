# needs: psycopg2
"""psycopg2: types, COPY, named cursors, LISTEN, cancel, error recovery, two-phase-free transactions, TLS when the server has it."""
import datetime
import decimal
import io
import select
import sys
import threading
import time
import uuid

import psycopg2
import psycopg2.extensions
import psycopg2.extras

URI = sys.argv[1]
SCHEMA = "driver_psycopg2"


def connect():
    connection = psycopg2.connect(URI)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {SCHEMA}")
    return connection


def types(db):
    psycopg2.extras.register_uuid()
    psycopg2.extras.register_default_jsonb()
    values = (
        7, 2**40, decimal.Decimal("12345.6789"), 1.5, True, "it's \\ ünïcode \n", b"\x00\xff'\\", datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=datetime.timezone.utc), datetime.timedelta(days=3, seconds=5), uuid.UUID(int=5), [1, None, 3], ["a", 'b"c'], None,
    )
    with db.cursor() as c:
        c.execute("SELECT %s::int, %s::bigint, %s::numeric, %s::float8, %s::bool, %s::text, %s::bytea, %s::date, %s::timestamptz, %s::interval, %s::uuid, %s::int[], %s::text[], %s::int", values)
        row = list(c.fetchone())
        row[6] = bytes(row[6])
        assert tuple(row) == values, row
        c.execute("SELECT %s::jsonb, int4range(1, 5)", (psycopg2.extras.Json({"a": [1, {"b": None}]}),))
        assert c.fetchone()[0] == {"a": [1, {"b": None}]}


def copy(db):
    with db.cursor() as c:
        c.execute("CREATE TABLE copied (id int, name text, at timestamptz)")
        c.copy_expert("COPY copied FROM STDIN", io.StringIO("".join(f"{i}\tname {i}\t2024-01-01 00:00:00+00\n" for i in range(5000)) + "5000\t\\N\t\\N\n"))
        assert c.rowcount == 5001, c.rowcount
        out = io.StringIO()
        c.copy_expert("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)", out)
        lines = out.getvalue().splitlines()
        assert lines[0] == "id,name,at" and len(lines) == 5002 and lines[-1] == "5000,,", lines[-1]
        try:
            c.copy_expert("COPY copied FROM STDIN", io.StringIO("1\tx\t2024-01-01\nbad\ty\t2024-01-01\n"))
            raise AssertionError("a bad line was taken")
        except psycopg2.errors.InvalidTextRepresentation as error:
            assert "COPY copied, line 2" in error.diag.context, error.diag.context
        c.execute("SELECT count(*) FROM copied")
        assert c.fetchone()[0] == 5001


def cursors(db):
    db.autocommit = False
    with db.cursor(name="big", scrollable=True) as c:
        c.itersize = 700
        c.execute("SELECT id FROM copied ORDER BY id")
        assert sum(1 for _ in c) == 5001
        c.scroll(-10)
        assert c.fetchone()[0] == 4992
    db.rollback()
    db.autocommit = True


def errors(db):
    with db.cursor() as c:
        c.execute("CREATE TABLE e (id int PRIMARY KEY)")
    db.autocommit = False
    with db.cursor() as c:
        c.execute("INSERT INTO e VALUES (1)")
        c.execute("SAVEPOINT s")
        try:
            c.execute("INSERT INTO e VALUES (1)")
            raise AssertionError("a duplicate was taken")
        except psycopg2.errors.UniqueViolation as error:
            assert error.diag.constraint_name == "e_pkey" and error.diag.table_name == "e"
        try:
            c.execute("SELECT 1")
            raise AssertionError("the transaction is not failed")
        except psycopg2.errors.InFailedSqlTransaction:
            pass
        c.execute("ROLLBACK TO s")
        c.execute("INSERT INTO e VALUES (2)")
    db.commit()
    db.autocommit = True
    with db.cursor() as c:
        c.execute("SELECT array_agg(id ORDER BY id) FROM e")
        assert c.fetchone()[0] == [1, 2]
        psycopg2.extras.execute_values(c, "INSERT INTO e VALUES %s ON CONFLICT DO NOTHING", [(i,) for i in range(1000)], page_size=300)
        c.execute("SELECT count(*) FROM e")
        assert c.fetchone()[0] == 1000


def listen(db):
    other = connect()
    with db.cursor() as c, other.cursor() as o:
        c.execute("LISTEN news")
        o.execute("NOTIFY news, 'hello'")
        deadline = time.monotonic() + 10
        while not db.notifies and time.monotonic() < deadline:
            if select.select([db], [], [], 1)[0]:
                db.poll()
        note = db.notifies.pop()
        assert (note.channel, note.payload, note.pid) == ("news", "hello", other.get_backend_pid())
    other.close()


def cancel(db):
    threading.Timer(0.3, db.cancel).start()
    with db.cursor() as c:
        start = time.monotonic()
        try:
            c.execute("SELECT pg_sleep(20)")
            raise AssertionError("it was not cancelled")
        except psycopg2.errors.QueryCanceled:
            assert time.monotonic() - start < 10
        c.execute("SELECT 1")


def tls():
    try:
        secure = psycopg2.connect(URI, sslmode="require", channel_binding="require")
    except psycopg2.OperationalError as error:
        if "does not support SSL" in str(error):
            print("no TLS here")
            return
        raise
    assert secure.info.ssl_in_use and secure.info.ssl_attribute("protocol") in ("TLSv1.2", "TLSv1.3")
    with secure.cursor() as c:
        c.execute("SELECT repeat('x', 1000000)")
        assert len(c.fetchone()[0]) == 1000000
    secure.close()


admin = psycopg2.connect(URI)
admin.autocommit = True
with admin.cursor() as cursor:
    cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    cursor.execute(f"CREATE SCHEMA {SCHEMA}")
database = connect()
try:
    for check in (types, copy, cursors, errors, listen, cancel):
        check(database)
    tls()
finally:
    database.close()
    with admin.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
