using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>A storage option that PostgreSQL knows: what may have it and which values it takes. Immutable.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Kinds">What may have it.</param>
internal abstract record StorageOption(string Name, StorageOptionKinds Kinds)
{
    /// <summary>Throws 22023 when the option does not take a value.</summary>
    public abstract void Check(string value);

    /// <summary>Whether a value is true or false as PostgreSQL reads it: words may be cut short.</summary>
    public static bool IsBoolean(string value)
    {
        string word = value.ToLowerInvariant();
        return word is "0" or "1" or "on" or "of" or "off" || (word.Length > 0 && Array.Exists<string>(["true", "false", "yes", "no"], known => known.StartsWith(word, StringComparison.Ordinal)));
    }

    protected SqlException Invalid(string type, string value) => new(SqlState.InvalidParameterValue, $"invalid value for {type} option \"{Name}\": {value}");

    protected SqlException OutOfBounds(string value, string min, string max) => new(SqlState.InvalidParameterValue, $"value {value} out of bounds for option \"{Name}\"")
    {
        Detail = $"Valid values are between \"{min}\" and \"{max}\".",
    };

    /// <summary>True or false.</summary>
    public sealed record Switch(string Name, StorageOptionKinds Kinds) : StorageOption(Name, Kinds)
    {
        public override void Check(string value)
        {
            if (!IsBoolean(value))
                throw Invalid("boolean", value);
        }
    }

    /// <summary>A whole number within bounds; fractions are rounded.</summary>
    public sealed record Whole(string Name, StorageOptionKinds Kinds, int Min, int Max) : StorageOption(Name, Kinds)
    {
        public override void Check(string value)
        {
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !(Math.Abs(number) <= int.MaxValue))
                throw Invalid("integer", value);
            number = Math.Round(number, MidpointRounding.ToEven);
            if (number < Min || number > Max)
                throw OutOfBounds(value, Min.ToString(CultureInfo.InvariantCulture), Max.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A number within bounds.</summary>
    public sealed record Real(string Name, StorageOptionKinds Kinds, double Min, double Max) : StorageOption(Name, Kinds)
    {
        public override void Check(string value)
        {
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                throw Invalid("floating point", value);
            if (!(number >= Min && number <= Max))
                throw OutOfBounds(value, Min.ToString("F6", CultureInfo.InvariantCulture), Max.ToString("F6", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>One of some words. <paramref name="Shown"/>: how an error lists them.</summary>
    public sealed record Choice(string Name, StorageOptionKinds Kinds, string[] Words, string Shown) : StorageOption(Name, Kinds)
    {
        public override void Check(string value)
        {
            if (!Words.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                SqlException error = Invalid("enum", value);
                throw new SqlException(error.State, error.Message) { Detail = $"Valid values are {Shown}." };
            }
        }
    }
}
