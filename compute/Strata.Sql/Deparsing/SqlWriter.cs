using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Collects the text of a tree: words with single spaces, quoting, lists.</summary>
internal sealed class SqlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes one item of a list.</summary>
    public delegate void ItemWriter<T>(SqlWriter writer, T item);

    public override string ToString() => _text.ToString();

    /// <summary>Appends as it is.</summary>
    public SqlWriter Raw(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Appends a number.</summary>
    public SqlWriter Number(long value)
    {
        _text.Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Appends a word or symbol, with a space before it unless it follows a space, an opening bracket or a slice's colon.</summary>
    public SqlWriter Word(string word)
    {
        if (_text.Length > 0 && !(_text[^1] is ' ' or '(' or '[' or ':'))
        {
            _text.Append(' ');
        }

        _text.Append(word);
        return this;
    }

    /// <summary>Appends the word if the condition holds.</summary>
    public SqlWriter WordIf(bool condition, string word) => condition ? Word(word) : this;

    /// <summary>A space before what comes next.</summary>
    public SqlWriter Space() => Word("");

    /// <summary>Appends an identifier after a space.</summary>
    public SqlWriter Id(string name) => Space().Identifier(name);

    /// <summary>Appends a string constant after a space.</summary>
    public SqlWriter String(string value) => Space().Literal(value);

    /// <summary>Gives another name for a relation that is to be printed, or null to leave it.</summary>
    public Func<RelationName, RelationName?>? MapRelation { get; init; }

    /// <summary>Gives another name for a function that is to be printed, or null to leave it.</summary>
    public Func<QualifiedName, QualifiedName?>? MapFunction { get; init; }

    /// <summary>Gives another name for a type that is to be printed, or null to leave it.</summary>
    public Func<TypeName, TypeName?>? MapType { get; init; }

    /// <summary>Appends the name of a function that is called.</summary>
    public SqlWriter FunctionName(QualifiedName name) => Name(MapFunction?.Invoke(name) ?? name);

    /// <summary>Appends a name after a space.</summary>
    public SqlWriter Name(QualifiedName name)
    {
        Space();
        return Names(name.Parts);
    }

    /// <summary>Appends dotted parts.</summary>
    public SqlWriter Names(SyntaxList<string> parts)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
            {
                _text.Append('.');
            }

            Identifier(parts[i]);
        }

        return this;
    }

    /// <summary>Appends a relation after a space, with ONLY.</summary>
    public SqlWriter Relation(RelationName relation)
    {
        relation = MapRelation?.Invoke(relation) ?? relation;
        WordIf(!relation.IncludeDescendants, "ONLY").Space();
        if (relation.Catalog is not null)
        {
            Identifier(relation.Catalog).Raw(".");
        }

        if (relation.Schema is not null)
        {
            Identifier(relation.Schema).Raw(".");
        }

        return Identifier(relation.Name);
    }

    /// <summary>Appends a role after a space.</summary>
    public SqlWriter Role(RoleReference role) => role.Kind switch
    {
        RoleKind.CurrentRole => Word("CURRENT_ROLE"),
        RoleKind.CurrentUser => Word("CURRENT_USER"),
        RoleKind.SessionUser => Word("SESSION_USER"),
        RoleKind.Public => Word("PUBLIC"),
        _ => Id(role.Name!),
    };

    /// <summary>Appends items with commas between, after a space.</summary>
    public SqlWriter List<T>(SyntaxList<T> items, ItemWriter<T> write)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                _text.Append(", ");
            }

            write(this, items[i]);
        }

        return this;
    }

    /// <summary>Appends items in parentheses, after a space.</summary>
    public SqlWriter Parenthesized<T>(SyntaxList<T> items, ItemWriter<T> write)
    {
        Word("(");
        List(items, write);
        return Raw(")");
    }

    /// <summary>Appends names with commas between.</summary>
    public SqlWriter NameList(SyntaxList<string> names) => List(names, static (w, name) => w.Id(name));

    /// <summary>Appends <c>(names)</c> if there are any.</summary>
    public SqlWriter Columns(SyntaxList<string> names) => names.IsEmpty ? this : Parenthesized(names, static (w, name) => w.Id(name));

    /// <summary>Appends roles with commas between.</summary>
    public SqlWriter Roles(SyntaxList<RoleReference> roles) => List(roles, static (w, role) => w.Role(role));

    /// <summary>Appends relations with commas between.</summary>
    public SqlWriter Relations(SyntaxList<RelationName> relations) => List(relations, static (w, relation) => w.Relation(relation));

    /// <summary>Appends CASCADE; RESTRICT is the default.</summary>
    public SqlWriter Behavior(DropBehavior behavior) => WordIf(behavior == DropBehavior.Cascade, "CASCADE");

    /// <summary>Appends an identifier, in quotes if it is no plain lower-case word or is a key word that is not unreserved.</summary>
    public SqlWriter Identifier(string name)
    {
        if (IsPlain(name))
        {
            _text.Append(name);
        }
        else
        {
            _text.Append('"').Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        return this;
    }

    /// <summary>Appends a string constant.</summary>
    public SqlWriter Literal(string value)
    {
        bool hasBackslash = value.Contains('\\');
        _text.Append(hasBackslash ? "E'" : "'");
        foreach (char c in value)
        {
            if (c == '\'' || (c == '\\' && hasBackslash))
            {
                _text.Append(c);
            }

            _text.Append(c);
        }

        _text.Append('\'');
        return this;
    }

    /// <summary>Raises 54001 before the stack ends.</summary>
    public static void CheckDepth()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SqlSyntaxException(SqlStates.StatementTooComplex, "stack depth limit exceeded", 0);
        }
    }

    /// <summary>True if the word can stand without quotes anywhere a name can.</summary>
    public static bool IsPlain(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetterLower(name[0]) || name[0] == '_'))
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            {
                return false;
            }
        }

        return !(Keywords.CategoryOf(name) is { } category && category != KeywordCategory.Unreserved);
    }
}
