using System.Buffers.Binary;
using Strata.Engine.Execution;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

/// <summary>Reads the parameter values of a Bind message straight into an execution's parameter vectors.</summary>
internal static class ParameterReader
{
    /// <summary>Throws what the types' input and receive functions throw, and 08P01 for wrong lengths.</summary>
    public static void Read(in BindMessage bind, ExecutionInstance execution, IReadOnlyList<SqlType> types, SessionContext context)
    {
        ReadOnlySpan<byte> rest = bind.ParameterValues;
        for (int i = 0; i < bind.ParameterCount; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[sizeof(int)..];
            Vector vector = execution.ParameterVector(i);
            if (length < 0)
            {
                vector.ResetNull();
                continue;
            }

            ReadOnlySpan<byte> value = rest[..length];
            rest = rest[length..];
            bool isText = RowWriter.FormatOf(bind.ParameterFormats, i) == 0;
            if (context.ClientEncoding is { } encoding && (isText || RowWriter.IsTextInBinary(types[i])))
                value = encoding.ToUtf8(value);
            else if (isText)
                Utf8Text.Check(value);
            vector.ResetConstant();
            if (isText)
                TypeInput.Parse(types[i], value, context, vector, 0);
            else
                TypeBinary.Receive(types[i], value, context, vector, 0);
        }
    }
}
