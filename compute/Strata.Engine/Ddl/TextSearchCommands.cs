using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and ALTER TEXT SEARCH …: entries of the catalogs, of which <see cref="UserTextSearch"/> makes what works.</summary>
internal static class TextSearchCommands
{
    private const uint DefaultParser = 3722;

    // Token types of the default parser, from 1.
    private static readonly string[] s_tokens =
    [
        "asciiword", "word", "numword", "email", "url", "host", "sfloat", "version", "hword_numpart", "hword_part", "hword_asciipart", "blank", "tag", "protocol", "numhword", "asciihword",
        "hword", "url_path", "file", "float", "int", "uint", "entity",
    ];

    public static void Create(DdlContext context, DefineStatement statement)
    {
        QualifiedName name = statement.Name;
        SchemaInfo schema = context.CreationSchema(name.Schema, name.Position);
        uint classOid = ClassOf(statement.Kind);
        context.LockName(schema.Oid, name.Name);
        foreach (CatalogObject known in context.View.ObjectsOf(classOid))
            if (known.SchemaOid == schema.Oid && known.Name == name.Name)
                throw new SqlException(SqlState.UniqueViolation, $"duplicate key value violates unique constraint \"{ConstraintOf(statement.Kind)}\"")
                {
                    Detail = $"Key ({Prefix(statement.Kind)}name, {Prefix(statement.Kind)}namespace)=({name.Name}, {schema.Oid}) already exists.",
                };
        uint oid = context.NewOid();
        CatalogValue[] row = statement.Kind switch
        {
            ObjectKind.TextSearchDictionary => Dictionary(context, statement, oid, schema),
            ObjectKind.TextSearchConfiguration => Configuration(context, statement, oid, schema),
            ObjectKind.TextSearchParser => Parts(context, statement, oid, schema, ["start", "gettoken", "end", "headline", "lextypes"], required: 5, "parser"),
            _ => Parts(context, statement, oid, schema, ["init", "lexize"], required: 2, "template"),
        };
        context.Changes.Create(CatalogObjectShapes.Make(classOid, row, []), context.Cancellation);
    }

    /// <summary>The catalog of a kind of text search objects.</summary>
    public static uint ClassOf(ObjectKind kind) => kind switch
    {
        ObjectKind.TextSearchDictionary => CatalogOids.PgTsDict,
        ObjectKind.TextSearchConfiguration => CatalogOids.PgTsConfig,
        ObjectKind.TextSearchParser => CatalogOids.PgTsParser,
        _ => CatalogOids.PgTsTemplate,
    };

    private static string Prefix(ObjectKind kind) => kind switch
    {
        ObjectKind.TextSearchDictionary => "dict",
        ObjectKind.TextSearchConfiguration => "cfg",
        ObjectKind.TextSearchParser => "prs",
        _ => "tmpl",
    };

    private static string ConstraintOf(ObjectKind kind) => $"pg_ts_{(kind switch { ObjectKind.TextSearchDictionary => "dict_dict", ObjectKind.TextSearchConfiguration => "config_cfg", ObjectKind.TextSearchParser => "parser_prs", _ => "template_tmpl" })}name_index";

    private static CatalogValue[] Dictionary(DdlContext context, DefineStatement statement, uint oid, SchemaInfo schema)
    {
        uint template = 0;
        var options = new List<string>();
        foreach (DefinitionElement option in statement.Definition)
        {
            if (option.Name == "template")
                template = Require(context, CatalogOids.PgTsTemplate, DefinitionValues.Name(option));
            else
                options.Add($"{TypeNames.QuoteIdentifier(option.Name)} = {Deparsing.ExpressionWriter.Quote(DefinitionValues.Text(option))}");
        }

        if (template == 0)
            throw new SqlException(SqlState.InvalidObjectDefinition, "text search template is required");
        TextSearchDictionaryOptions.Check(template, [.. statement.Definition.AsSpan().ToArray().Where(static option => option.Name != "template")]);
        return [oid, statement.Name.Name, schema.Oid, context.CurrentUser, template, options.Count == 0 ? CatalogValue.Null : string.Join(", ", options)];
    }

    private static CatalogValue[] Configuration(DdlContext context, DefineStatement statement, uint oid, SchemaInfo schema)
    {
        uint parser = 0, source = 0;
        CatalogObject[] copied = [];
        foreach (DefinitionElement option in statement.Definition)
        {
            switch (option.Name)
            {
                case "parser":
                    parser = Require(context, CatalogOids.PgTsParser, DefinitionValues.Name(option));
                    break;
                case "copy":
                    source = Require(context, CatalogOids.PgTsConfig, DefinitionValues.Name(option));
                    uint from = source;
                    copied = [.. context.View.ObjectsOf(CatalogOids.PgTsConfigMap).Where(m => m.OidAt(1) == from)];
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"text search configuration parameter \"{option.Name}\" not recognized");
            }
        }

        if (parser != 0 && source != 0)
            throw new SqlException(SqlState.SyntaxError, "cannot specify both PARSER and COPY options");
        if (parser == 0 && source == 0)
            throw new SqlException(SqlState.InvalidObjectDefinition, "text search parser is required");
        Copy(context, oid, copied, source);
        return [oid, statement.Name.Name, schema.Oid, context.CurrentUser, parser == 0 ? DefaultParser : parser];
    }

    private static void Copy(DdlContext context, uint oid, CatalogObject[] copied, uint source)
    {
        foreach (CatalogObject mapping in copied)
            AddMapping(context, oid, mapping.Number(2), mapping.Number(3), mapping.OidAt(4));
        if (source is not 0 and < CatalogOids.FirstUser)
            foreach ((long token, long sequence, uint dictionary) in BuiltinMappings(source))
                AddMapping(context, oid, token, sequence, dictionary);
    }

    private static IEnumerable<(long Token, long Sequence, uint Dictionary)> BuiltinMappings(uint configuration)
    {
        CatalogTable table = CatalogTable.Open("pg_ts_config_map");
        int owner = table.ColumnIndex("mapcfg"), token = table.ColumnIndex("maptokentype"), sequence = table.ColumnIndex("mapseqno"), dictionary = table.ColumnIndex("mapdict");
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Oid(owner) == configuration)
                yield return ((long)table[i].Number(token), (long)table[i].Number(sequence), table[i].Oid(dictionary));
    }

    private static CatalogValue[] Parts(DdlContext context, DefineStatement statement, uint oid, SchemaInfo schema, string[] names, int required, string word)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be superuser to create text search {word}s");
        var functions = new CatalogValue[names.Length];
        Array.Fill(functions, 0L);
        foreach (DefinitionElement option in statement.Definition)
        {
            int at = Array.IndexOf(names, option.Name);
            if (at < 0)
                throw new SqlException(SqlState.SyntaxError, $"text search {word} parameter \"{option.Name}\" not recognized");
            QualifiedName function = DefinitionValues.Name(option);
            IReadOnlyList<Functions.FunctionInfo> found = Binding.RoutineLookup.Find(context.View, context.Session.SearchPath, function.Schema, function.Name, -1);
            functions[at] = found.Count > 0 ? found[0].Oid : throw new SqlException(SqlState.UndefinedFunction, $"function {function}(internal) does not exist");
        }

        for (int i = 0; i < required; i++)
            if (functions[i].Number == 0 && names[i] is not ("headline" or "init"))
                throw new SqlException(SqlState.InvalidObjectDefinition, $"text search {word} {(names[i] == "lextypes" ? "lextypes" : names[i])} method is required");
        return [oid, statement.Name.Name, schema.Oid, .. functions];
    }

    public static void Alter(DdlContext context, AlterTextSearchDictionaryStatement statement)
    {
        CatalogObject dictionary = Own(context, CatalogOids.PgTsDict, statement.Name);
        var options = new List<string>();
        if (!dictionary.Row[5].IsNull)
            options.AddRange(dictionary.Row[5].Text.Split(", "));
        foreach (DefinitionElement option in statement.Options)
        {
            string start = TypeNames.QuoteIdentifier(option.Name) + " = ";
            options.RemoveAll(o => o.StartsWith(start, StringComparison.Ordinal));
            if (option.Value is not null)
                options.Add(start + Deparsing.ExpressionWriter.Quote(DefinitionValues.Text(option)));
        }

        context.Changes.Replace(dictionary, dictionary.With((5, options.Count == 0 ? CatalogValue.Null : string.Join(", ", options))), context.Cancellation);
    }

    public static void Alter(DdlContext context, AlterTextSearchConfigurationStatement statement)
    {
        CatalogObject configuration = Own(context, CatalogOids.PgTsConfig, statement.Name);
        long[] tokens = [.. statement.TokenTypes.AsSpan().ToArray().Select(token => Array.IndexOf(s_tokens, token) is >= 0 and var at
            ? at + 1L
            : throw new SqlException(SqlState.InvalidParameterValue, $"token type \"{token}\" does not exist"))];
        uint[] dictionaries = [.. statement.Dictionaries.AsSpan().ToArray().Select(d => Require(context, CatalogOids.PgTsDict, d))];
        CatalogObject[] known = [.. context.View.ObjectsOf(CatalogOids.PgTsConfigMap).Where(m => m.OidAt(1) == configuration.Oid && (tokens.Length == 0 || tokens.Contains(m.Number(2))))];
        switch (statement.Kind)
        {
            case TextSearchMappingKind.Drop:
                foreach (long token in tokens)
                    if (!Array.Exists(known, m => m.Number(2) == token))
                    {
                        string message = $"mapping for token type \"{s_tokens[token - 1]}\" does not exist";
                        if (!statement.IfExists)
                            throw new SqlException(SqlState.UndefinedObject, message);
                        context.Notice(message + ", skipping");
                    }

                Remove(context, known);
                break;
            case TextSearchMappingKind.Replace:
                foreach (CatalogObject mapping in known)
                    if (mapping.OidAt(4) == dictionaries[0])
                        context.Changes.Replace(mapping, mapping.With((4, dictionaries[1])), context.Cancellation);
                break;
            default:
                if (statement.Kind == TextSearchMappingKind.Alter)
                    Remove(context, known);
                else if (known.Length > 0)
                    throw new SqlException(SqlState.UniqueViolation, "duplicate key value violates unique constraint \"pg_ts_config_map_index\"")
                    {
                        Detail = $"Key (mapcfg, maptokentype, mapseqno)=({configuration.Oid}, {known[0].Number(2)}, 1) already exists.",
                    };
                foreach (long token in tokens)
                    for (int i = 0; i < dictionaries.Length; i++)
                        AddMapping(context, configuration.Oid, token, i + 1, dictionaries[i]);
                break;
        }
    }

    private static void Remove(DdlContext context, CatalogObject[] mappings)
    {
        foreach (CatalogObject mapping in mappings)
            context.Changes.Drop(mapping, context.Cancellation);
    }

    private static void AddMapping(DdlContext context, uint configuration, long token, long sequence, uint dictionary)
    {
        uint oid = context.NewOid();
        var self = new ObjectAddress(CatalogOids.PgTsConfigMap, oid);
        context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgTsConfigMap, [oid, configuration, token, sequence, dictionary],
            [new Dependency(self, new ObjectAddress(CatalogOids.PgTsConfig, configuration), DependencyKind.Internal)]), context.Cancellation);
    }

    private static CatalogObject Own(DdlContext context, uint classOid, QualifiedName name)
    {
        CatalogObject found = ObjectFinder.Named(context, classOid, name);
        ObjectFinder.CheckOwner(context, found);
        return found;
    }

    private static uint Require(DdlContext context, uint classOid, QualifiedName name)
    {
        if (name.Schema is null or "pg_catalog" && Builtin(classOid, name.Name) is { } builtin)
            return builtin;
        return ObjectFinder.Named(context, classOid, name).Oid;
    }

    private static uint? Builtin(uint classOid, string name) => classOid switch
    {
        CatalogOids.PgTsDict => BuiltinNames.Find("pg_ts_dict", "dictname", name),
        CatalogOids.PgTsConfig => BuiltinNames.Find("pg_ts_config", "cfgname", name),
        CatalogOids.PgTsParser => BuiltinNames.Find("pg_ts_parser", "prsname", name),
        _ => BuiltinNames.Find("pg_ts_template", "tmplname", name),
    };
}
