using System.Text;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Objects as the SQL that makes them: <c>pg_get_indexdef</c>, <c>pg_get_constraintdef</c>.</summary>
internal sealed class DefinitionPrinter(CatalogView view, CatalogServices names)
{
    /// <summary>An index's definition, or with a column number that key alone; null when there is no such index.</summary>
    public string? Index(uint oid, int column, bool pretty)
    {
        if (oid < CatalogOids.FirstUser)
            return BuiltinIndex(oid, column, pretty);
        if (view.FindRelation(oid)?.Index is not { } index || view.FindRelation(index.TableOid) is not { } table)
            return null;
        if (column > 0)
            return column <= index.Keys.Length ? Key(table, index.Keys[column - 1], isKey: column <= index.KeyCount, bare: true, pretty) : "";
        var text = new StringBuilder("CREATE ");
        if (index.IsUnique)
            text.Append("UNIQUE ");
        text.Append("INDEX ").Append(TypeNames.QuoteIdentifier(index.Name)).Append(" ON ")
            .Append(view.FindRelation(oid)!.Kind == RelationKind.PartitionedIndex ? "ONLY " : "").Append(pretty ? names.RelationName(table) : names.QualifiedName(table)).Append(" USING ").Append(MethodName(view.FindRelation(oid)!)).Append(" (");
        AppendKeys(text, table, index, 0, index.KeyCount, pretty);
        text.Append(')');
        if (index.Keys.Length > index.KeyCount)
        {
            text.Append(" INCLUDE (");
            AppendKeys(text, table, index, index.KeyCount, index.Keys.Length, pretty);
            text.Append(')');
        }

        if (index.NullsNotDistinct)
            text.Append(" NULLS NOT DISTINCT");
        if (view.FindRelation(oid)!.Options is { Length: > 0 } options)
            text.Append(" WITH (").Append(string.Join(", ", options.Select(Option))).Append(')');
        if (index.Predicate is { } predicate)
            text.Append(" WHERE ").Append(names.Show(predicate, table, null, pretty));
        return text.ToString();
    }

    private string? BuiltinIndex(uint oid, int column, bool pretty)
    {
        CatalogTable indexes = CatalogTable.Open("pg_index");
        int self = indexes.ColumnIndex("indexrelid"), owner = indexes.ColumnIndex("indrelid"), keys = indexes.ColumnIndex("indkey"), unique = indexes.ColumnIndex("indisunique");
        for (int i = 0; i < indexes.RowCount; i++)
        {
            if (indexes[i].Oid(self) != oid || view.FindRelation(indexes[i].Oid(owner)) is not { } table)
                continue;
            string[] columns = [.. indexes[i].Text(keys)!.Split(' ').Select(number => TypeNames.QuoteIdentifier(table.Columns[int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) - 1].Name))];
            if (column > 0)
                return column <= columns.Length ? columns[column - 1] : "";
            string name = TypeNames.QuoteIdentifier(view.FindRelation(oid)?.Name ?? "");
            return $"CREATE {(indexes[i].Boolean(unique) ? "UNIQUE " : "")}INDEX {name} ON {(pretty ? names.RelationName(table) : names.QualifiedName(table))} USING btree ({string.Join(", ", columns)})";
        }

        return null;
    }

    // name='value', as reloptions are printed: a value that is no identifier is quoted.
    private static string Option(string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? option : $"{TypeNames.QuoteIdentifier(option[..at])}={ExpressionQuote(option[(at + 1)..])}";
    }

    // name='value', the value always quoted.
    private static string ClassOption(string option)
    {
        int at = option.IndexOf('=', StringComparison.Ordinal);
        return $"{TypeNames.QuoteIdentifier(option[..at])}={Deparsing.ExpressionWriter.Quote(option[(at + 1)..])}";
    }

    private static string ExpressionQuote(string value) => TypeNames.QuoteIdentifier(value) == value ? value : Deparsing.ExpressionWriter.Quote(value);

    private static string MethodName(RelationInfo index) => BuiltinNames.NameOf("pg_am", "amname", index.AccessMethodOid) ?? "btree";

    /// <summary>A key as error messages name it.</summary>
    public string KeyText(RelationInfo table, IndexKey key) => Key(table, key, isKey: true, bare: true, pretty: true);

    private void AppendKeys(StringBuilder text, RelationInfo table, IndexInfo index, int from, int to, bool pretty)
    {
        for (int i = from; i < to; i++)
            text.Append(i > from ? ", " : "").Append(Key(table, index.Keys[i], isKey: i < index.KeyCount, bare: false, pretty));
    }

    private string Key(RelationInfo table, IndexKey key, bool isKey, bool bare, bool pretty)
    {
        string expression = key.Expression is null ? "" : names.Show(key.Expression, table, null, pretty);
        string text = key.Column > 0
            ? TypeNames.QuoteIdentifier(table.Columns[key.Column - 1].Name)
            : IsFunctionCall(expression) ? expression : "(" + expression + ")";
        if (bare || !isKey)
            return text;
        uint collation = key.Column > 0 ? table.Columns[key.Column - 1].CollationOid : TypeResolver.Find(key.TypeOid, view)?.CollationOid ?? 0;
        if (key.CollationOid != 0 && key.CollationOid != collation)
            text += " COLLATE " + names.CollationName(key.CollationOid);
        text += key.ClassOptions is { } options
            ? $" {OperatorClassNames.Of(key.OperatorClassOid, view, names.SearchPath)} ({string.Join(", ", options.Select(ClassOption))})"
            : names.OperatorClassName(key.OperatorClassOid, key.TypeOid);
        if (key.Options.HasFlag(IndexKeyOptions.Descending))
            return text + (key.Options.HasFlag(IndexKeyOptions.NullsFirst) ? " DESC" : " DESC NULLS LAST");
        return key.Options.HasFlag(IndexKeyOptions.NullsFirst) ? text + " NULLS FIRST" : text;
    }

    private static bool IsFunctionCall(string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || text[^1] != ')')
            return false;
        for (int i = 0; i < open; i++)
            if (!char.IsLetterOrDigit(text[i]) && text[i] is not ('_' or '.' or '"'))
                return false;
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth == 0 && i < text.Length - 1)
                return false;
        }

        return true;
    }

    /// <summary>A constraint's definition as ALTER TABLE ADD takes it; null when there is no such constraint.</summary>
    public string? Constraint(uint oid, bool pretty)
    {
        foreach (RelationInfo relation in view.UserRelations)
            foreach (ConstraintInfo constraint in PartitionReferences.IsOne(oid) ? PartitionReferences.Of(view, relation) : relation.Constraints)
                if (constraint.Oid == oid)
                    return Constraint(relation, constraint, pretty);
        foreach (UserTypeInfo type in view.UserTypes)
            foreach (ConstraintInfo constraint in type.Constraints)
                if (constraint.Oid == oid)
                    return $"CHECK ({names.Show(constraint.Check!, null, TypeResolver.Find(type.BaseTypeOid, view), pretty)}){(constraint.IsValidated ? "" : " NOT VALID")}";
        return null;
    }

    private string Constraint(RelationInfo table, ConstraintInfo constraint, bool pretty)
    {
        var text = new StringBuilder();
        switch (constraint.Kind)
        {
            case ConstraintKind.PrimaryKey:
            case ConstraintKind.Unique:
                text.Append(constraint.Kind == ConstraintKind.PrimaryKey ? "PRIMARY KEY (" : NullsNotDistinct(constraint) ? "UNIQUE NULLS NOT DISTINCT (" : "UNIQUE (");
                AppendColumns(text, table, constraint.Columns);
                text.Append(')');
                AppendIncluded(text, table, constraint);
                break;
            case ConstraintKind.Check:
                text.Append("CHECK (").Append(names.Show(constraint.Check!, table, null, pretty)).Append(')');
                if (constraint.NoInherit)
                    text.Append(" NO INHERIT");
                break;
            case ConstraintKind.Exclusion when view.FindRelation(constraint.IndexOid) is { Index: { } index } relation:
                text.Append("EXCLUDE USING ").Append(MethodName(relation)).Append(" (");
                for (int i = 0; i < index.KeyCount; i++)
                    text.Append(i > 0 ? ", " : "").Append(Key(table, index.Keys[i], isKey: true, bare: false, pretty)).Append(" WITH ").Append(OperatorName(constraint, i));
                text.Append(')');
                AppendIncluded(text, table, constraint);
                if (index.Predicate is { } predicate)
                    text.Append(" WHERE (").Append(names.Show(predicate, table, null, pretty)).Append(')');
                break;
            case ConstraintKind.ForeignKey:
                AppendForeignKey(text, table, constraint);
                break;
        }

        if (constraint.IsDeferrable)
            text.Append(" DEFERRABLE");
        if (constraint.IsDeferred)
            text.Append(" INITIALLY DEFERRED");
        if (!constraint.IsValidated)
            text.Append(" NOT VALID");
        return text.ToString();
    }

    private static string OperatorName(ConstraintInfo constraint, int key) =>
        key < constraint.Operators.Length && Functions.BuiltinRegistry.Operator(constraint.Operators[key]) is { } op ? op.Name : "=";

    private bool NullsNotDistinct(ConstraintInfo constraint) => view.FindRelation(constraint.IndexOid)?.Index is { NullsNotDistinct: true };

    private void AppendIncluded(StringBuilder text, RelationInfo table, ConstraintInfo constraint)
    {
        if (view.FindRelation(constraint.IndexOid)?.Index is not { } index || index.Keys.Length == index.KeyCount)
            return;
        text.Append(" INCLUDE (");
        AppendKeys(text, table, index, index.KeyCount, index.Keys.Length, pretty: false);
        text.Append(')');
    }

    private void AppendForeignKey(StringBuilder text, RelationInfo table, ConstraintInfo constraint)
    {
        RelationInfo referenced = view.FindRelation(constraint.ReferencedTableOid)!;
        text.Append("FOREIGN KEY (");
        AppendColumns(text, table, constraint.Columns);
        text.Append(") REFERENCES ").Append(names.RelationName(referenced)).Append('(');
        AppendColumns(text, referenced, constraint.ReferencedColumns);
        text.Append(')');
        if (constraint.Match == 'f')
            text.Append(" MATCH FULL");
        if (constraint.OnUpdate != ForeignKeyAction.NoAction)
            text.Append(" ON UPDATE ").Append(ActionName(constraint.OnUpdate));
        if (constraint.OnDelete != ForeignKeyAction.NoAction)
            text.Append(" ON DELETE ").Append(ActionName(constraint.OnDelete));
        if (constraint.DeleteColumns.Length == 0)
            return;
        text.Append(" (");
        AppendColumns(text, table, constraint.DeleteColumns);
        text.Append(')');
    }

    private static string ActionName(ForeignKeyAction action) => action switch
    {
        ForeignKeyAction.Restrict => "RESTRICT",
        ForeignKeyAction.Cascade => "CASCADE",
        ForeignKeyAction.SetNull => "SET NULL",
        ForeignKeyAction.SetDefault => "SET DEFAULT",
        _ => "NO ACTION",
    };

    private static void AppendColumns(StringBuilder text, RelationInfo table, short[] columns)
    {
        for (int i = 0; i < columns.Length; i++)
            text.Append(i > 0 ? ", " : "").Append(TypeNames.QuoteIdentifier(table.Columns[columns[i] - 1].Name));
    }
}
