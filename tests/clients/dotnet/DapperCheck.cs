using System.Data;
using Dapper;
using Npgsql;

namespace Strata.Clients;

/// <summary>Dapper: parameters of every kind, multi-mapping, several result sets, buffered and unbuffered reads, procedures, transactions, bulk copy.</summary>
public static class DapperCheck
{
    private sealed class Account
    {
        public long Id { get; set; }
        public string Owner { get; set; } = "";
        public decimal Balance { get; set; }
        public DateTime Opened { get; set; }
        public string[] Tags { get; set; } = [];
        public Guid Code { get; set; }
        public bool? Closed { get; set; }
        public List<Entry> Entries { get; } = [];
    }

    private sealed class Entry
    {
        public int EntryId { get; set; }
        public long AccountId { get; set; }
        public decimal Amount { get; set; }
    }

    public static async Task RunAsync(NpgsqlConnectionStringBuilder settings)
    {
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync("DROP SCHEMA IF EXISTS dapper CASCADE; CREATE SCHEMA dapper; SET search_path = dapper");
        await connection.ExecuteAsync("""
            CREATE TABLE account (id bigserial PRIMARY KEY, owner text NOT NULL, balance numeric(12, 2) NOT NULL DEFAULT 0, opened timestamp NOT NULL DEFAULT now(), tags text[] NOT NULL DEFAULT '{}', code uuid NOT NULL, closed boolean);
            CREATE TABLE entry (entry_id serial PRIMARY KEY, account_id bigint NOT NULL REFERENCES account ON DELETE CASCADE, amount numeric(12, 2) NOT NULL);
            CREATE FUNCTION total_of(account_id bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(e.amount) FROM dapper.entry e WHERE e.account_id = $1';
            CREATE PROCEDURE pay(account_id bigint, amount numeric) LANGUAGE sql AS 'INSERT INTO dapper.entry (account_id, amount) VALUES ($1, $2); UPDATE dapper.account SET balance = balance + $2 WHERE id = $1';
            """);
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        var code = new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f");
        var opened = new DateTime(2024, 2, 29, 12, 30, 15, 123);
        var id = await connection.ExecuteScalarAsync<long>("INSERT INTO account (owner, opened, tags, code, closed) VALUES (@Owner, @Opened, @Tags, @Code, @Closed) RETURNING id",
            new Account { Owner = "Ada", Opened = opened, Tags = ["a", "b c"], Code = code });
        Expect.Equal(1L, id);
        Expect.Equal(3, await connection.ExecuteAsync("INSERT INTO account (owner, code) VALUES (@owner, @code)", Enumerable.Range(0, 3).Select(i => new { owner = $"o{i}", code })));
        var account = await connection.QuerySingleAsync<Account>("SELECT * FROM account WHERE id = @id", new { id });
        Expect.Equal("Ada", account.Owner);
        Expect.Equal(opened, account.Opened);
        Expect.Equal(code, account.Code);
        Expect.Sequence(["a", "b c"], account.Tags);
        Expect.Equal<bool?>(null, account.Closed);

        // Lists are arrays: Dapper leaves them to the provider.
        Expect.Equal(2, (await connection.QueryAsync<Account>("SELECT * FROM account WHERE id = ANY (@ids)", new { ids = new[] { 1L, 3L } })).Count());
        Expect.Equal(2, (await connection.QueryAsync<Account>("SELECT * FROM account WHERE owner = ANY (@names)", new { names = new[] { "o1", "o2" } })).Count());
        Expect.Equal(4, await connection.QueryFirstAsync<int>("SELECT count(*)::int FROM account WHERE (@closed::boolean IS NULL OR closed = @closed)", new { closed = (bool?)null }));

        await connection.ExecuteAsync("INSERT INTO entry (account_id, amount) SELECT @id, g FROM generate_series(1, @count) g", new { id, count = 5 });
        var byId = new Dictionary<long, Account>();
        await connection.QueryAsync<Account, Entry, Account>("SELECT a.*, e.* FROM account a JOIN entry e ON e.account_id = a.id ORDER BY e.entry_id", (a, e) =>
        {
            if (!byId.TryGetValue(a.Id, out var known)) byId.Add(a.Id, known = a);
            known.Entries.Add(e);
            return known;
        }, splitOn: "entry_id");
        Expect.Equal(15m, byId[id].Entries.Sum(entry => entry.Amount));

        await using (var several = await connection.QueryMultipleAsync("SELECT count(*) FROM account; SELECT * FROM entry ORDER BY entry_id LIMIT 2; SELECT 'x'::char(3), 1.5::float8", new { id }))
        {
            Expect.Equal(4L, await several.ReadSingleAsync<long>());
            Expect.Sequence([1, 2], (await several.ReadAsync<Entry>()).Select(entry => entry.EntryId));
            var (text, number) = await several.ReadSingleAsync<(string, double)>();
            Expect.Equal("x  ", text);
            Expect.Equal(1.5, number);
        }
        dynamic row = await connection.QuerySingleAsync("SELECT 1 AS one, '2024-01-02'::date AS day, '1 day 02:00'::interval AS span, '{\"a\": 1}'::jsonb AS data, ARRAY[[1,2],[3,4]] AS matrix, '10.0.0.1'::inet AS ip, NULL AS nothing");
        Expect.Equal(1, (int)row.one);
        Expect.Equal(TimeSpan.FromHours(26), (TimeSpan)row.span);
        Expect.Equal("{\"a\": 1}", (string)row.data);
        Expect.Equal(4, ((int[,])row.matrix)[1, 1]);
        Expect.True(row.nothing is null);

        var unbuffered = 0L;
        await foreach (var n in connection.QueryUnbufferedAsync<long>("SELECT g FROM generate_series(1::bigint, 20000) g")) unbuffered += n;
        Expect.Equal(200_010_000L, unbuffered);

        await connection.ExecuteAsync("pay", new { account_id = id, amount = 7.5m }, commandType: CommandType.StoredProcedure);
        Expect.Equal(22.5m, await connection.ExecuteScalarAsync<decimal>("SELECT total_of(@id)", new { id }));
        var parameters = new DynamicParameters();
        parameters.Add("id", id, DbType.Int64);
        parameters.Add("since", new DateTime(2020, 1, 1), DbType.DateTime2);
        parameters.Add("text", "Ada", DbType.AnsiString, size: 50);
        Expect.Equal(7.5m, await connection.QuerySingleAsync<decimal>("SELECT balance FROM account WHERE id = @id AND opened > @since AND owner = @text", parameters));

        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead))
        {
            await connection.ExecuteAsync("DELETE FROM account", transaction: transaction);
            await transaction.SaveAsync("here");
            var error = await ErrorOf(() => connection.ExecuteAsync("INSERT INTO entry (account_id, amount) VALUES (1, 1)", transaction: transaction));
            Expect.Equal("23503", error.SqlState);
            Expect.Equal("entry_account_id_fkey", error.ConstraintName);
            await transaction.RollbackAsync("here");
            Expect.Equal(0L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM entry", transaction: transaction));
            await transaction.RollbackAsync();
        }
        Expect.Equal(6L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM entry"));

        await using (var writer = await connection.BeginBinaryImportAsync("COPY entry (account_id, amount) FROM STDIN (FORMAT binary)"))
        {
            for (var i = 0; i < 1000; i++)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(id);
                await writer.WriteAsync(i * 0.25m);
            }
            await writer.CompleteAsync();
        }
        Expect.Equal(124_897.5m, await connection.ExecuteScalarAsync<decimal>("SELECT total_of(@id)", new { id }));
        using (var reader = await connection.ExecuteReaderAsync("SELECT * FROM account ORDER BY id"))
        {
            var table = new DataTable();
            table.Load(reader);
            Expect.Equal(4, table.Rows.Count);
            Expect.Equal("numeric", await TypeOfAsync(settings));
        }
        await connection.ExecuteAsync("DROP SCHEMA dapper CASCADE");
    }

    private static async Task<string> TypeOfAsync(NpgsqlConnectionStringBuilder settings)
    {
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT * FROM dapper.account", connection);
        System.Collections.ObjectModel.ReadOnlyCollection<System.Data.Common.DbColumn> schema;
        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo)) schema = await reader.GetColumnSchemaAsync();
        Expect.Equal<bool?>(true, schema[0].IsAutoIncrement);
        Expect.Equal<bool?>(true, schema[0].IsKey);
        Expect.Equal<bool?>(false, schema[1].AllowDBNull);
        Expect.Equal<int?>(12, schema[2].NumericPrecision);
        foreach (var collection in new[] { "Tables", "Columns", "Indexes", "IndexColumns", "Views", "Constraints", "PrimaryKey", "ForeignKeys", "UniqueKeys", "ConstraintColumns", "Databases", "Users", "DataTypes", "Restrictions", "ReservedWords" })
            Expect.True((await connection.GetSchemaAsync(collection)).Columns.Count > 0, collection);
        return schema[2].DataTypeName ?? "";
    }

    private static async Task<PostgresException> ErrorOf(Func<Task> action)
    {
        try { await action(); }
        catch (PostgresException error) { return error; }
        throw new InvalidOperationException("no error");
    }
}
