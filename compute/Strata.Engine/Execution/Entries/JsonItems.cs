using System.Text;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

// Parts of jsonb_ops: a byte for the kind, then
//
//   K   a member's name, or a string that is an element of an array (or the whole document): what ? looks for
//   V   a string that is a member's value
//   N   a number, as keys have it
//   T F Z   true, false, null

/// <summary>GIN's jsonb_ops: an entry for each name and each scalar, wherever it stands.</summary>
internal sealed class JsonItems : ItemClass
{
    private const byte Name = (byte)'K';
    private const byte Text = (byte)'V';

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        int before = entries.Count;
        Add(JsonValue.ParseStored(vector.GetBytes(row)), isMember: false, entries);
        if (entries.Count == before)
            entries.Add(EntryCategory.Empty);
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        switch (operatorName)
        {
            case "@>":
                Add(JsonValue.ParseStored(value.GetBytes(row)), isMember: false, scratch);
                scratch.SortUnique();
                return scratch.ToAnd() ?? EntryQuery.AllOf(column);
            case "?":
                return NameQuery(value.GetBytes(row), scratch);
            case "?|" or "?&":
                AddNames(new ArrayValue(value.GetBytes(row)), scratch);
                scratch.SortUnique();
                return operatorName == "?|" ? scratch.ToOr() : scratch.ToAnd() ?? EntryQuery.AllOf(column);
            default:
                (JsonPathNode root, bool _) = JsonPathParser.Parse(Encoding.UTF8.GetString(value.GetBytes(row)));
                return new JsonPathEntries(scratch).Of(root, isMatch: operatorName == "@@") ?? EntryQuery.AllOf(column);
        }
    }

    /// <summary>Documents that have a name (or a string as an element) anywhere.</summary>
    public static EntryQuery NameQuery(ReadOnlySpan<byte> name, EntryList scratch)
    {
        AddText(Name, name, scratch);
        return EntryQuery.Exact(scratch[scratch.Count - 1]);
    }

    /// <summary>Documents that have a string anywhere.</summary>
    public static EntryQuery TextQuery(ReadOnlySpan<byte> text, EntryList scratch)
    {
        EntryQuery name = NameQuery(text, scratch);
        AddText(Text, text, scratch);
        return EntryQuery.Or([name, EntryQuery.Exact(scratch[scratch.Count - 1])])!;
    }

    /// <summary>Documents that have a number, a boolean or null anywhere.</summary>
    public static EntryQuery ScalarQuery(JsonKind kind, in NumericValue number, EntryList scratch)
    {
        if (kind == JsonKind.Number)
            AddNumber(number, scratch);
        else
            AddWord(kind, scratch);
        return EntryQuery.Exact(scratch[scratch.Count - 1]);
    }

    private static void AddNames(ArrayValue names, EntryList entries)
    {
        foreach (ArrayValue.Element name in names)
        {
            if (!name.IsNull)
                AddText(Name, name.Stored, entries);
        }
    }

    private static void Add(JsonValue value, bool isMember, EntryList entries)
    {
        DepthGuard.Check();
        switch (value.Kind)
        {
            case JsonKind.Object:
                foreach ((string name, JsonValue member) in value.Members)
                {
                    AddText(Name, Encoding.UTF8.GetBytes(name), entries);
                    Add(member, isMember: true, entries);
                }

                break;
            case JsonKind.Array:
                foreach (JsonValue item in value.Items)
                    Add(item, isMember: false, entries);
                break;
            case JsonKind.String:
                AddText(isMember ? Text : Name, Encoding.UTF8.GetBytes(value.AsText()!), entries);
                break;
            case JsonKind.Number:
                AddNumber(NumberText.ParseNumeric(value.Text), entries);
                break;
            default:
                AddWord(value.Kind, entries);
                break;
        }
    }

    private static void AddText(byte kind, ReadOnlySpan<byte> text, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        entry.Write(kind);
        KeyEncoder.AppendEscaped(text, entry);
        entries.End();
    }

    private static void AddNumber(in NumericValue number, EntryList entries)
    {
        KeyBuffer entry = entries.Begin();
        entry.Write((byte)'N');
        KeyEncoder.AppendNumeric(number, entry);
        entries.End();
    }

    private static void AddWord(JsonKind kind, EntryList entries)
    {
        entries.Begin().Write(kind switch { JsonKind.True => (byte)'T', JsonKind.False => (byte)'F', _ => (byte)'Z' });
        entries.End();
    }
}
