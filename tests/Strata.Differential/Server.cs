using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Strata.Differential;

/// <summary>One of the two servers, over a connection that is opened again when it is lost.</summary>
internal sealed partial class Server : IDisposable
{
    private const uint FirstUserOid = 16384;
    private const string Null = "∅";
    private const char LineEnd = '⏎';

    private readonly string _connectionString;
    private readonly string _setup;
    private readonly StringBuilder _notices = new();
    private NpgsqlConnection? _connection;

    public Server(string name, string connectionString, string setup)
    {
        Name = name;
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 60, IncludeErrorDetail = true, Options = "-c work_mem=4MB" };
        _connectionString = builder.ConnectionString;
        _setup = setup;
    }

    public string Name { get; }

    /// <summary>Connections that ended while they ran a statement.</summary>
    public int Losses { get; private set; }

    private NpgsqlConnection Connection()
    {
        if (_connection is { State: System.Data.ConnectionState.Open })
            return _connection;
        _connection?.Dispose();
        _connection = new NpgsqlConnection(_connectionString);
        _connection.Notice += (_, e) => _notices.Append(CultureInfo.InvariantCulture, $"{e.Notice.Severity} {e.Notice.SqlState}: {e.Notice.MessageText}\n");
        _connection.Open();
        foreach (string statement in _setup.Split(';'))
        {
            using var command = new NpgsqlCommand(statement, _connection);
            command.ExecuteNonQuery();
        }

        return _connection;
    }

    public Answer Run(string sql)
    {
        try
        {
            NpgsqlConnection connection = Connection();
            _notices.Clear();
            if (CopyIn().IsMatch(sql))
                return CopyFrom(connection, sql);
            if (CopyOut().IsMatch(sql))
                return CopyTo(connection, sql);
            using NpgsqlCommand command = Command(connection, sql);
            using NpgsqlDataReader reader = command.ExecuteReader();
            var rows = new List<string>();
            var columns = new StringBuilder();
            for (int i = 0; i < reader.FieldCount; i++)
                columns.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? ", " : "")}{reader.GetName(i)}:{TypeName(reader.GetDataTypeOID(i))}");
            while (reader.Read())
            {
                var row = new StringBuilder();
                for (int i = 0; i < reader.FieldCount; i++)
                    row.Append(i > 0 ? "|" : "").Append(Cell(reader, i));
                rows.Add(row.ToString());
            }

            reader.Close();
            columns.Append(CultureInfo.InvariantCulture, $" #{reader.RecordsAffected}");
            return new Answer(null, null, columns.ToString(), rows) { Notices = _notices.ToString() };
        }
        catch (PostgresException e)
        {
            return new Answer(e.SqlState, e.MessageText, "", []) { Position = e.Position, More = string.Join(" / ", new[] { e.Detail, e.Hint }.Where(static text => text is not null)) };
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException or TimeoutException)
        {
            Losses++;
            _connection?.Dispose();
            _connection = null;
            return new Answer("LOST", e.Message, "", []);
        }
    }

    [GeneratedRegex("⟦(?<value>[^⟧]*)⟧")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^COPY .*\bFROM STDIN\b", RegexOptions.Singleline)]
    private static partial Regex CopyIn();

    [GeneratedRegex(@"^COPY .*\bTO STDOUT\b", RegexOptions.Singleline)]
    private static partial Regex CopyOut();

    /// <summary>A statement whose parts in ⟦ ⟧ are parameters, sent as text without a type; ⟦∅⟧ is null.</summary>
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand { Connection = connection, AllResultTypesAreUnknown = true };
        command.CommandText = Parameter().Replace(sql, match =>
        {
            string value = match.Groups["value"].Value;
            command.Parameters.Add(new NpgsqlParameter { Value = value == Null ? DBNull.Value : value, NpgsqlDbType = NpgsqlDbType.Unknown });
            return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
        });
        return command;
    }

    /// <summary>COPY FROM STDIN: the first ⏎ ends the statement, each later one a line of the data, and ⇥ stands for a tab.</summary>
    private Answer CopyFrom(NpgsqlConnection connection, string sql)
    {
        int end = sql.IndexOf(LineEnd, StringComparison.Ordinal);
        string data = end < 0 ? "" : sql[(end + 1)..].Replace(LineEnd, '\n').Replace('⇥', '\t');
        using (TextWriter writer = connection.BeginTextImport(end < 0 ? sql : sql[..end]))
            writer.Write(data);
        return new Answer(null, null, "", []) { Notices = _notices.ToString() };
    }

    private Answer CopyTo(NpgsqlConnection connection, string sql)
    {
        using TextReader reader = connection.BeginTextExport(sql);
        var rows = new List<string>();
        while (reader.ReadLine() is { } line)
            rows.Add(line);
        return new Answer(null, null, "", rows) { Notices = _notices.ToString() };
    }

    /// <summary>Types that the user made have other numbers on each server.</summary>
    private static string TypeName(uint oid) => oid < FirstUserOid ? oid.ToString(CultureInfo.InvariantCulture) : "user";

    private static string Cell(NpgsqlDataReader reader, int column)
    {
        try
        {
            return reader.IsDBNull(column) ? Null : reader.GetString(column);
        }
        catch (DecoderFallbackException)
        {
            // "char" holds any byte.
            return "(not UTF-8)";
        }
    }

    public IReadOnlyList<string[]> Rows(string sql)
    {
        using var command = new NpgsqlCommand(sql, Connection()) { AllResultTypesAreUnknown = true };
        using NpgsqlDataReader reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))]);
        return rows;
    }

    public void Dispose() => _connection?.Dispose();
}
