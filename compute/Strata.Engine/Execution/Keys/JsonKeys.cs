using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Keys;

// 00 empty array as the whole document, 01 null, 02 string, 03 number, 04 false, 05 true, 06 array: count and elements, 07 object: count and per member
// key and value. Counts are 4 bytes, big-endian.

/// <summary>Order-preserving keys of jsonb, in the order of <see cref="JsonValue.CompareTo"/>. Stateless; thread-safe.</summary>
internal static class JsonKeys
{
    /// <summary>Appends the key of a value.</summary>
    public static void Append(JsonValue value, KeyBuffer key)
    {
        if (value.Kind == JsonKind.Array && value.Items.Count == 0)
            key.Write((byte)0);
        else
            AppendInner(value, key);
    }

    private static void AppendInner(JsonValue value, KeyBuffer key)
    {
        DepthGuard.Check();
        switch (value.Kind)
        {
            case JsonKind.Null:
                key.Write((byte)1);
                break;
            case JsonKind.String:
                key.Write((byte)2);
                KeyEncoder.AppendEscaped(Encoding.UTF8.GetBytes(value.AsText()!), key);
                break;
            case JsonKind.Number:
                key.Write((byte)3);
                KeyEncoder.AppendNumeric(NumberText.ParseNumeric(value.Text), key);
                break;
            case JsonKind.False:
                key.Write((byte)4);
                break;
            case JsonKind.True:
                key.Write((byte)5);
                break;
            case JsonKind.Array:
                key.Write((byte)6);
                AppendCount(value.Items.Count, key);
                foreach (JsonValue item in value.Items)
                    AppendInner(item, key);
                break;
            default:
                key.Write((byte)7);
                AppendCount(value.Members.Count, key);
                foreach ((string name, JsonValue member) in value.Members)
                {
                    KeyEncoder.AppendEscaped(Encoding.UTF8.GetBytes(name), key);
                    AppendInner(member, key);
                }

                break;
        }
    }

    private static void AppendCount(int count, KeyBuffer key)
    {
        BinaryPrimitives.WriteInt32BigEndian(key.Reserve(4), count);
        key.Advance(4);
    }
}
