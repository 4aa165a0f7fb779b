using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Expressions;

/// <summary>What an <see cref="XmlExpression"/> does.</summary>
public enum XmlOperation : byte
{
    /// <summary>XMLCONCAT of values of type xml; null when all are.</summary>
    Concat,

    /// <summary>XMLELEMENT: named values are its attributes, the others its content.</summary>
    Element,

    /// <summary>XMLFOREST of named values.</summary>
    Forest,

    /// <summary>XMLPARSE of a text.</summary>
    Parse,

    /// <summary>XMLPI, perhaps with a text.</summary>
    ProcessingInstruction,

    /// <summary>XMLROOT of a value and a version (null for none).</summary>
    Root,

    /// <summary>XMLSERIALIZE of a value to text.</summary>
    Serialize,

    /// <summary>IS DOCUMENT of a value.</summary>
    IsDocument,
}

/// <summary>The functions of XML that have a syntax of their own (SQL/XML; PostgreSQL 15, section 9.15.1). Operands have the types that <see cref="XmlOperation"/> says, those of elements and forests any.</summary>
public sealed class XmlExpression(XmlOperation operation, SqlType type, IReadOnlyList<Expression> named, IReadOnlyList<Expression> arguments) : Expression
{
    public XmlOperation Operation { get; } = operation;

    /// <inheritdoc/>
    public override SqlType Type { get; } = type;

    /// <summary>Attributes of an element or elements of a forest, with <see cref="Names"/>.</summary>
    public IReadOnlyList<Expression> Named { get; } = named;

    public IReadOnlyList<Expression> Arguments { get; } = arguments;

    /// <summary>Names of <see cref="Named"/>, as XML has them.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Name of the element or target of the instruction, as XML has it; empty for others.</summary>
    public string Name { get; init; } = "";

    /// <summary>DOCUMENT in XMLPARSE and XMLSERIALIZE.</summary>
    public bool IsDocument { get; init; }

    /// <summary>Written in XMLPARSE; it makes no difference, as in PostgreSQL.</summary>
    public bool PreservesWhitespace { get; init; }

    /// <summary>Type that XMLSERIALIZE was asked for; null for others.</summary>
    public SqlType? SerializedType { get; init; }

    /// <summary>STANDALONE of XMLROOT.</summary>
    public XmlStandalone Standalone { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Expression> Children => [.. Named, .. Arguments];

    /// <inheritdoc/>
    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new XmlExpression(Operation, Type, [.. children.Take(Named.Count)], [.. children.Skip(Named.Count)])
        {
            Names = Names,
            Name = Name,
            IsDocument = IsDocument,
            PreservesWhitespace = PreservesWhitespace,
            SerializedType = SerializedType,
            Standalone = Standalone,
            Position = Position,
        };

    // Dates and bytes are written as the session wants them.
    /// <inheritdoc/>
    public override Volatility OwnVolatility => Operation is XmlOperation.Element or XmlOperation.Forest ? Volatility.Stable : Volatility.Immutable;

    /// <inheritdoc/>
    protected override bool EqualsOwn(Expression other) =>
        other is XmlExpression x && x.Operation == Operation && x.Name == Name && x.IsDocument == IsDocument && x.Standalone == Standalone && x.Named.Count == Named.Count && x.Names.SequenceEqual(Names);

    /// <inheritdoc/>
    protected override int OwnHash => HashCode.Combine(Operation, Name, Named.Count);
}
