# needs: asyncpg
"""asyncpg: its binary codecs, prepared statements, cursors, COPY of records, LISTEN, cancellation, a pool with many tasks."""
import asyncio
import datetime
import decimal
import sys
import uuid

import asyncpg

URI = sys.argv[1]
SCHEMA = "driver_asyncpg"


async def main():
    db = await asyncpg.connect(URI)
    await db.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; SET search_path = {SCHEMA}")
    try:
        await check(db)
    finally:
        await db.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        await db.close()


async def check(db):
    values = [
        (7, "int4"), (2**40, "int8"), (decimal.Decimal("-12345.6789"), "numeric"), (1.5, "float8"), (True, "bool"), ("ünïcode", "text"), (b"\x00\xff", "bytea"),
        (datetime.date(2024, 2, 29), "date"), (datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc), "timestamptz"), (datetime.timedelta(days=3, seconds=5), "interval"),
        (uuid.UUID(int=9), "uuid"), ([1, None, 3], "int4[]"), (asyncpg.Range(1, 5), "int4range"), ('{"a": 1}', "jsonb"),
    ]
    for value, name in values:
        assert await db.fetchval(f"SELECT $1::{name}", value) == value, name
    await db.execute("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (a int, b text); CREATE TABLE t (id int PRIMARY KEY, m mood, p pair)")
    await db.execute("INSERT INTO t VALUES ($1, $2, $3)", 1, "ok", (5, "five"))
    row = await db.fetchrow("SELECT * FROM t")
    assert (row["id"], row["m"], tuple(row["p"])) == (1, "ok", (5, "five")), row
    await db.executemany("INSERT INTO t VALUES ($1, 'sad', NULL)", [(i,) for i in range(2, 1002)])
    statement = await db.prepare("SELECT id FROM t WHERE id > $1 ORDER BY id")
    assert len(await statement.fetch(500)) == 501
    async with db.transaction(isolation="repeatable_read"):
        seen = [record["id"] async for record in statement.cursor(0, prefetch=37)]
        assert seen == list(range(1, 1002))
        try:
            async with db.transaction():
                await db.execute("INSERT INTO t VALUES (1)")
        except asyncpg.UniqueViolationError as error:
            assert error.constraint_name == "t_pkey"
        assert await db.fetchval("SELECT count(*) FROM t") == 1001
    await db.execute("CREATE TABLE c (a int, b text)")
    assert await db.copy_records_to_table("c", records=[(i, f"b{i}") for i in range(2000)], schema_name=SCHEMA) == "COPY 2000"
    got = asyncio.Queue()
    await db.add_listener("ch", lambda *arguments: got.put_nowait(arguments))
    await db.execute("NOTIFY ch, 'x'")
    assert (await asyncio.wait_for(got.get(), 10))[3] == "x"
    try:
        await asyncio.wait_for(db.execute("SELECT pg_sleep(20)"), 0.3)
        raise AssertionError("it was not cancelled")
    except asyncio.TimeoutError:
        pass
    assert await db.fetchval("SELECT 1") == 1
    async with asyncpg.create_pool(URI, min_size=2, max_size=8, server_settings={"search_path": SCHEMA}) as pool:
        async def one(i):
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("UPDATE c SET b = $2 WHERE a = $1", i, f"new {i}")
                return await connection.fetchval("SELECT b FROM c WHERE a = $1", i)
        assert await asyncio.gather(*(one(i) for i in range(200))) == [f"new {i}" for i in range(200)]


asyncio.run(main())
