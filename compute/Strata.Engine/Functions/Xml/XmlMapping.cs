using System.Globalization;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;

namespace Strata.Engine.Functions.Xml;

/// <summary>
/// Tables, queries, schemas and the database as XML documents, and the XML Schemas of these (SQL/XML, "Mapping tables to XML"; PostgreSQL 15, section 9.15.4). Cursors are not among them.
/// </summary>
internal static class XmlMapping
{
    private const string InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";
    private const string SchemaNamespace = "http://www.w3.org/2001/XMLSchema";

    /// <summary>The flags and the namespace that all functions take.</summary>
    private readonly record struct Options(bool ShowsNulls, bool IsForest, string Namespace);

    /// <summary>A column of a query or table.</summary>
    private readonly record struct Column(string Name, SqlType Type);

    /// <summary>A table that the current role may read.</summary>
    private readonly record struct Table(uint Oid, string Schema, string Name)
    {
        public string Query => $"SELECT * FROM {TypeNames.QuoteIdentifier(Schema)}.{TypeNames.QuoteIdentifier(Name)}";
    }

    public static void Register(FunctionTable t)
    {
        t.Add("table_to_xml", static (ref FunctionCall c) => c.Return(OfTable(c.Context, c.Oid(0), null, Read(ref c))));
        t.Add("table_to_xmlschema", static (ref FunctionCall c) => c.Return(SchemaOfTable(c.Context, c.Oid(0), Read(ref c))));
        t.Add("table_to_xml_and_xmlschema", static (ref FunctionCall c) => c.Return(OfTable(c.Context, c.Oid(0), SchemaOfTable(c.Context, c.Oid(0), Read(ref c)), Read(ref c))));
        t.Add("query_to_xml", static (ref FunctionCall c) => c.Return(OfQuery(c.Context, c.String(0), null, null, Read(ref c), isTop: true)));
        t.Add("query_to_xmlschema", static (ref FunctionCall c) => c.Return(SchemaOfQuery(c.Context, c.String(0), Read(ref c))));
        t.Add("query_to_xml_and_xmlschema", static (ref FunctionCall c) =>
            c.Return(OfQuery(c.Context, c.String(0), null, SchemaOfQuery(c.Context, c.String(0), Read(ref c)), Read(ref c), isTop: true)));
        t.Add("schema_to_xml", static (ref FunctionCall c) => c.Return(OfSchema(c.Context, c.String(0), null, Read(ref c), isTop: true)));
        t.Add("schema_to_xmlschema", static (ref FunctionCall c) => c.Return(SchemaOfSchema(c.Context, c.String(0), Read(ref c))));
        t.Add("schema_to_xml_and_xmlschema", static (ref FunctionCall c) =>
            c.Return(OfSchema(c.Context, c.String(0), SchemaOfSchema(c.Context, c.String(0), Read(ref c)), Read(ref c), isTop: true)));
        t.Add("database_to_xml", static (ref FunctionCall c) => c.Return(OfDatabase(c.Context, null, Read(ref c))));
        t.Add("database_to_xmlschema", static (ref FunctionCall c) => c.Return(SchemaOfDatabase(c.Context, Read(ref c))));
        t.Add("database_to_xml_and_xmlschema", static (ref FunctionCall c) => c.Return(OfDatabase(c.Context, SchemaOfDatabase(c.Context, Read(ref c)), Read(ref c))));
    }

    private static Options Read(ref FunctionCall c) => new(c.Boolean(c.ArgumentCount - 3), c.Boolean(c.ArgumentCount - 2), c.String(c.ArgumentCount - 1));

    private static string OfTable(IFunctionContext context, uint oid, string? schema, Options options) => OfTable(context, Find(context, oid), schema, options, isTop: true);

    private static string OfTable(IFunctionContext context, Table table, string? schema, Options options, bool isTop) => OfQuery(context, table.Query, table.Name, schema, options, isTop);

    private static Table Find(IFunctionContext context, uint oid)
    {
        Table? found = null;
        foreach (Table table in Tables(context, $"c.oid = {oid.ToString(CultureInfo.InvariantCulture)}"))
            found = table;
        return found ?? throw new SqlException(SqlState.UndefinedTable, $"relation with OID {oid.ToString(CultureInfo.InvariantCulture)} does not exist");
    }

    private static List<Table> Tables(IFunctionContext context, string condition)
    {
        var tables = new List<Table>();
        context.Session.RunQuery(
            $"SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {condition} ORDER BY c.relname", static (_, _) => { },
            row => tables.Add(new Table(row[0].Get<uint>(), row[1].AsText, row[2].AsText)));
        return tables;
    }

    private static List<Table> Readable(IFunctionContext context, string schema) => Tables(
        context, $"n.nspname = {TextFunctions.QuoteLiteral(schema)} AND c.relkind IN ('r', 'm', 'v') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')");

    private static List<string> Schemas(IFunctionContext context)
    {
        var schemas = new List<string>();
        context.Session.RunQuery(
            "SELECT nspname FROM pg_catalog.pg_namespace WHERE pg_catalog.has_schema_privilege(oid, 'USAGE') AND NOT (nspname ~ '^pg_' OR nspname = 'information_schema') ORDER BY nspname",
            static (_, _) => { }, row => schemas.Add(row[0].AsText));
        return schemas;
    }

    private static void RequireSchema(IFunctionContext context, string schema)
    {
        bool found = false;
        context.Session.RunQuery($"SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = {TextFunctions.QuoteLiteral(schema)}", static (_, _) => { }, _ => found = true);
        if (!found)
            throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{schema}\" does not exist");
    }

    private static string OfQuery(IFunctionContext context, string query, string? tableName, string? schema, Options options, bool isTop)
    {
        var text = new StringBuilder();
        string root = tableName is null ? "table" : Name(tableName), row = tableName is null && options.IsForest ? "row" : root;
        if (!options.IsForest)
        {
            Open(text, root, schema, options, isTop);
            text.Append('\n');
        }

        if (schema is not null)
            text.Append(schema).Append("\n\n");
        Column[] columns = [];
        context.Session.RunQuery(
            query,
            (names, types) => columns = [.. names.Select((name, i) => new Column(name, types[i]))],
            values =>
            {
                if (options.IsForest)
                    Open(text, row, null, options, isTop);
                else
                    text.Append("<row>\n");
                for (int i = 0; i < columns.Length; i++)
                    WriteField(text, columns[i], values[i], options, context);
                if (options.IsForest)
                    text.Append("</").Append(row).Append(">\n\n");
                else
                    text.Append("</row>\n\n");
            });
        if (!options.IsForest)
            text.Append("</").Append(root).Append(">\n");
        return text.ToString();
    }

    private static void WriteField(StringBuilder text, Column column, Datum value, Options options, IFunctionContext context)
    {
        string name = Name(column.Name);
        if (value.IsNull)
        {
            if (options.ShowsNulls)
                text.Append("  <").Append(name).Append(" xsi:nil=\"true\"/>\n");
            return;
        }

        text.Append("  <").Append(name).Append('>');
        using var vector = new Vectors.Vector(column.Type);
        vector.ResetConstant();
        value.Store(vector, 0);
        XmlValues.Write(column.Type, vector.GetStored(0), text, context, isEscaped: true);
        text.Append("</").Append(name).Append(">\n");
    }

    private static void Open(StringBuilder text, string element, string? schema, Options options, bool isTop)
    {
        text.Append('<').Append(element);
        if (isTop)
        {
            text.Append(" xmlns:xsi=\"" + InstanceNamespace + "\"");
            if (options.Namespace.Length > 0)
                text.Append(" xmlns=\"").Append(options.Namespace).Append('"');
        }

        if (schema is not null)
        {
            if (options.Namespace.Length > 0)
                text.Append(" xsi:schemaLocation=\"").Append(options.Namespace).Append(" #\"");
            else
                text.Append(" xsi:noNamespaceSchemaLocation=\"#\"");
        }

        text.Append(">\n");
    }

    private static string OfSchema(IFunctionContext context, string name, string? schema, Options options, bool isTop)
    {
        RequireSchema(context, name);
        var text = new StringBuilder();
        Open(text, Name(name), schema, options, isTop);
        text.Append('\n');
        if (schema is not null)
            text.Append(schema).Append("\n\n");
        foreach (Table table in Readable(context, name))
            text.Append(OfTable(context, table, null, options, isTop: false)).Append('\n');
        return text.Append("</").Append(Name(name)).Append(">\n").ToString();
    }

    private static string OfDatabase(IFunctionContext context, string? schema, Options options)
    {
        var text = new StringBuilder();
        string name = Name(context.Session.DatabaseName);
        Open(text, name, schema, options, isTop: true);
        text.Append('\n');
        if (schema is not null)
            text.Append(schema).Append("\n\n");
        foreach (string one in Schemas(context))
            text.Append(OfSchema(context, one, null, options, isTop: false)).Append('\n');
        return text.Append("</").Append(name).Append(">\n").ToString();
    }

    private static Column[] ColumnsOf(IFunctionContext context, string query)
    {
        Column[] columns = [];
        context.Session.RunQuery($"SELECT * FROM ({query}) x LIMIT 0", (names, types) => columns = [.. names.Select((name, i) => new Column(name, types[i]))], static _ => { });
        return columns;
    }

    private static string SchemaOfTable(IFunctionContext context, uint oid, Options options)
    {
        Table table = Find(context, oid);
        string parts = $"{Part(context.Session.DatabaseName)}.{Part(table.Schema)}.{Part(table.Name)}";
        return SchemaOf(context, ColumnsOf(context, table.Query), Name(table.Name), "." + parts, options);
    }

    private static string SchemaOfQuery(IFunctionContext context, string query, Options options) =>
        SchemaOf(context, ColumnsOf(context, query.TrimEnd().TrimEnd(';')), options.IsForest ? "row" : "table", "", options);

    private static string SchemaOf(IFunctionContext context, Column[] columns, string element, string typeSuffix, Options options)
    {
        var text = new StringBuilder();
        BeginSchema(text, options);
        WriteTypes(text, context, columns);
        string rowType = "RowType" + typeSuffix, tableType = "TableType" + typeSuffix;
        text.Append("<xsd:complexType name=\"").Append(rowType).Append("\">\n  <xsd:sequence>\n");
        foreach (Column column in columns)
            text.Append("    <xsd:element name=\"").Append(Name(column.Name)).Append("\" type=\"").Append(TypeName(context, column.Type.WithTypmod(-1)))
                .Append('"').Append(options.ShowsNulls ? " nillable=\"true\"" : " minOccurs=\"0\"").Append("></xsd:element>\n");
        text.Append("  </xsd:sequence>\n</xsd:complexType>\n\n");
        if (!options.IsForest)
            text.Append("<xsd:complexType name=\"").Append(tableType).Append("\">\n  <xsd:sequence>\n    <xsd:element name=\"row\" type=\"").Append(rowType)
                .Append("\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n  </xsd:sequence>\n</xsd:complexType>\n\n");
        AppendElement(text, element, options.IsForest ? rowType : tableType);
        return text.Append("</xsd:schema>").ToString();
    }

    private static string SchemaOfSchema(IFunctionContext context, string name, Options options)
    {
        RequireSchema(context, name);
        var text = new StringBuilder();
        BeginSchema(text, options);
        List<Table> tables = Readable(context, name);
        WriteTypes(text, context, tables.SelectMany(table => ColumnsOf(context, table.Query)));
        string type = $"SchemaType.{Part(context.Session.DatabaseName)}.{Part(name)}";
        text.Append("<xsd:complexType name=\"").Append(type).Append("\">\n").Append(options.IsForest ? "  <xsd:sequence>\n" : "  <xsd:all>\n");
        foreach (Table table in tables)
            text.Append("    <xsd:element name=\"").Append(Name(table.Name)).Append("\" type=\"").Append(options.IsForest ? "RowType." : "TableType.")
                .Append(Part(context.Session.DatabaseName)).Append('.').Append(Part(name)).Append('.').Append(Part(table.Name))
                .Append(options.IsForest ? "\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n" : "\"/>\n");
        text.Append(options.IsForest ? "  </xsd:sequence>\n" : "  </xsd:all>\n").Append("</xsd:complexType>\n\n");
        AppendElement(text, Name(name), type);
        return text.Append("</xsd:schema>").ToString();
    }

    private static string SchemaOfDatabase(IFunctionContext context, Options options)
    {
        var text = new StringBuilder();
        BeginSchema(text, options);
        List<string> schemas = Schemas(context);
        WriteTypes(text, context, schemas.SelectMany(schema => Readable(context, schema)).OrderBy(static table => table.Oid).SelectMany(table => ColumnsOf(context, table.Query)));
        string database = Part(context.Session.DatabaseName);
        text.Append("<xsd:complexType name=\"CatalogType.").Append(database).Append("\">\n  <xsd:all>\n");
        foreach (string schema in schemas)
            text.Append("    <xsd:element name=\"").Append(Name(schema)).Append("\" type=\"SchemaType.").Append(database).Append('.').Append(Part(schema)).Append("\"/>\n");
        text.Append("  </xsd:all>\n</xsd:complexType>\n\n");
        AppendElement(text, Name(context.Session.DatabaseName), "CatalogType." + database);
        return text.Append("</xsd:schema>").ToString();
    }

    private static void BeginSchema(StringBuilder text, Options options)
    {
        text.Append("<xsd:schema\n    xmlns:xsd=\"" + SchemaNamespace + "\"");
        if (options.Namespace.Length > 0)
            text.Append("\n    targetNamespace=\"").Append(options.Namespace).Append("\"\n    elementFormDefault=\"qualified\"");
        text.Append(">\n\n");
    }

    private static void AppendElement(StringBuilder text, string name, string type) => text.Append("<xsd:element name=\"").Append(name).Append("\" type=\"").Append(type).Append("\"/>\n\n");

    // Each type once, in the order of the columns; behind them the types below domains.
    private static void WriteTypes(StringBuilder text, IFunctionContext context, IEnumerable<Column> columns)
    {
        var types = new List<SqlType>();
        foreach (Column column in columns)
            if (!types.Exists(known => known.Oid == column.Type.Oid))
                types.Add(column.Type.WithTypmod(-1));
        for (int i = 0, count = types.Count; i < count; i++)
            if (types[i].Kind == TypeKind.Domain && types[i].Plain is var below && !types.Exists(known => known.Oid == below.Oid))
                types.Add(below.WithTypmod(-1));
        foreach (SqlType type in types)
            text.Append(TypeDefinition(context, type)).Append('\n');
    }

    private static string TypeDefinition(IFunctionContext context, SqlType type)
    {
        const string ZonePattern = "(\\+|-)\\p{Nd}{2}:\\p{Nd}{2}", DatePattern = "\\p{Nd}{4}-\\p{Nd}{2}-\\p{Nd}{2}", TimePattern = "\\p{Nd}{2}:\\p{Nd}{2}:\\p{Nd}{2}(.\\p{Nd}+)?";
        if (type.Oid == TypeOid.Xml)
            return "<xsd:complexType mixed=\"true\">\n  <xsd:sequence>\n    <xsd:any name=\"element\" minOccurs=\"0\" maxOccurs=\"unbounded\" processContents=\"skip\"/>\n  </xsd:sequence>\n</xsd:complexType>\n";
        string restriction = type.Oid switch
        {
            TypeOid.BpChar or TypeOid.VarChar or TypeOid.Text => Restriction("string", ""),
            TypeOid.Bytea => Restriction(context.Settings.XmlBinaryIsHex ? "hexBinary" : "base64Binary", ""),
            TypeOid.Int2 => Restriction("short", Limits(short.MaxValue, short.MinValue)),
            TypeOid.Int4 => Restriction("int", Limits(int.MaxValue, int.MinValue)),
            TypeOid.Int8 => Restriction("long", Limits(long.MaxValue, long.MinValue)),
            TypeOid.Float4 => "  <xsd:restriction base=\"xsd:float\"></xsd:restriction>\n",
            TypeOid.Float8 => "  <xsd:restriction base=\"xsd:double\"></xsd:restriction>\n",
            TypeOid.Boolean => "  <xsd:restriction base=\"xsd:boolean\"></xsd:restriction>\n",
            TypeOid.Time => Restriction("time", Pattern(TimePattern)),
            TypeOid.TimeTz => Restriction("time", Pattern(TimePattern + ZonePattern)),
            TypeOid.Timestamp => Restriction("dateTime", Pattern(DatePattern + "T" + TimePattern)),
            TypeOid.TimestampTz => Restriction("dateTime", Pattern(DatePattern + "T" + TimePattern + ZonePattern)),
            TypeOid.Date => Restriction("date", Pattern(DatePattern)),
            _ when type.Kind == TypeKind.Domain => $"  <xsd:restriction base=\"{TypeName(context, type.Plain)}\"/>\n",
            _ => "",
        };
        return $"<xsd:simpleType name=\"{TypeName(context, type)}\">\n{restriction}</xsd:simpleType>\n";
    }

    private static string Restriction(string type, string facets) => $"  <xsd:restriction base=\"xsd:{type}\">\n{facets}  </xsd:restriction>\n";

    private static string Pattern(string pattern) => $"    <xsd:pattern value=\"{pattern}\"/>\n";

    private static string Limits(long most, long least) =>
        string.Create(CultureInfo.InvariantCulture, $"    <xsd:maxInclusive value=\"{most}\"/>\n    <xsd:minInclusive value=\"{least}\"/>\n");

    private static string TypeName(IFunctionContext context, SqlType type)
    {
        const int HeaderBytes = 4;
        int modifier = type.Typmod;
        string? standard = type.Oid switch
        {
            TypeOid.BpChar => modifier < 0 ? "CHAR" : string.Create(CultureInfo.InvariantCulture, $"CHAR_{modifier - HeaderBytes}"),
            TypeOid.VarChar => modifier < 0 ? "VARCHAR" : string.Create(CultureInfo.InvariantCulture, $"VARCHAR_{modifier - HeaderBytes}"),
            TypeOid.Numeric => modifier < 0 ? "NUMERIC" : string.Create(CultureInfo.InvariantCulture, $"NUMERIC_{((modifier - HeaderBytes) >> 16) & 0xffff}_{(modifier - HeaderBytes) & 0xffff}"),
            TypeOid.Int4 => "INTEGER",
            TypeOid.Int2 => "SMALLINT",
            TypeOid.Int8 => "BIGINT",
            TypeOid.Float4 => "REAL",
            TypeOid.Float8 => "DOUBLE",
            TypeOid.Boolean => "BOOLEAN",
            TypeOid.Time => "TIME",
            TypeOid.TimeTz => "TIME_WTZ",
            TypeOid.Timestamp => "TIMESTAMP",
            TypeOid.TimestampTz => "TIMESTAMP_WTZ",
            TypeOid.Date => "DATE",
            TypeOid.Xml => "XML",
            _ => null,
        };
        if (standard is not null)
            return standard;
        string schema = context.Catalog.ObjectName(TypeOid.RegNamespace, type.NamespaceOid)?.Trim('"') ?? "pg_catalog";
        return $"{(type.Kind == TypeKind.Domain ? "Domain" : "UDT")}.{Part(context.Session.DatabaseName)}.{Part(schema)}.{Part(type.Name)}";
    }

    private static string Name(string identifier) => XmlNames.FromIdentifier(identifier, isFull: true);

    // A part of a name with periods has none of its own.
    private static string Part(string identifier) => Name(identifier).Replace(".", "_x002E_", StringComparison.Ordinal);
}
