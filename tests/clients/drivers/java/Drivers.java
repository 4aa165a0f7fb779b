import java.io.StringReader;
import java.math.BigDecimal;
import java.net.URI;
import java.sql.*;
import java.time.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.util.PSQLException;

/** pgjdbc: types in text and binary, batches, fetch size, generated keys, COPY, savepoints, LISTEN, cancel, metadata, TLS when the server has it. */
public final class Drivers {
    static String url;
    static Properties login = new Properties();

    static void check(boolean condition, Object what) {
        if (!condition) throw new AssertionError(String.valueOf(what));
    }

    static Connection connect(String... more) throws SQLException {
        Properties p = new Properties();
        p.putAll(login);
        for (int i = 0; i < more.length; i += 2) p.put(more[i], more[i + 1]);
        return DriverManager.getConnection(url, p);
    }

    static String stateOf(Action action) throws Exception {
        try {
            action.run();
        } catch (SQLException error) {
            return error.getSQLState();
        }
        return "no error";
    }

    interface Action { void run() throws Exception; }

    public static void main(String[] arguments) throws Exception {
        URI uri = URI.create(arguments[0]);
        String[] user = uri.getUserInfo().split(":");
        url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        login.put("user", user[0]);
        if (user.length > 1) login.put("password", user[1]);
        login.put("sslmode", "disable");
        try (Connection db = connect(); Statement s = db.createStatement()) {
            s.execute("DROP SCHEMA IF EXISTS driver_java CASCADE");
            s.execute("CREATE SCHEMA driver_java");
            db.setSchema("driver_java");
            try {
                types(db);
                statements(db);
                fetching(db);
                copy(db);
                transactions(db);
                listen(db);
                cancel(db);
                metadata(db);
            } finally {
                if (!db.getAutoCommit()) db.rollback();
                db.setAutoCommit(true);
                s.execute("DROP SCHEMA driver_java CASCADE");
            }
        }
        try (Connection secure = connect("sslmode", "require"); Statement s = secure.createStatement(); ResultSet r = s.executeQuery("SELECT length(repeat('x', 1000000))")) {
            check(r.next() && r.getInt(1) == 1000000, "TLS");
        } catch (PSQLException error) {
            if (!error.getMessage().contains("does not support SSL")) throw error;
            System.out.println("no TLS here");
        }
    }

    static void types(Connection db) throws Exception {
        // Binary results begin with the fifth execution.
        try (PreparedStatement p = db.prepareStatement("SELECT ?::int, ?::bigint, ?::numeric, ?::float8, ?::bool, ?::text, ?::bytea, ?::date, ?::timestamptz, ?::uuid, ?::int[]")) {
            OffsetDateTime at = OffsetDateTime.of(2024, 2, 29, 12, 30, 15, 123456000, ZoneOffset.UTC);
            UUID id = new UUID(0, 9);
            for (int run = 0; run < 8; run++) {
                p.setInt(1, 7); p.setLong(2, 1L << 40); p.setBigDecimal(3, new BigDecimal("-12345.678900")); p.setDouble(4, 1.5); p.setBoolean(5, true); p.setString(6, "it's ünïcode");
                p.setBytes(7, new byte[] {0, -1}); p.setObject(8, LocalDate.of(2024, 2, 29)); p.setObject(9, at); p.setObject(10, id); p.setArray(11, db.createArrayOf("int4", new Integer[] {1, null, 3}));
                try (ResultSet r = p.executeQuery()) {
                    check(r.next(), "a row");
                    check(r.getInt(1) == 7 && r.getLong(2) == 1L << 40 && r.getBigDecimal(3).equals(new BigDecimal("-12345.678900")) && r.getDouble(4) == 1.5 && r.getBoolean(5), "numbers " + run);
                    check(r.getString(6).equals("it's ünïcode") && Arrays.equals(r.getBytes(7), new byte[] {0, -1}), "strings " + run);
                    check(r.getObject(8, LocalDate.class).equals(LocalDate.of(2024, 2, 29)) && r.getObject(9, OffsetDateTime.class).isEqual(at) && r.getObject(10).equals(id), "times " + run);
                    check(Arrays.equals((Integer[]) r.getArray(11).getArray(), new Integer[] {1, null, 3}), "array " + run);
                }
            }
        }
    }

    static void statements(Connection db) throws Exception {
        try (Statement s = db.createStatement()) {
            s.execute("CREATE TABLE t (id serial PRIMARY KEY, v text UNIQUE)");
        }
        try (PreparedStatement p = db.prepareStatement("INSERT INTO t (v) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            p.setString(1, "first");
            check(p.executeUpdate() == 1, "one row");
            try (ResultSet keys = p.getGeneratedKeys()) {
                check(keys.next() && keys.getInt("id") == 1, "generated key");
            }
            for (int i = 0; i < 1000; i++) {
                p.setString(1, "v" + i);
                p.addBatch();
            }
            check(p.executeBatch().length == 1000, "batch");
            p.setString(1, "before"); p.addBatch();
            p.setString(1, "v5"); p.addBatch();
            p.setString(1, "after"); p.addBatch();
            try {
                p.executeBatch();
                check(false, "a duplicate was taken");
            } catch (BatchUpdateException error) {
                check(error.getSQLState().equals("23505"), error);
            }
        }
        try (Connection rewriting = connect("reWriteBatchedInserts", "true", "currentSchema", "driver_java"); PreparedStatement p = rewriting.prepareStatement("INSERT INTO t (v) VALUES (?)")) {
            for (int i = 0; i < 500; i++) {
                p.setString(1, "r" + i);
                p.addBatch();
            }
            p.executeBatch();
        }
        try (Connection simple = connect("preferQueryMode", "simple", "currentSchema", "driver_java"); PreparedStatement p = simple.prepareStatement("SELECT count(*) FROM t WHERE v LIKE ?")) {
            p.setString(1, "r%");
            try (ResultSet r = p.executeQuery()) {
                check(r.next() && r.getInt(1) == 500, "simple protocol");
            }
        }
    }

    static void fetching(Connection db) throws Exception {
        db.setAutoCommit(false);
        try (PreparedStatement p = db.prepareStatement("SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n")) {
            p.setFetchSize(77);
            int rows = 0;
            try (ResultSet r = p.executeQuery()) {
                while (r.next()) rows++;
            }
            check(rows == 5000, rows);
        }
        try (Statement s = db.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE); ResultSet r = s.executeQuery("SELECT id, v FROM t WHERE id < 10 ORDER BY id")) {
            check(r.last() && r.first(), "scrolling");
            r.updateString("v", "updated");
            r.updateRow();
        }
        db.commit();
        db.setAutoCommit(true);
    }

    static void copy(Connection db) throws Exception {
        try (Statement s = db.createStatement()) {
            s.execute("CREATE TABLE c (a int, b text)");
        }
        CopyManager copy = db.unwrap(PGConnection.class).getCopyAPI();
        StringBuilder data = new StringBuilder();
        for (int i = 0; i < 5000; i++) data.append(i).append('\t').append("b").append(i).append('\n');
        check(copy.copyIn("COPY c FROM STDIN", new StringReader(data.toString())) == 5000, "copy in");
        java.io.StringWriter out = new java.io.StringWriter();
        check(copy.copyOut("COPY (SELECT * FROM c ORDER BY a) TO STDOUT", out) == 5000 && out.toString().equals(data.toString()), "copy out");
        check(stateOf(() -> copy.copyIn("COPY c FROM STDIN", new StringReader("x\ty\n"))).equals("22P02"), "a bad line");
    }

    static void transactions(Connection db) throws Exception {
        db.setAutoCommit(false);
        db.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        try (Statement s = db.createStatement()) {
            s.executeUpdate("DELETE FROM c WHERE a >= 10");
            Savepoint before = db.setSavepoint("before");
            check(stateOf(() -> s.execute("SELECT 1 / 0")).equals("22012"), "division");
            check(stateOf(() -> s.execute("SELECT 1")).equals("25P02"), "failed transaction");
            db.rollback(before);
            try (ResultSet r = s.executeQuery("SELECT count(*) FROM c")) {
                check(r.next() && r.getInt(1) == 10, "after the savepoint");
            }
        }
        db.rollback();
        db.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        db.setReadOnly(true);
        try (Statement s = db.createStatement()) {
            check(stateOf(() -> s.executeUpdate("DELETE FROM c")).equals("25006"), "read only");
        }
        db.rollback();
        db.setReadOnly(false);
        db.setAutoCommit(true);
    }

    static void listen(Connection db) throws Exception {
        try (Statement s = db.createStatement(); Connection other = connect(); Statement o = other.createStatement()) {
            s.execute("LISTEN ch");
            o.execute("NOTIFY ch, 'payload'");
            org.postgresql.PGNotification[] heard = db.unwrap(PGConnection.class).getNotifications(10000);
            check(heard != null && heard.length == 1 && heard[0].getParameter().equals("payload"), "notification");
        }
    }

    static void cancel(Connection db) throws Exception {
        try (Statement s = db.createStatement()) {
            Thread later = new Thread(() -> {
                try {
                    Thread.sleep(300);
                    s.cancel();
                } catch (Exception error) {
                    throw new IllegalStateException(error);
                }
            });
            later.start();
            check(stateOf(() -> s.execute("SELECT pg_sleep(20)")).equals("57014"), "cancel");
            later.join();
            s.setQueryTimeout(1);
            check(stateOf(() -> s.execute("SELECT pg_sleep(20)")).equals("57014"), "query timeout");
        }
    }

    static void metadata(Connection db) throws Exception {
        DatabaseMetaData meta = db.getMetaData();
        try (ResultSet r = meta.getColumns(null, "driver_java", "t", "%")) {
            check(r.next() && r.getString("COLUMN_NAME").equals("id") && r.getString("IS_AUTOINCREMENT").equals("YES"), "columns");
            check(r.next() && r.getString("TYPE_NAME").equals("text") && !r.next(), "columns");
        }
        try (ResultSet r = meta.getPrimaryKeys(null, "driver_java", "t")) {
            check(r.next() && r.getString("PK_NAME").equals("t_pkey"), "primary key");
        }
        try (ResultSet r = meta.getIndexInfo(null, "driver_java", "t", true, false)) {
            int count = 0;
            while (r.next()) count++;
            check(count == 2, "indexes " + count);
        }
        try (ResultSet r = meta.getTables(null, "driver_java", "%", new String[] {"TABLE"})) {
            check(r.next() && r.getString("TABLE_NAME").equals("c") && r.next() && !r.next(), "tables");
        }
        try (ResultSet r = meta.getTypeInfo()) {
            int count = 0;
            while (r.next()) count++;
            check(count > 50, "types " + count);
        }
    }
}
