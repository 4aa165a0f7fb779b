using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Target columns of an INSERT that name fields or elements: <c>INSERT INTO t (c.f, a[1]) …</c>. The parts of a column make up its value, the rest of which is null.</summary>
internal sealed class InsertParts(BindingState state, InsertStatement insert, List<ColumnInfo> columns)
{
    public bool IsPart(int column) => column < insert.Columns.Count && insert.Columns[column].Indirection.Count > 0;

    /// <summary>The type of the value for a target column.</summary>
    public SqlType TypeOf(int column)
    {
        SqlType type = state.TypeOf(columns[column]);
        if (!IsPart(column))
            return type;
        SyntaxList<IndirectionElement> path = insert.Columns[column].Indirection;
        for (int i = 0; i < path.Count;)
        {
            type = state.Expressions.Factory.Coercion.BaseType(type);
            if (path[i] is FieldSelection field)
            {
                IReadOnlyList<(string Name, SqlType Type)> fields = type.Kind == TypeKind.Composite ? state.Context.Functions.Catalog.CompositeColumns(type.Oid) : [];
                type = fields.FirstOrDefault(f => f.Name == field.Name).Type ?? type;
                i++;
                continue;
            }

            bool isSlice = false;
            for (; i < path.Count && path[i] is Subscript or SliceSubscript; i++)
                isSlice |= path[i] is SliceSubscript;
            if (type.Oid == TypeOid.Jsonb)
                continue;
            if (NativeSubscripts.Of(type) is not null)
                type = SqlType.Text;
            type = isSlice ? type : type.ElementType ?? type;
        }

        return type;
    }

    /// <summary>Adds the columns that are made up of parts to the source.</summary>
    public RelationalNode Combine(RelationalNode source, int[] given, int[] rowValues, Scope scope)
    {
        var values = new Dictionary<short, Expression>();
        for (int i = 0; i < given.Length; i++)
        {
            if (!IsPart(i))
                continue;
            ColumnInfo column = columns[i];
            Expression before = values.GetValueOrDefault(column.Number) ?? ConstantExpression.Null(state.TypeOf(column));
            var value = new ColumnExpression(given[i], state.Metadata[given[i]].Type) { Position = insert.Columns[i].Position };
            values[column.Number] = new PartAssignment(state).Store(before, insert.Columns[i].Indirection, 0, value, column, scope, insert.Columns[i].Position);
        }

        if (values.Count == 0)
            return source;
        var added = new List<ProjectedColumn>();
        foreach ((short number, Expression value) in values)
        {
            int id = state.Metadata.AddColumn(columns.First(c => c.Number == number).Name, value.Type);
            added.Add(new ProjectedColumn(id, value));
            rowValues[number - 1] = id;
        }

        return new ProjectNode(source, [.. Projection.PassThrough(state.Metadata, source.Columns), .. added]);
    }
}
