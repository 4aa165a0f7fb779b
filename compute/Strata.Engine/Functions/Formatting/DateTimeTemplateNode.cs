namespace Strata.Engine.Functions.Formatting;

/// <summary>A field of a date/time template with its modifiers, or one literal character.</summary>
/// <param name="Text">As spelled in the template.</param>
/// <param name="Field">The field's name in upper case.</param>
/// <param name="FillMode">FM: no padding; of a character: it was quoted.</param>
/// <param name="Suffix">TH, th or nothing.</param>
internal sealed record DateTimeTemplateNode(DateTimeTemplateNodeKind Kind, string Text, string Field, bool FillMode, string Suffix)
{
    public static DateTimeTemplateNode ForField(string text, bool fillMode, string suffix) =>
        new(DateTimeTemplateNodeKind.Field, text, text.ToUpperInvariant(), fillMode, suffix);

    /// <summary>True for fields that read digits.</summary>
    public bool IsNumeric => Field is not ("A.D." or "A.M." or "AD" or "AM" or "B.C." or "BC" or "P.M." or "PM" or "DAY" or "DY" or "MONTH" or "MON"
        or "RM" or "FX" or "TZ" or "TZH" or "OF");

    /// <summary>True for fields of ISO weeks, false for those of the Gregorian calendar, null for others.</summary>
    public bool? IsIsoWeek => Field switch
    {
        "IDDD" or "ID" or "IW" or "IYYY" or "IYY" or "IY" or "I" => true,
        "DDD" or "DD" or "D" or "MM" or "MONTH" or "MON" or "RM" or "WW" or "W" or "Y,YYY" or "YYYY" or "YYY" or "YY" or "Y" => false,
        _ => null,
    };
}
