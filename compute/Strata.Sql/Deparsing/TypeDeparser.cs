using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints type names; those of pg_catalog that SQL has words for in these words.</summary>
internal static class TypeDeparser
{
    /// <summary>Writes a type after a space.</summary>
    public static void Write(SqlWriter w, TypeName type)
    {
        w.WordIf(type.IsSetOf, "SETOF").Space();
        if (type.IsColumnType)
        {
            w.Names(type.Names).Raw("%TYPE");
            return;
        }

        WriteBase(w, type);
        foreach (int bound in type.ArrayBounds)
        {
            w.Raw("[");
            if (bound >= 0)
            {
                w.Number(bound);
            }

            w.Raw("]");
        }
    }

    /// <summary>Writes a constant of the type, <c>date '2026-11-21'</c>.</summary>
    public static void WriteTypedLiteral(SqlWriter w, TypeName type, string value)
    {
        if (!IsSystem(type, "interval") || type.Modifiers.IsEmpty)
        {
            Write(w, type);
            w.String(value);
            return;
        }

        w.Word("interval");
        int mask = ModifierValue(type, 0);
        if (mask == IntervalFields.FullRange)
        {
            WriteModifiers(w, [type.Modifiers[1]]);
            w.String(value);
            return;
        }

        w.String(value);
        WriteFields(w, mask, type.Modifiers);
    }

    private static bool IsSystem(TypeName type, string name) => type.Names.Count == 2 && type.Names[0] == "pg_catalog" && type.Names[1] == name;

    private static void WriteBase(SqlWriter w, TypeName type)
    {
        type = w.MapType?.Invoke(type) ?? type;
        if (type.Names.Count == 2 && type.Names[0] == "pg_catalog" && WriteSystemType(w, type))
        {
            return;
        }

        w.Names(type.Names);
        WriteModifiers(w, type.Modifiers);
    }

    private static bool WriteSystemType(SqlWriter w, TypeName type)
    {
        bool hasNone = type.Modifiers.IsEmpty;
        bool hasLength = type.Modifiers.Count == 1 && type.Modifiers[0] is IntegerLiteral { Value: >= 0 };
        string? plain = type.Name switch
        {
            "int4" => "integer",
            "int2" => "smallint",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            "bool" => "boolean",
            _ => null,
        };
        if (plain is not null && hasNone)
        {
            w.Raw(plain);
            return true;
        }

        switch (type.Name)
        {
            case "numeric":
                w.Raw("numeric");
                WriteModifiers(w, type.Modifiers);
                return true;
            case "varchar" when hasNone || hasLength:
                w.Raw("character varying");
                WriteModifiers(w, type.Modifiers);
                return true;
            case "bpchar" when hasLength:
                w.Raw("character");
                WriteModifiers(w, type.Modifiers);
                return true;
            case "varbit":
                w.Raw("bit varying");
                WriteModifiers(w, type.Modifiers);
                return true;
            case "bit" when !hasNone:
                w.Raw("bit");
                WriteModifiers(w, type.Modifiers);
                return true;
            case "time" or "timestamp" when hasNone || hasLength:
                w.Raw(type.Name);
                WriteModifiers(w, type.Modifiers);
                w.Raw(" without time zone");
                return true;
            case "timetz" or "timestamptz" when hasNone || hasLength:
                w.Raw(type.Name == "timetz" ? "time" : "timestamp");
                WriteModifiers(w, type.Modifiers);
                w.Raw(" with time zone");
                return true;
            case "interval":
                w.Raw("interval");
                WriteInterval(w, type);
                return true;
            default:
                return false;
        }
    }

    private static void WriteInterval(SqlWriter w, TypeName type)
    {
        if (type.Modifiers.IsEmpty)
        {
            return;
        }

        int mask = ModifierValue(type, 0);
        if (mask == IntervalFields.FullRange)
        {
            WriteModifiers(w, [type.Modifiers[1]]);
        }
        else
        {
            WriteFields(w, mask, type.Modifiers);
        }
    }

    private static void WriteFields(SqlWriter w, int mask, SyntaxList<Expression> modifiers)
    {
        ReadOnlySpan<(int Field, string Word)> fields =
        [
            (IntervalFields.Year, "year"), (IntervalFields.Month, "month"), (IntervalFields.Day, "day"),
            (IntervalFields.Hour, "hour"), (IntervalFields.Minute, "minute"), (IntervalFields.Second, "second"),
        ];
        string? first = null;
        string? last = null;
        foreach ((int field, string word) in fields)
        {
            if ((mask & field) != 0)
            {
                first ??= word;
                last = word;
            }
        }

        w.Word(first!);
        if (last != first)
        {
            w.Word("to").Word(last!);
        }

        if (modifiers.Count > 1)
        {
            WriteModifiers(w, [modifiers[1]]);
        }
    }

    private static int ModifierValue(TypeName type, int index) => ((IntegerLiteral)type.Modifiers[index]).Value;

    private static void WriteModifiers(SqlWriter w, SyntaxList<Expression> modifiers)
    {
        if (!modifiers.IsEmpty)
        {
            w.Raw("(").List(modifiers, ExpressionDeparser.Write).Raw(")");
        }
    }
}
