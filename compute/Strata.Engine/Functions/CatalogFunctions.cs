using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions that ask the catalog: names, definitions, visibility, privileges, sizes.</summary>
internal static class CatalogFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterNames(t);
        RegisterVisibility(t);
        RegisterDefinitions(t);
        PrivilegeFunctions.Register(t);
        RegisterRowSecurity(t);
        RegisterSizes(t);
    }

    private static void ReturnText(ref FunctionCall c, string? text)
    {
        if (text is null)
            c.ReturnNull();
        else
            c.Return(text);
    }

    private static void RegisterNames(FunctionTable t)
    {
        t.Add("pg_get_userbyid", static (ref FunctionCall c) =>
            c.Return(c.Context.Catalog.UserName(c.Oid(0)) ?? string.Create(CultureInfo.InvariantCulture, $"unknown (OID={c.Oid(0)})")));
        t.Add("format_type", static (ref FunctionCall c) =>
        {
            if (c.IsNull(0))
            {
                c.ReturnNull();
                return;
            }

            uint oid = c.Oid(0);
            int typmod = c.IsNull(1) ? -1 : c.Int32(1);
            // A modifier that is given as none means the type without its length of 1, which has a name of its own.
            string? bare = c.IsNull(1) || typmod >= 0 ? null : oid switch { TypeOid.BpChar => "bpchar", 1014 => "bpchar[]", TypeOid.Bit => "\"bit\"", 1561 => "\"bit\"[]", _ => null };
            c.Return(oid == 0 ? "-" : bare ?? FormatType(ref c, oid, typmod));
        });
        t.Add("PG_encoding_to_char", static (ref FunctionCall c) => c.Return(CharacterEncodings.NameOf(c.Int32(0)) ?? ""));
        t.Add("PG_char_to_encoding", static (ref FunctionCall c) => c.Return(CharacterEncodings.NumberOf(c.String(0))));
        t.Add("pg_collation_for", static (ref FunctionCall c) =>
        {
            SqlType type = c.ArgumentType(0);
            if (type.Oid == TypeOid.Unknown)
                c.ReturnNull();
            else if (!type.IsCollatable)
                throw new SqlException(SqlState.DatatypeMismatch, $"collations are not supported by type {TypeNames.Format(type)}");
            else if (c.Context.Catalog.ObjectName(TypeOid.RegCollation, type.CollationOid) is { } name)
                c.Return(name);
            else
                c.ReturnNull();
        });
        t.Add("getdatabaseencoding", static (ref FunctionCall c) => c.Return("UTF8"));
        // Bytes that a character takes at most, by the number of the encoding; null for numbers that are none.
        t.Add("pg_encoding_max_length_sql", static (ref FunctionCall c) =>
        {
            const string Lengths = "133343441111111111111111111111111112222432";
            int encoding = c.Int32(0);
            if ((uint)encoding < (uint)Lengths.Length)
                c.Return(Lengths[encoding] - '0');
            else
                c.ReturnNull();
        });
        t.Add("pg_client_encoding", static (ref FunctionCall c) => c.Return(c.Context.Session.GetSetting("client_encoding") ?? "UTF8"));
        t.Add("pg_typeof", static (ref FunctionCall c) => c.Return(c.ArgumentType(0).Oid));
        t.Add("pg_basetype", static (ref FunctionCall c) => c.Return(c.Context.Catalog.FindType(c.Oid(0)) is { Kind: TypeKind.Domain } d ? d.BaseOid : c.Oid(0)));
        t.Add("oidvectortypes", static (ref FunctionCall c) =>
        {
            var names = new List<string>();
            foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(0)))
                names.Add(FormatType(ref c, BitConverter.ToUInt32(element.Stored), -1));
            c.Return(string.Join(", ", names));
        });
        t.Add("pg_num_nulls", static (ref FunctionCall c) => CountNulls(ref c, nulls: true));
        t.Add("pg_num_nonnulls", static (ref FunctionCall c) => CountNulls(ref c, nulls: false));
        AddResolve(t, "to_regclass", TypeOid.RegClass);
        AddResolve(t, "to_regtype", TypeOid.RegType);
        AddResolve(t, "to_regproc", TypeOid.RegProc);
        AddResolve(t, "to_regprocedure", TypeOid.RegProcedure);
        AddResolve(t, "to_regoper", TypeOid.RegOper);
        AddResolve(t, "to_regoperator", TypeOid.RegOperator);
        AddResolve(t, "to_regnamespace", TypeOid.RegNamespace);
        AddResolve(t, "to_regrole", TypeOid.RegRole);
        AddResolve(t, "to_regcollation", TypeOid.RegCollation);
        t.Add("text_regclass", static (ref FunctionCall c) => c.Return(RegTypes.ParseName(SqlType.RegClass, c.Bytes(0), c.Context.Catalog)));
        t.Add("regclassout", static (ref FunctionCall c) => c.Return(Output(ref c)));
        t.Add("regtypeout", static (ref FunctionCall c) => c.Return(Output(ref c)));
        t.Add("regprocout", static (ref FunctionCall c) => c.Return(Output(ref c)));
        ObjectAddressFunctions.Register(t);
        t.Add("pg_relation_is_updatable", static (ref FunctionCall c) => c.Return(c.Context.Catalog.UpdatableEvents(c.Oid(0), 0)));
        t.Add("pg_column_is_updatable", static (ref FunctionCall c) => c.Return((c.Context.Catalog.UpdatableEvents(c.Oid(0), c.Int16(1)) & 20) == 20));
        t.Add("pg_tablespace_size_oid", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.TablespaceSize(c.Oid(0))));
        t.Add("pg_tablespace_size_name", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.TablespaceSize(c.String(0) == "pg_default" ? 1663u : 0)));
        t.Add(1348u, static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ObjectDescription(c.Oid(0), "", 0)));
        t.Add(1215u, static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ObjectDescription(c.Oid(0), c.String(1), 0)));
        t.Add(1216u, static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ObjectDescription(c.Oid(0), "pg_class", c.Int32(1))));
        t.Add(1993u, static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ObjectDescription(c.Oid(0), c.String(1), 0)));
    }

    private static void CountNulls(ref FunctionCall c, bool nulls)
    {
        int count = 0;
        if (c.Site.IsVariadicCall)
        {
            if (c.IsNull(0))
            {
                c.ReturnNull();
                return;
            }

            foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(0)))
                count += element.IsNull == nulls ? 1 : 0;
        }
        else
        {
            for (int i = 0; i < c.ArgumentCount; i++)
                count += c.IsNull(i) == nulls ? 1 : 0;
        }

        c.Return(count);
    }

    private static byte[] Output(ref FunctionCall c) => TextFunctions.TextOf(ref c, 0);

    private static string FormatType(ref FunctionCall c, uint oid, int typmod)
    {
        SqlType? type = BuiltinTypes.Find(oid) ?? c.Context.Catalog.FindType(oid);
        if (type is null)
            return "???";
        if (type.NamespaceOid == 11)
            return TypeNames.Format(type, typmod);
        if (type.IsArray && type.ElementOid != 0)
            return FormatType(ref c, type.ElementOid, typmod) + "[]";
        return c.Context.Catalog.ObjectName(TypeOid.RegType, oid) ?? TypeNames.Format(type, typmod);
    }

    private static void AddResolve(FunctionTable t, string symbol, uint kind) => t.Add(symbol, (ref FunctionCall c) =>
    {
        try
        {
            c.Return(RegTypes.Parse(BuiltinTypes.Get(kind), c.Bytes(0), c.Context.Catalog));
        }
        catch (SqlException error) when (error.State.Code is "42P01" or "42704" or "42883" or "42725" or "3F000")
        {
            // Only what does not exist is null; what is no name at all is an error.
            c.ReturnNull();
        }
    });

    private static void RegisterVisibility(FunctionTable t)
    {
        AddVisible(t, "pg_table_is_visible", "pg_class");
        AddVisible(t, "pg_type_is_visible", "pg_type");
        AddVisible(t, "pg_function_is_visible", "pg_proc");
        AddVisible(t, "pg_operator_is_visible", "pg_operator");
        AddVisible(t, "pg_opclass_is_visible", "pg_opclass");
        AddVisible(t, "pg_opfamily_is_visible", "pg_opfamily");
        AddVisible(t, "pg_collation_is_visible", "pg_collation");
        AddVisible(t, "pg_conversion_is_visible", "pg_conversion");
        AddVisible(t, "pg_statistics_obj_is_visible", "pg_statistic_ext");
        AddVisible(t, "pg_ts_parser_is_visible", "pg_ts_parser");
        AddVisible(t, "pg_ts_dict_is_visible", "pg_ts_dict");
        AddVisible(t, "pg_ts_template_is_visible", "pg_ts_template");
        AddVisible(t, "pg_ts_config_is_visible", "pg_ts_config");
    }

    private static void AddVisible(FunctionTable t, string symbol, string catalog) => t.Add(symbol, (ref FunctionCall c) =>
    {
        if (c.Context.Catalog.IsVisible(catalog, c.Oid(0)) is { } visible)
            c.Return(visible);
        else
            c.ReturnNull();
    });

    private static void RegisterDefinitions(FunctionTable t)
    {
        t.Add("pg_get_expr", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.DeparseExpression(c.String(0), c.Oid(1), false)));
        t.Add("pg_get_expr_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.DeparseExpression(c.String(0), c.Oid(1), c.Boolean(2))));
        t.Add("pg_get_indexdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.IndexDefinition(c.Oid(0), 0, false)));
        t.Add("pg_get_indexdef_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.IndexDefinition(c.Oid(0), c.Int32(1), c.Boolean(2))));
        t.Add("pg_get_constraintdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ConstraintDefinition(c.Oid(0), false)));
        t.Add("pg_get_constraintdef_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ConstraintDefinition(c.Oid(0), c.Boolean(1))));
        t.Add("pg_get_viewdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ViewDefinition(c.Oid(0), false, 0)));
        t.Add("pg_get_viewdef_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ViewDefinition(c.Oid(0), c.Boolean(1), 0)));
        t.Add("pg_get_viewdef_name", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ViewDefinition(RegTypes.Parse(SqlType.RegClass, c.Bytes(0), c.Context.Catalog), false, 0)));
        t.Add("pg_get_viewdef_name_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ViewDefinition(RegTypes.Parse(SqlType.RegClass, c.Bytes(0), c.Context.Catalog), c.Boolean(1), 0)));
        t.Add("pg_get_viewdef_wrap", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.ViewDefinition(c.Oid(0), true, c.Int32(1))));
        t.Add("pg_get_triggerdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.TriggerDefinition(c.Oid(0), false)));
        t.Add("pg_get_triggerdef_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.TriggerDefinition(c.Oid(0), c.Boolean(1))));
        t.Add("pg_get_ruledef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.RuleDefinition(c.Oid(0), false)));
        t.Add("pg_get_ruledef_ext", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.RuleDefinition(c.Oid(0), c.Boolean(1))));
        t.Add("pg_get_functiondef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.FunctionDefinition(c.Oid(0))));
        t.Add("pg_get_function_arguments", static (ref FunctionCall c) => FunctionArguments(ref c, withDefaults: true));
        t.Add("pg_get_function_identity_arguments", static (ref FunctionCall c) => FunctionArguments(ref c, withDefaults: false));
        t.Add("pg_get_function_result", FunctionResult);
        t.Add("pg_get_function_sqlbody", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.FunctionBody(c.Oid(0))));
        t.Add("pg_get_function_arg_default", static (ref FunctionCall c) =>
        {
            int number = c.Int32(1) - 1;
            Catalog.RoutineParameter[] parameters = c.Context.Catalog.FindFunction(c.Oid(0))?.Routine?.Parameters ?? [];
            ReturnText(ref c, number >= 0 && number < parameters.Length ? parameters[number].Default?.Text : null);
        });
        StatisticsFunctions.Register(t);
        CumulativeStatisticsFunctions.Register(t);
        PartitionFunctions.Register(t);
        t.Add("pg_get_serial_sequence", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.SerialSequence(c.String(0), c.String(1))));
        t.Add("pg_tablespace_location", static (ref FunctionCall c) => c.Return(""));
        t.Add("pg_relation_is_publishable", static (ref FunctionCall c) => c.Return(c.Context.Catalog.IsPublishable(c.Oid(0))));
        AccessMethodFunctions.Register(t);
    }

    private static void FunctionArguments(ref FunctionCall c, bool withDefaults)
    {
        if (c.Context.Catalog.FindFunction(c.Oid(0)) is not { } function)
        {
            c.ReturnNull();
            return;
        }

        if (function.Routine is { } routine)
        {
            c.Return(Catalog.RoutinePrinter.Arguments(routine, c.Context.Catalog, withDefaults));
            return;
        }

        if (withDefaults && function.ArgumentsText is { } text)
        {
            c.Return(text);
            return;
        }

        bool hasModes = function.AllArgumentTypes.Length > 0;
        uint[] types = hasModes ? function.AllArgumentTypes : function.ArgumentTypes;
        var parts = new List<string>();
        for (int i = 0; i < types.Length; i++)
        {
            char mode = i < function.ArgumentModes.Length ? function.ArgumentModes[i] : 'i';
            if (mode == 't' || (mode == 'o' && !withDefaults))
                continue;
            string name = i < function.ArgumentNames.Length && function.ArgumentNames[i].Length > 0 ? TypeNames.QuoteIdentifier(function.ArgumentNames[i]) + " " : "";
            string prefix = mode switch { 'o' => "OUT ", 'b' => "INOUT ", 'v' => "VARIADIC ", _ => "" };
            parts.Add(prefix + name + FormatType(ref c, types[i], -1));
        }

        if (function.Kind == FunctionKind.Aggregate && BuiltinAggregateShapes.DirectArguments(function.Oid) is { } direct)
        {
            // VARIADIC "any" stands on both sides of a hypothetical-set aggregate's ORDER BY.
            string ordered = string.Join(", ", direct.IsHypothetical ? parts : parts.Skip(direct.Count));
            c.Return(string.Join(", ", parts.Take(direct.Count)) + (direct.Count > 0 ? " ORDER BY " : "ORDER BY ") + ordered);
            return;
        }

        c.Return(string.Join(", ", parts));
    }

    private static void FunctionResult(ref FunctionCall c)
    {
        if (c.Context.Catalog.FindFunction(c.Oid(0)) is not { } function)
        {
            c.ReturnNull();
            return;
        }

        if (function.Routine is { } routine)
            ReturnText(ref c, Catalog.RoutinePrinter.Result(routine, c.Context.Catalog));
        else
            c.Return((function.ReturnsSet ? "SETOF " : "") + FormatType(ref c, function.ReturnType, -1));
    }

    private static void RegisterRowSecurity(FunctionTable t)
    {
        t.Add("row_security_active", static (ref FunctionCall c) => c.Return(c.Context.Catalog.IsRowSecurityActive(c.Oid(0))));
        t.Add("row_security_active_name", static (ref FunctionCall c) => c.Return(c.Context.Catalog.IsRowSecurityActive(RegTypes.Parse(SqlType.RegClass, c.Bytes(0), c.Context.Catalog))));
        t.Add("row_security_check", static (ref FunctionCall c) =>
        {
            // A row that is neither allowed nor forbidden is forbidden.
            if (c.IsNull(0) || !c.Boolean(0))
                throw new SqlException(SqlState.InsufficientPrivilege, c.String(1));
            c.Return(true);
        });
    }

    private static void RegisterSizes(FunctionTable t)
    {
        t.Add("pg_relation_size", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.RelationSize(c.Oid(0), c.String(1))));
        t.Add(2325u, static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.RelationSize(c.Oid(0), "main")));
        t.Add("pg_table_size", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.TableSize(c.Oid(0))));
        t.Add("pg_indexes_size", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.IndexesSize(c.Oid(0))));
        t.Add("pg_total_relation_size", static (ref FunctionCall c) =>
            Size(ref c, c.Context.Catalog.TableSize(c.Oid(0)) + (c.Context.Catalog.IndexesSize(c.Oid(0)) ?? 0)));
        t.Add("pg_database_size_oid", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.DatabaseSize(c.Oid(0))));
        t.Add("pg_database_size_name", static (ref FunctionCall c) => Size(ref c, c.Context.Catalog.DatabaseSize(
            c.String(0) == c.Context.Session.DatabaseName ? c.Context.Session.DatabaseOid
                : throw new SqlException(SqlState.InvalidCatalogName, $"database \"{c.String(0)}\" does not exist"))));
        t.Add("pg_size_pretty", static (ref FunctionCall c) => c.Return(Pretty(c.Int64(0))));
        t.Add("pg_size_pretty_numeric", static (ref FunctionCall c) => c.Return(Pretty(c.Numeric(0))));
        t.Add("pg_size_bytes", static (ref FunctionCall c) => c.Return(SizeBytes(c.String(0))));
        t.Add("pg_relation_filenode", static (ref FunctionCall c) => c.Return(c.Context.Catalog.RelationFileNode(c.Oid(0))));
        t.Add("pg_column_size", static (ref FunctionCall c) => c.Return(c.ArgumentType(0).Length > 0 ? c.ArgumentType(0).Length : c.Bytes(0).Length + 1));
    }

    /// <summary>pg_size_pretty of numeric: below the limit of bytes the number stays what it is; each larger unit is cut to whole halves, which are rounded away from zero.</summary>
    private static string Pretty(NumericValue size)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        int unit = 0;
        while (unit < units.Length - 1 && NumericMath.Abs(size).CompareTo(NumericValue.FromInt64(unit == 0 ? 10 * 1024 : (20 * 1024) - 1)) >= 0)
        {
            size = Quotient(size, unit == 0 ? 512 : 1024);
            unit++;
        }

        if (unit > 0)
            size = Quotient(size.CompareTo(NumericValue.Zero) >= 0 ? NumericMath.Add(size, NumericValue.One) : NumericMath.Subtract(size, NumericValue.One), 2);
        var text = new ByteBuffer();
        NumberText.WriteNumeric(text, size);
        return $"{System.Text.Encoding.UTF8.GetString(text.Written)} {units[unit]}";
    }

    private static NumericValue Quotient(NumericValue size, long divisor) =>
        size.IsFinite ? NumericMath.Truncate(NumericMath.DivideAt(size, NumericValue.FromInt64(divisor), size.Scale + 20), 0) : size;

    private static void Size(ref FunctionCall c, long? size)
    {
        if (size is { } bytes)
            c.Return(bytes);
        else
            c.ReturnNull();
    }

    /// <summary>"10 MB" and the like in bytes.</summary>
    private static long SizeBytes(string text)
    {
        string trimmed = text.Trim();
        int end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] is '.' or '+' or '-' or 'e' or 'E'))
            end++;
        SqlException Bad() => new(SqlState.InvalidParameterValue, $"invalid size: \"{text}\"");
        if (end == 0)
            throw Bad();
        string unit = trimmed[end..].Trim().ToLowerInvariant();
        int power = unit switch { "" or "bytes" or "b" => 0, "kb" => 1, "mb" => 2, "gb" => 3, "tb" => 4, "pb" => 5, _ => -1 };
        if (power < 0)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid size: \"{text}\"") { Detail = $"Invalid size unit: \"{trimmed[end..].Trim()}\".", Hint = "Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\"." };
        NumericValue number = NumberText.ParseNumeric(System.Text.Encoding.ASCII.GetBytes(trimmed[..end]));
        NumericValue scaled = NumericMath.Multiply(number, new NumericValue((Int128)1 << (10 * power), 0));
        return NumericMath.TryToInt64(scaled, out long bytes) ? bytes : throw TypeErrors.OutOfRange("bigint");
    }

    private static string Pretty(long size)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        long limit = 10 * 1024, value = size;
        if (Int128.Abs(value) < limit)
            return string.Create(CultureInfo.InvariantCulture, $"{value} bytes");
        // One extra bit is kept for rounding half up.
        value >>= 9;
        int unit = 1;
        while (unit < units.Length - 1 && Int128.Abs(value) >= (limit * 2) - 1)
        {
            value >>= 10;
            unit++;
        }

        value = value >= 0 ? (value + 1) / 2 : (value - 1) / 2;
        return string.Create(CultureInfo.InvariantCulture, $"{value} {units[unit]}");
    }
}
