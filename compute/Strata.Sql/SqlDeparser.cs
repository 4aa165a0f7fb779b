using Strata.Sql.Deparsing;
using Strata.Sql.Syntax;

namespace Strata.Sql;

/// <summary>
/// Prints syntax trees as SQL text in PostgreSQL's spelling (upper-case key words, canonical type names, identifiers quoted only
/// where needed). Parsing the text again gives an equal tree. Thread-safe.
/// </summary>
public static class SqlDeparser
{
    /// <summary>The text of a statement, expression, type name or other part of a tree that stands for itself in SQL.</summary>
    /// <exception cref="ArgumentException">The node is a fragment that has no text of its own.</exception>
    /// <exception cref="SqlSyntaxException">54001, the tree is nested too deeply.</exception>
    public static string Deparse(SyntaxNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var writer = new SqlWriter();
        switch (node)
        {
            case Statement statement:
                StatementDeparser.Write(writer, statement);
                break;
            case Expression expression:
                ExpressionDeparser.Write(writer, expression);
                break;
            case TypeName type:
                TypeDeparser.Write(writer, type);
                break;
            case QualifiedName name:
                writer.Name(name);
                break;
            case RelationName relation:
                writer.Relation(relation);
                break;
            case FromItem item:
                QueryDeparser.WriteFromItem(writer, item);
                break;
            case Constraint constraint:
                TableDeparser.WriteConstraint(writer, constraint, isColumn: false);
                break;
            case ColumnDefinition column:
                TableDeparser.WriteColumn(writer, column);
                break;
            default:
                throw new ArgumentException($"{node.GetType().Name} has no text of its own", nameof(node));
        }

        return writer.ToString();
    }

    /// <summary>The text of a query whose relations, functions and types are printed under the names that the maps give (null: as they are).</summary>
    public static string Deparse(
        Statement statement, Func<RelationName, RelationName?> relations, Func<QualifiedName, QualifiedName?> functions, Func<TypeName, TypeName?> types)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var writer = new SqlWriter { MapRelation = relations, MapFunction = functions, MapType = types };
        StatementDeparser.Write(writer, statement);
        return writer.ToString();
    }

    /// <summary><paramref name="name"/> as an identifier, in quotes if it needs them (PostgreSQL's quote_identifier).</summary>
    public static string QuoteIdentifier(string name) => new SqlWriter().Identifier(name).ToString();

    /// <summary><paramref name="value"/> as a string constant, with <c>E</c> if it contains backslashes (quote_literal).</summary>
    public static string QuoteLiteral(string value) => new SqlWriter().Literal(value).ToString();
}
