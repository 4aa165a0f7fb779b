using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>Functions that tell which extensions there are.</summary>
internal static class ExtensionFunctions
{
    public static void Register(FunctionTable t)
    {
        HStore.HStoreLibrary.RegisterSubscripts(t);
        t.AddSet("pg_available_extensions", static (ref FunctionCall c) => new DefinitionRows(WriteExtension));
        t.AddSet("pg_available_extension_versions", static (ref FunctionCall c) => new DefinitionRows(WriteVersion));
        // With one version of each there is nothing to go from or to.
        t.AddSet("pg_extension_update_paths", static (ref FunctionCall c) => AvailableExtensions.Find(c.String(0)) is null ? throw Missing(c.String(0)) : null);
        t.Add("pg_extension_config_dump", static (ref FunctionCall c) =>
            throw new SqlException(SqlState.FeatureNotSupported, "pg_extension_config_dump() can only be called from an SQL script executed by CREATE EXTENSION"));
    }

    private static SqlException Missing(string name) => new(SqlState.FeatureNotSupported, $"extension \"{name}\" is not available")
    {
        Detail = "This server has no extension of that name: pg_available_extensions lists those it has.",
        Hint = "The extension must first be installed on the system where PostgreSQL is running.",
    };

    private static void WriteExtension(ExtensionDefinition definition, ReadOnlySpan<Vector> columns, int row)
    {
        Write(columns[0], row, definition.Name);
        Write(columns[1], row, definition.Version);
        Write(columns[2], row, definition.Comment);
    }

    private static void WriteVersion(ExtensionDefinition definition, ReadOnlySpan<Vector> columns, int row)
    {
        Write(columns[0], row, definition.Name);
        Write(columns[1], row, definition.Version);
        columns[2].Set(row, (byte)1);
        columns[3].Set(row, definition.IsTrusted ? (byte)1 : (byte)0);
        columns[4].Set(row, definition.IsRelocatable ? (byte)1 : (byte)0);
        Write(columns[5], row, definition.Schema);
        if (definition.Requires.Length == 0)
        {
            columns[6].SetNull(row);
        }
        else
        {
            var array = new ArrayBuilder();
            foreach (string required in definition.Requires)
                array.Add(Encoding.UTF8.GetBytes(required));
            columns[6].SetBytes(row, array.Build(TypeOid.Name));
        }

        Write(columns[7], row, definition.Comment);
    }

    private static void Write(Vector column, int row, string? text)
    {
        if (text is null)
            column.SetNull(row);
        else
            column.SetBytes(row, Encoding.UTF8.GetBytes(text));
    }

    private delegate void RowWriter(ExtensionDefinition definition, ReadOnlySpan<Vector> columns, int row);

    private sealed class DefinitionRows(RowWriter write) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < AvailableExtensions.All.Count; count++)
                write(AvailableExtensions.All[_next++], columns, start + count);
            return count;
        }
    }
}
