using Strata.Engine.Expressions;
using Strata.Engine.Functions.Xml;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using static Strata.Engine.Functions.Xml.XmlTableRows;
using ArrayExpression = Strata.Engine.Expressions.ArrayExpression;
using CastContext = Strata.Engine.Functions.CastContext;
using CoalesceExpression = Strata.Engine.Expressions.CoalesceExpression;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>What was bound of an XMLTABLE, to write it again.</summary>
/// <param name="RowPath">Text.</param>
/// <param name="Document">Xml.</param>
/// <param name="Namespaces">Name (null for DEFAULT) and URI.</param>
/// <param name="Columns">The columns; without type and path those FOR ORDINALITY.</param>
internal sealed record XmlTableRecord(
    Expression RowPath, Expression Document, List<(string? Name, Expression Uri)> Namespaces, List<(string Name, SqlType? Type, Expression? Path, Expression? Default, bool IsNotNull)> Columns);

/// <summary>Binds XMLTABLE: a set-returning function that gives text or xml, and above it what makes the columns' values of that (transformRangeTableFunc of PostgreSQL's parse_clause.c).</summary>
internal sealed class XmlTableBinder(BindingState state)
{
    private static readonly SqlType s_xml = BuiltinTypes.Get(TypeOid.Xml);
    private static readonly SqlType s_texts = BuiltinTypes.Get(TypeOid.TextArray);

    /// <summary>The rows and the columns that names mean.</summary>
    public (RelationalNode Node, List<NamespaceColumn> Columns, XmlTableRecord Record) Bind(XmlTableItem table, string alias, Scope scope)
    {
        Expression rowPath = Convert(table.RowPath, SqlType.Text, scope), document = Convert(table.Document, s_xml, scope);
        var record = new XmlTableRecord(rowPath, document, [], []);
        var namespaces = new List<Expression>();
        foreach (XmlNamespace space in table.Namespaces)
        {
            Expression uri = Convert(space.Uri, SqlType.Text, scope);
            record.Namespaces.Add((space.Name, uri));
            if (space.Name is null)
                throw new SqlException(SqlState.FeatureNotSupported, "DEFAULT namespace is not supported");
            namespaces.Add(ConstantExpression.Text(space.Name));
            namespaces.Add(uri);
        }

        var raw = new List<int>();
        var kinds = new List<ColumnKind>();
        var paths = new List<Expression>();
        var projected = new List<ProjectedColumn>();
        var names = new List<NamespaceColumn>();
        foreach (XmlTableColumn column in table.Columns)
        {
            if (names.Exists(known => known.Name == column.Name))
                throw BindingErrors.At(column.Position, SqlState.SyntaxError, $"column name \"{column.Name}\" is not unique");
            if (column.Type is null && kinds.Contains(ColumnKind.Ordinality))
                throw BindingErrors.At(column.Position, SqlState.SyntaxError, "only one FOR ORDINALITY column is allowed");
            SqlType? type = column.Type is null ? null : state.Types.Resolve(column.Type);
            ColumnKind kind = KindOf(type);
            SqlType given = kind switch { ColumnKind.Ordinality => SqlType.Int4, ColumnKind.Xml => s_xml, _ => SqlType.Text };
            int source = state.Metadata.AddColumn(column.Name, given, alias);
            raw.Add(source);
            kinds.Add(kind);
            Expression value = new ColumnExpression(source, given);
            Expression? path = null, fallback = null;
            if (type is not null)
            {
                path = column.Path is null ? ConstantExpression.Text(column.Name) : Convert(column.Path, SqlType.Text, scope);
                paths.Add(path);
                fallback = column.Default is null ? null : Convert(column.Default, type, scope);
                value = state.Expressions.Factory.Casts.Cast(value, type, CastContext.Explicit, column.Position)
                    ?? throw BindingErrors.At(column.Position, SqlState.CannotCoerce, $"cannot cast type {given} to {type.WithTypmod(-1)}");
                if (fallback is not null)
                    value = new CoalesceExpression(type, [value, fallback]);
                if (column.IsNotNull)
                    value = new NotNullExpression(value, column.Name);
            }

            record.Columns.Add((column.Name, type, path, fallback, column.IsNotNull));
            int id = state.Metadata.AddColumn(column.Name, value.Type, alias);
            projected.Add(new ProjectedColumn(id, value));
            names.Add(new NamespaceColumn(column.Name, id, value.Type));
        }

        string shape = string.Concat(kinds.Select(static kind => (char)kind));
        var call = new FunctionExpression(
            XmlTableRows.Function, SqlType.Record, [rowPath, document, new ArrayExpression(s_texts, namespaces, false), new ArrayExpression(s_texts, paths, false), ConstantExpression.Text(shape)]);
        return (new ProjectNode(new FunctionScanNode([new TableFunction(call, raw)], -1, alias), projected), names, record);
    }

    private static ColumnKind KindOf(SqlType? type) =>
        type is null ? ColumnKind.Ordinality : type.Plain.Oid == TypeOid.Xml ? ColumnKind.Xml : type.Plain.Category == TypeCategory.Numeric ? ColumnKind.Number : ColumnKind.Text;

    private Expression Convert(Sql.Syntax.Expression syntax, SqlType type, Scope scope) =>
        state.Expressions.CoerceArgument(state.Expressions.BindOperand(syntax, scope), type, "XMLTABLE");
}
