using Strata.Sql.Syntax;

namespace Strata.Sql;

/// <summary>One statement of a script.</summary>
/// <param name="Statement">The tree; positions are offsets into the whole script.</param>
/// <param name="Start">Offset of the statement's first token, in UTF-16 code units.</param>
/// <param name="Length">Length up to its last token; the semicolon is not part of it.</param>
public readonly record struct ParsedStatement(Statement Statement, int Start, int Length);
