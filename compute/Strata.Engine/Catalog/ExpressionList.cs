namespace Strata.Engine.Catalog;

/// <summary>Several SQL expressions in one text value (<c>indexprs</c>), separated by a character that no SQL text holds.</summary>
internal static class ExpressionList
{
    private const char Separator = '\u0001';

    public static string Join(List<string> expressions) => string.Join(Separator, expressions);

    public static string[] Split(string text) => text.Split(Separator);
}
