namespace Strata.Engine.Functions.Formatting;

/// <summary>Kinds of parts of a date/time template.</summary>
internal enum DateTimeTemplateNodeKind : byte
{
    Field,
    Separator,
    Space,
    Text,
}
