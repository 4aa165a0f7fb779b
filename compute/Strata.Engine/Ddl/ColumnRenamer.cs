using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Renames a column in a stored expression, in its text: column references stand at positions that the parser gives.</summary>
internal static class ColumnRenamer
{
    public static CatalogExpression Rename(CatalogExpression expression, string from, string to)
    {
        var positions = new List<int>();
        SyntaxWalker.VisitColumns(expression.Syntax, reference =>
        {
            if (reference.Names.Count == 1 && reference.Names[0] == from)
                positions.Add(reference.Position);
        });
        if (positions.Count == 0)
            return expression;
        positions.Sort();
        string text = expression.Text, old = TypeNames.QuoteIdentifier(from), replacement = TypeNames.QuoteIdentifier(to);
        for (int i = positions.Count - 1; i >= 0; i--)
            text = text[..positions[i]] + replacement + text[(positions[i] + old.Length)..];
        return new CatalogExpression(text);
    }
}
