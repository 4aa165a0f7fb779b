using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Finds the implementation of built-in functions. Families (one static class per subject) fill one table at first use; nothing is
/// discovered by reflection. Thread-safe.
/// </summary>
public static class BuiltinFunctions
{
    private static readonly Lazy<FunctionTable> s_table = new(MakeTable);

    private static FunctionTable MakeTable()
    {
        var table = new FunctionTable();
        Kernels.ComparisonKernels.Register(table);
        Kernels.ArithmeticKernels.Register(table);
        Kernels.NumericKernels.Register(table);
        Kernels.FilterKernels.Register(table);
        NumberFunctions.Register(table);
        NumericFunctions.Register(table);
        TextFunctions.Register(table);
        SetFunctions.Register(table);
        CatalogFunctions.Register(table);
        SystemFunctions.Register(table);
        ArrayFunctions.Register(table);
        PatternFunctions.Register(table);
        RegexFunctions.Register(table);
        HashFunctions.Register(table);
        ComparisonFunctions.Register(table);
        DateTimeFunctions.Register(table);
        OverlapsFunctions.Register(table);
        DatePartFunctions.Register(table);
        JsonFunctions.Register(table);
        JsonPathFunctions.Register(table);
        JsonRecordFunctions.Register(table);
        FormatFunctions.Register(table);
        AclFunctions.Register(table);
        OptionFunctions.Register(table);
        RangeFunctions.Register(table);
        NetworkFunctions.Register(table);
        GeometryFunctions.Register(table);
        BitStringFunctions.Register(table);
        MoneyFunctions.Register(table);
        TextSearchFunctions.Register(table);
        TypeFormFunctions.Register(table);
        TransactionIdFunctions.Register(table);
        MultirangeFunctions.Register(table);
        EnumFunctions.Register(table);
        EncodingFunctions.Register(table);
        UnicodeFunctions.Register(table);
        Xml.XmlFunctions.Register(table);
        Xml.XmlTableRows.Register(table);
        AsciiFunctions.Register(table);
        AggregateSupportFunctions.Register(table);
        FrameOffsetFunctions.Register(table);
        LargeObjectFunctions.Register(table);
        Xml.XmlMapping.Register(table);
        Extensions.ExtensionFunctions.Register(table);
        SystemRowFunctions.Register(table);
        TypeModifierFunctions.Register(table);
        PseudoTypeFunctions.Register(table);
        ServerStateFunctions.Register(table);
        // Last: it takes what the families have left.
        return table;
    }

    /// <summary>The implementation, or null when the function is known but not supported.</summary>
    public static FunctionImplementation? Find(FunctionInfo function) => function.Routine switch
    {
        { IsSql: true } => RoutineFunctions.Implementation,
        { Library: { } library } => Extensions.NativeLibraries.Find(library)?.Functions.Find(function.Symbol),
        _ => s_table.Value.Find(function),
    };

    /// <summary>The implementation; throws 0A000 when there is none.</summary>
    public static FunctionImplementation Get(FunctionInfo function) =>
        Find(function) ?? throw new SqlException(SqlState.FeatureNotSupported, $"function {Signature(function)} is not supported");

    /// <summary>name(type, …) as messages write it.</summary>
    public static string Signature(FunctionInfo function) =>
        $"{function.Name}({string.Join(", ", function.ArgumentTypes.Select(t => BuiltinTypes.Find(t) is { } type ? TypeNames.Format(type) : t.ToString(System.Globalization.CultureInfo.InvariantCulture)))})";
}
