using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Input, output, send and receive functions of types called by name: int4in('1'), float8send(1.5).</summary>
internal static class TypeIoFunctions
{
    public static void Register(FunctionTable t)
    {
        var seen = new HashSet<string>();
        foreach (FunctionInfo function in BuiltinRegistry.Functions)
        {
            if (function.LanguageOid is not (12 or 13) || function.ArgumentTypes.Length == 0 || !seen.Add(function.Symbol) || t.Has(function.Symbol))
                continue;
            bool takesText = function.ArgumentTypes[0] == TypeOid.CString && function.ArgumentTypes.Length is 1 or 3;
            if (function.ReturnType == TypeOid.CString && function.ArgumentTypes.Length == 1)
                t.Add(function.Symbol, Out);
            else if (takesText && function.Name.EndsWith("in", StringComparison.Ordinal) && BuiltinTypes.Find(function.ReturnType) is { IsPseudo: false })
                t.Add(function.Symbol, In);
            else if (function.ReturnType == TypeOid.Bytea && function.ArgumentTypes.Length == 1 && function.Name.EndsWith("send", StringComparison.Ordinal))
                t.Add(function.Symbol, Send);
        }
    }

    private static void Out(ref FunctionCall c)
    {
        var buffer = new ByteBuffer();
        TypeOutput.Write(c.ArgumentType(0), c.ArgumentVector(0).GetStored(c.Row), buffer, c.Settings, c.Context.Catalog);
        c.Return(buffer.Written);
    }

    private static void In(ref FunctionCall c)
    {
        SqlType type = c.ResultType;
        if (c.ArgumentCount == 3)
        {
            if (type.IsArray && c.Context.Catalog.FindType(c.Oid(1)) is { } element)
                type = c.Context.Catalog.FindType(element.ArrayOid) ?? type;
            type = type.WithTypmod(c.Int32(2));
        }

        using var vector = new Vector(type);
        vector.Reset(1);
        TypeInput.Parse(type, c.Bytes(0), c.Context, vector, 0);
        c.ReturnStored(vector.GetStored(0));
    }

    private static void Send(ref FunctionCall c)
    {
        var buffer = new ByteBuffer();
        TypeBinary.Send(c.ArgumentType(0), c.ArgumentVector(0).GetStored(c.Row), buffer, c.Context.Catalog);
        c.Return(buffer.Written);
    }
}
