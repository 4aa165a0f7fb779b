using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>pg_options_to_table: options kept as name=value, one row each.</summary>
internal static class OptionFunctions
{
    public static void Register(FunctionTable t) => t.AddSet("pg_options_to_table", static (ref FunctionCall c) => new Options(c.Bytes(0)));

    private sealed class Options : RowSource
    {
        private readonly List<string> _options = [];
        private int _next;

        public Options(ReadOnlySpan<byte> array)
        {
            foreach (ArrayValue.Element element in new ArrayValue(array))
                if (!element.IsNull)
                    _options.Add(Encoding.UTF8.GetString(element.Stored));
        }

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = Math.Min(rowsMax, _options.Count - _next);
            for (int i = 0; i < count; i++, _next++)
            {
                string option = _options[_next];
                int equals = option.IndexOf('=', StringComparison.Ordinal);
                columns[0].SetBytes(start + i, Encoding.UTF8.GetBytes(equals < 0 ? option : option[..equals]));
                if (equals < 0)
                    columns[1].SetNull(start + i);
                else
                    columns[1].SetBytes(start + i, Encoding.UTF8.GetBytes(option[(equals + 1)..]));
            }

            return count;
        }
    }
}
