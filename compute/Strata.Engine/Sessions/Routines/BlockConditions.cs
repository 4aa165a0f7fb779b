using System.Collections.Frozen;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Routines;

/// <summary>Names of error conditions as PL/pgSQL has them (PostgreSQL's appendix A). Stateless; thread-safe.</summary>
internal static class BlockConditions
{
    private static readonly FrozenDictionary<string, string> s_conditions = new Dictionary<string, string>
    {
        ["duplicate_object"] = "42710",
        ["duplicate_table"] = "42P07",
        ["duplicate_column"] = "42701",
        ["duplicate_schema"] = "42P06",
        ["duplicate_function"] = "42723",
        ["duplicate_database"] = "42P04",
        ["duplicate_alias"] = "42712",
        ["duplicate_cursor"] = "42P03",
        ["duplicate_prepared_statement"] = "42P05",
        ["unique_violation"] = "23505",
        ["foreign_key_violation"] = "23503",
        ["check_violation"] = "23514",
        ["not_null_violation"] = "23502",
        ["exclusion_violation"] = "23P01",
        ["undefined_table"] = "42P01",
        ["undefined_object"] = "42704",
        ["undefined_column"] = "42703",
        ["undefined_function"] = "42883",
        ["undefined_parameter"] = "42P02",
        ["invalid_schema_name"] = "3F000",
        ["invalid_catalog_name"] = "3D000",
        ["insufficient_privilege"] = "42501",
        ["invalid_table_definition"] = "42P16",
        ["wrong_object_type"] = "42809",
        ["invalid_column_reference"] = "42P10",
        ["feature_not_supported"] = "0A000",
        ["syntax_error"] = "42601",
        ["datatype_mismatch"] = "42804",
        ["division_by_zero"] = "22012",
        ["invalid_text_representation"] = "22P02",
        ["numeric_value_out_of_range"] = "22003",
        ["string_data_right_truncation"] = "22001",
        ["dependent_objects_still_exist"] = "2BP01",
        ["object_not_in_prerequisite_state"] = "55000",
        ["object_in_use"] = "55006",
        ["lock_not_available"] = "55P03",
        ["serialization_failure"] = "40001",
        ["deadlock_detected"] = "40P01",
        ["invalid_parameter_value"] = "22023",
        ["raise_exception"] = "P0001",
        ["no_data_found"] = "P0002",
        ["too_many_rows"] = "P0003",
        ["ambiguous_function"] = "42725",
        ["invalid_object_definition"] = "42P17",
    }.ToFrozenDictionary();

    /// <summary>The SQLSTATE of a condition's name, or of a text that is one. Throws 42704.</summary>
    public static string StateOf(string name, string? where = null) =>
        s_conditions.TryGetValue(name, out string? state) ? state
        : name.Length == 5 && name.All(static c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)) ? name
        : throw new SqlException(SqlState.UndefinedObject, $"unrecognized exception condition \"{name}\"") { Where = where };
}
