// node-postgres and postgres.js: types, prepared statements, cursors, COPY, pipelining, LISTEN, cancel, TLS when the server has it.
import assert from "node:assert/strict";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import pg from "pg";
import copy from "pg-copy-streams";
import Cursor from "pg-cursor";
import postgres from "postgres";

const uri = process.argv[2];

async function nodePostgres() {
  const db = new pg.Client({ connectionString: uri });
  await db.connect();
  await db.query("DROP SCHEMA IF EXISTS driver_pg CASCADE; CREATE SCHEMA driver_pg; SET search_path = driver_pg");
  try {
    const when = new Date("2024-02-29T12:30:15.123Z");
    const { rows: [row] } = await db.query(
      "SELECT $1::int AS a, $2::text AS b, $3::jsonb AS c, $4::timestamptz AS d, $5::int[] AS e, $6::bytea AS f, $7::numeric AS g, $8::bool AS h, $9::bigint AS i",
      [7, "it's ünïcode", { x: [1, null] }, when, [1, null, 3], Buffer.from([0, 255]), "12.50", true, "9007199254740993"]);
    assert.deepEqual(row, { a: 7, b: "it's ünïcode", c: { x: [1, null] }, d: when, e: [1, null, 3], f: Buffer.from([0, 255]), g: "12.50", h: true, i: "9007199254740993" });
    await db.query("CREATE TABLE t (id int PRIMARY KEY, v text)");
    for (let i = 0; i < 100; i++)
      await db.query({ name: "insert", text: "INSERT INTO t VALUES ($1, $2)", values: [i, "v" + i] });
    await assert.rejects(db.query("INSERT INTO t VALUES (1)"), { code: "23505", constraint: "t_pkey", table: "t" });
    const many = await Promise.all(Array.from({ length: 200 }, (_, i) => db.query("SELECT $1::int + 1 AS n", [i])));
    assert.deepEqual(many.map(result => result.rows[0].n), Array.from({ length: 200 }, (_, i) => i + 1));
    const cursor = db.query(new Cursor("SELECT id FROM t ORDER BY id"));
    assert.equal((await cursor.read(30)).length, 30);
    assert.equal((await cursor.read(300)).length, 70);
    await cursor.close();
    await db.query("CREATE TABLE c (a int, b text)");
    await pipeline(Readable.from(Array.from({ length: 5000 }, (_, i) => `${i}\tb${i}\n`)), db.query(copy.from("COPY c FROM STDIN")));
    let bytes = 0, lines = 0;
    for await (const chunk of db.query(copy.to("COPY c TO STDOUT"))) {
      bytes += chunk.length;
      lines += chunk.toString().split("\n").length - 1;
    }
    assert.equal(lines, 5000);
    assert.ok(bytes > 20000);
    await db.query("LISTEN ch");
    const notice = new Promise(resolve => db.once("notification", resolve));
    await db.query("NOTIFY ch, 'payload'");
    assert.equal((await notice).payload, "payload");
    const { rows: [{ pid }] } = await db.query("SELECT pg_backend_pid() AS pid");
    const sleeping = db.query("SELECT pg_sleep(20)");
    const other = new pg.Client({ connectionString: uri });
    await other.connect();
    setTimeout(() => other.query("SELECT pg_cancel_backend($1)", [pid]), 300);
    await assert.rejects(sleeping, { code: "57014" });
    await other.end();
    await db.query("BEGIN");
    await assert.rejects(db.query("SELECT 1 / 0"), { code: "22012" });
    await assert.rejects(db.query("SELECT 1"), { code: "25P02" });
    await db.query("ROLLBACK");
  } finally {
    await db.query("DROP SCHEMA driver_pg CASCADE");
    await db.end();
  }
  const secure = new pg.Client({ connectionString: uri, ssl: { rejectUnauthorized: false } });
  try {
    await secure.connect();
    assert.equal((await secure.query("SELECT length(repeat('x', 1000000)) AS n")).rows[0].n, 1000000);
  } catch (error) {
    if (!/does not support SSL/.test(error.message)) throw error;
    console.log("no TLS here");
  }
  await secure.end().catch(() => undefined);
}

async function postgresJs() {
  const sql = postgres(uri, { max: 4, onnotice: () => undefined });
  try {
    await sql`DROP SCHEMA IF EXISTS driver_pjs CASCADE`;
    await sql`CREATE SCHEMA driver_pjs`;
    await sql`CREATE TABLE driver_pjs.t (id int PRIMARY KEY, v text, j jsonb, a int[])`;
    await sql`INSERT INTO driver_pjs.t ${sql([{ id: 1, v: "one", j: sql.json({ x: 1 }), a: [1, 2] }, { id: 2, v: null, j: null, a: [] }])}`;
    assert.deepEqual([...await sql`SELECT * FROM driver_pjs.t ORDER BY id`], [{ id: 1, v: "one", j: { x: 1 }, a: [1, 2] }, { id: 2, v: null, j: null, a: [] }]);
    // Queries of one connection are sent without waiting for each other.
    const sums = await Promise.all(Array.from({ length: 500 }, (_, i) => sql`SELECT ${i}::int * 2 AS n`));
    assert.deepEqual(sums.map(rows => rows[0].n), Array.from({ length: 500 }, (_, i) => i * 2));
    const results = await sql.begin(tx => [tx`UPDATE driver_pjs.t SET v = 'x' WHERE id = 1 RETURNING v`, tx`SELECT count(*)::int AS n FROM driver_pjs.t`]);
    assert.equal(results[0][0].v, "x");
    assert.equal(results[1][0].n, 2);
    await assert.rejects(sql.begin(async tx => { await tx`INSERT INTO driver_pjs.t (id) VALUES (9)`; await tx`SELECT 1 / 0`; }), { code: "22012" });
    assert.equal((await sql`SELECT count(*)::int AS n FROM driver_pjs.t`)[0].n, 2);
    let seen = 0;
    await sql`SELECT generate_series(1, 1000) AS n`.cursor(64, rows => { seen += rows.length; });
    assert.equal(seen, 1000);
    await pipeline(Readable.from(Array.from({ length: 3000 }, (_, i) => `${i + 10}\tcopied\t\\N\t{${i}}\n`)), await sql`COPY driver_pjs.t FROM STDIN`.writable());
    assert.equal((await sql`SELECT count(*)::int AS n FROM driver_pjs.t`)[0].n, 3002);
    const heard = new Promise(resolve => sql.listen("pjs", resolve).then(() => sql.notify("pjs", "hi")));
    assert.equal(await heard, "hi");
    const long = sql`SELECT pg_sleep(20)`;
    long.catch(() => undefined);
    setTimeout(() => long.cancel(), 300);
    await assert.rejects(long, { code: "57014" });
  } finally {
    await sql`DROP SCHEMA IF EXISTS driver_pjs CASCADE`;
    await sql.end();
  }
}

await nodePostgres();
await postgresJs();
