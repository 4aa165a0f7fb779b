// Package main checks lib/pq and pgx: types, prepared statements, batches, COPY, cursors, LISTEN, cancel, TLS when the server has it.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/lib/pq"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func check(condition bool, format string, arguments ...interface{}) {
	if !condition {
		panic(fmt.Sprintf(format, arguments...))
	}
}

func codeOf(err error) string {
	var fromPgx *pgconn.PgError
	if errors.As(err, &fromPgx) {
		return fromPgx.Code
	}
	var fromPq *pq.Error
	if errors.As(err, &fromPq) {
		return string(fromPq.Code)
	}
	return fmt.Sprint(err)
}

func libPq(uri string) {
	db, err := sql.Open("postgres", uri+"?sslmode=disable")
	must(err)
	defer db.Close()
	_, err = db.Exec("DROP SCHEMA IF EXISTS driver_pq CASCADE; CREATE SCHEMA driver_pq; CREATE TABLE driver_pq.t (id int PRIMARY KEY, v text, at timestamptz, a int[])")
	must(err)
	defer db.Exec("DROP SCHEMA driver_pq CASCADE")
	when := time.Date(2024, 2, 29, 12, 30, 15, 123456000, time.UTC)
	for i := 0; i < 100; i++ {
		_, err = db.Exec("INSERT INTO driver_pq.t VALUES ($1, $2, $3, $4)", i, fmt.Sprint("v", i), when, pq.Array([]int64{int64(i), 2}))
		must(err)
	}
	var v string
	var at time.Time
	var a []int64
	must(db.QueryRow("SELECT v, at, a FROM driver_pq.t WHERE id = $1", 7).Scan(&v, &at, pq.Array(&a)))
	check(v == "v7" && at.Equal(when) && len(a) == 2 && a[0] == 7, "row %v %v %v", v, at, a)
	_, err = db.Exec("INSERT INTO driver_pq.t (id) VALUES (1)")
	check(codeOf(err) == "23505", "duplicate: %v", err)
	tx, err := db.Begin()
	must(err)
	copying, err := tx.Prepare(pq.CopyInSchema("driver_pq", "t", "id", "v"))
	must(err)
	for i := 1000; i < 4000; i++ {
		_, err = copying.Exec(i, fmt.Sprint("copied ", i))
		must(err)
	}
	_, err = copying.Exec()
	must(err)
	must(copying.Close())
	must(tx.Commit())
	var count int
	must(db.QueryRow("SELECT count(*) FROM driver_pq.t").Scan(&count))
	check(count == 3100, "count %d", count)
	ctx, done := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer done()
	start := time.Now()
	_, err = db.ExecContext(ctx, "SELECT pg_sleep(20)")
	check(err != nil && time.Since(start) < 10*time.Second, "cancel: %v", err)
	listener := pq.NewListener(uri+"?sslmode=disable", time.Second, time.Minute, nil)
	defer listener.Close()
	must(listener.Listen("pq"))
	_, err = db.Exec("NOTIFY pq, 'payload'")
	must(err)
	select {
	case note := <-listener.Notify:
		check(note != nil && note.Extra == "payload", "notification %v", note)
	case <-time.After(10 * time.Second):
		panic("no notification")
	}
	secure, err := sql.Open("postgres", uri+"?sslmode=require")
	must(err)
	defer secure.Close()
	err = secure.QueryRow("SELECT length(repeat('x', 1000000))").Scan(&count)
	if err == pq.ErrSSLNotSupported {
		fmt.Println("no TLS here")
	} else {
		must(err)
		check(count == 1000000, "TLS")
	}
}

func pgxDriver(uri string) {
	ctx := context.Background()
	db, err := pgx.Connect(ctx, uri+"?sslmode=disable")
	must(err)
	defer db.Close(ctx)
	_, err = db.Exec(ctx, "DROP SCHEMA IF EXISTS driver_pgx CASCADE; CREATE SCHEMA driver_pgx; SET search_path = driver_pgx; CREATE TABLE t (id int PRIMARY KEY, v text, n numeric, j jsonb)")
	must(err)
	defer db.Exec(ctx, "DROP SCHEMA driver_pgx CASCADE")
	for i := 0; i < 50; i++ {
		_, err = db.Exec(ctx, "INSERT INTO t VALUES ($1, $2, $3, $4)", i, fmt.Sprint("v", i), fmt.Sprintf("%d.50", i), map[string]int{"a": i})
		must(err)
	}
	var n, j string
	must(db.QueryRow(ctx, "SELECT n::text, j::text FROM t WHERE id = $1", 7).Scan(&n, &j))
	check(n == "7.50" && j == `{"a": 7}`, "row %s %s", n, j)
	batch := &pgx.Batch{}
	for i := 0; i < 300; i++ {
		batch.Queue("SELECT $1::int * 2", i)
	}
	results := db.SendBatch(ctx, batch)
	for i := 0; i < 300; i++ {
		var twice int
		must(results.QueryRow().Scan(&twice))
		check(twice == 2*i, "batch %d", twice)
	}
	must(results.Close())
	batch = &pgx.Batch{}
	batch.Queue("INSERT INTO t (id) VALUES (900)")
	batch.Queue("INSERT INTO t (id) VALUES (1)")
	batch.Queue("INSERT INTO t (id) VALUES (901)")
	check(codeOf(db.SendBatch(ctx, batch).Close()) == "23505", "failing batch")
	var count int
	must(db.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&count))
	check(count == 50, "a failed batch leaves nothing: %d", count)
	rows := make([][]interface{}, 5000)
	for i := range rows {
		rows[i] = []interface{}{1000 + i, fmt.Sprint("copied ", i)}
	}
	copied, err := db.CopyFrom(ctx, pgx.Identifier{"driver_pgx", "t"}, []string{"id", "v"}, pgx.CopyFromRows(rows))
	must(err)
	check(copied == 5000, "copied %d", copied)
	tx, err := db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	must(err)
	_, err = tx.Exec(ctx, "DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id")
	must(err)
	fetched, err := tx.Query(ctx, "FETCH 70 FROM c")
	must(err)
	seen := 0
	for fetched.Next() {
		seen++
	}
	must(fetched.Err())
	check(seen == 70, "fetched %d", seen)
	inner, err := tx.Begin(ctx)
	must(err)
	_, err = inner.Exec(ctx, "SELECT 1 / 0")
	check(codeOf(err) == "22012", "division: %v", err)
	must(inner.Rollback(ctx))
	must(tx.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&count))
	must(tx.Commit(ctx))
	_, err = db.Exec(ctx, "LISTEN pgx")
	must(err)
	_, err = db.Exec(ctx, "NOTIFY pgx, 'payload'")
	must(err)
	note, err := db.WaitForNotification(ctx)
	must(err)
	check(note.Payload == "payload", "notification %v", note)
	short, done := context.WithTimeout(ctx, 300*time.Millisecond)
	defer done()
	other, err := pgx.Connect(ctx, uri+"?sslmode=disable")
	must(err)
	start := time.Now()
	_, err = other.Exec(short, "SELECT pg_sleep(20)")
	check(err != nil && time.Since(start) < 10*time.Second, "cancel: %v", err)
	other.Close(ctx)
	var out strings.Builder
	_, err = db.PgConn().CopyTo(ctx, &out, "COPY t TO STDOUT")
	must(err)
	check(strings.Count(out.String(), "\n") == 5050, "copy out")
}

func main() {
	libPq(os.Args[1])
	pgxDriver(os.Args[1])
}
