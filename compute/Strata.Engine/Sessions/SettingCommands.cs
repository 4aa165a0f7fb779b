using System.Globalization;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>SET, RESET and SHOW.</summary>
internal sealed class SettingCommands(SessionContext context)
{
    public UtilityResult Set(SetStatement statement)
    {
        UtilityResult result = Apply(statement);
        // Further statements of the same message wait as long as is said now.
        context.Session.ApplyLockTimeouts();
        return result;
    }

    private UtilityResult Apply(SetStatement statement)
    {
        switch (statement.Kind)
        {
            case SetKind.Transaction:
                TransactionCommands.ApplyModes(context, statement.Modes);
                return new UtilityResult("SET");
            case SetKind.SessionCharacteristics:
                TransactionCommands.ApplyDefaults(context, statement.Modes);
                return new UtilityResult("SET");
            case SetKind.TransactionSnapshot:
                if (context.Transactions is { IsBlock: false, IsInScript: false })
                    context.Notice("SET TRANSACTION can only be used in transaction blocks", "WARNING", SqlState.NoActiveSqlTransaction.Code);
                context.Transactions.ImportSnapshot(((StringLiteral)statement.Values[0]).Value);
                return new UtilityResult("SET");
            case SetKind.ResetAll:
                context.Settings.ResetAll();
                return new UtilityResult("RESET");
            case SetKind.Reset:
                Reset(statement.Name!, isLocal: false);
                return new UtilityResult("RESET");
            case SetKind.Default:
                Reset(statement.Name!, statement.IsLocal);
                return new UtilityResult("SET");
            default:
                WarnWithoutBlock(statement);
                Set(statement.Name!, statement);
                return new UtilityResult("SET");
        }
    }

    private void WarnWithoutBlock(SetStatement statement)
    {
        if (statement.IsLocal && context.Transactions is { IsBlock: false, IsInScript: false })
            context.Notice("SET LOCAL can only be used in transaction blocks", "WARNING", SqlState.NoActiveSqlTransaction.Code);
    }

    private void Set(string name, SetStatement statement)
    {
        string value = ValueText(name, statement.Values);
        switch (name.ToLowerInvariant())
        {
            case "role":
                SetRole(value, statement.IsLocal);
                break;
            case "session_authorization":
                SetSessionAuthorization(value, statement.IsLocal);
                break;
            case "transaction_isolation":
                context.Transactions.SetIsolation(TransactionBlock.ParseIsolation(value.ToLowerInvariant()));
                break;
            case "transaction_read_only":
                context.Transactions.SetReadOnly(SettingValues.TryParseBoolean(value, out bool readOnly) && readOnly);
                break;
            default:
                context.Settings.Set(name, Resolved(context, name, value), statement.IsLocal, context.MaySet(name));
                break;
        }
    }

    /// <summary>The value with what it names looked up: a text search configuration is kept with its schema. Throws 22023.</summary>
    public static string Resolved(SessionContext context, string name, string value)
    {
        if (!name.Equals("default_text_search_config", StringComparison.OrdinalIgnoreCase))
            return value;
        return context.Catalog.TextSearchConfigurationName(value) ?? throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"default_text_search_config\": \"{value}\"");
    }

    private void Reset(string name, bool isLocal)
    {
        switch (name.ToLowerInvariant())
        {
            case "role":
                context.SetRole(context.SessionUserOid, isLocal);
                break;
            case "session_authorization":
                context.SetSessionUser(context.AuthenticatedUserOid, isLocal);
                break;
            case "transaction_isolation" or "transaction_read_only":
                throw new SqlException(SqlState.CantChangeRuntimeParam, $"parameter \"{name}\" cannot be reset");
            default:
                context.Settings.Reset(name, isLocal, context.MaySet(name));
                break;
        }
    }

    private void SetRole(string name, bool isLocal)
    {
        if (name.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            context.SetRole(context.SessionUserOid, isLocal);
            return;
        }

        RoleInfo role = context.View.FindRole(name) ?? throw new SqlException(SqlState.InvalidParameterValue, $"role \"{name}\" does not exist");
        if (!context.Catalog.Permissions.IsMember(context.SessionUserOid, role.Oid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to set role \"{name}\"");
        context.SetRole(role.Oid, isLocal);
    }

    private void SetSessionAuthorization(string name, bool isLocal)
    {
        RoleInfo role = context.View.FindRole(name) ?? throw new SqlException(SqlState.InvalidParameterValue, $"role \"{name}\" does not exist");
        if (role.Oid != context.AuthenticatedUserOid && context.View.FindRole(context.AuthenticatedUserOid) is not { IsSuperuser: true })
            throw new SqlException(SqlState.InsufficientPrivilege, "permission denied to set session authorization");
        context.SetSessionUser(role.Oid, isLocal);
    }

    /// <summary>The values of SET as one text: lists are joined, names in <c>search_path</c> and the like quoted where they need it.</summary>
    public static string ValueText(string name, SyntaxList<Expression> values)
    {
        bool isList = name.ToLowerInvariant() is "search_path" or "temp_tablespaces" or "session_preload_libraries" or "shared_preload_libraries" or "local_preload_libraries" or "datestyle";
        if (!isList && values.Count > 1)
            throw new SqlException(SqlState.InvalidParameterValue, $"SET {name} takes only one argument");
        var text = new StringBuilder();
        foreach (Expression value in values)
        {
            if (text.Length > 0)
                text.Append(", ");
            string one = Literal(name, value);
            text.Append(isList && name.ToLowerInvariant() != "datestyle" && value is StringLiteral ? TypeNames.QuoteIdentifier(one) : one);
        }

        return text.ToString();
    }

    private static string Literal(string name, Expression value) => value switch
    {
        StringLiteral text => text.Value,
        IntegerLiteral number => number.Value.ToString(CultureInfo.InvariantCulture),
        NumericLiteral number => number.Text,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        CastExpression { Operand: StringLiteral interval } when name.Equals("timezone", StringComparison.OrdinalIgnoreCase) => IntervalHours(interval.Value),
        _ => throw new SqlException(SqlState.SyntaxError, $"invalid value for parameter \"{name}\""),
    };

    // SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE: hours east.
    private static string IntervalHours(string text)
    {
        string[] parts = text.TrimStart('+', '-').Split(':');
        if (!double.TryParse(parts[0], CultureInfo.InvariantCulture, out double hours))
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"TimeZone\": \"{text}\"");
        if (parts.Length > 1 && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double minutes))
            hours += minutes / 60;
        return (text.StartsWith('-') ? -hours : hours).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Columns of a SHOW.</summary>
    public static ResultColumn[] DescribeShow(ShowStatement statement) => statement.Name is { } name
        ? [UtilityResult.TextColumn(SessionSettings.Definition(name).Name)]
        : [UtilityResult.TextColumn("name"), UtilityResult.TextColumn("setting"), UtilityResult.TextColumn("description")];

    public UtilityResult Show(ShowStatement statement)
    {
        var result = new UtilityResult("SHOW", DescribeShow(statement));
        if (statement.Name is { } name)
        {
            result.Rows.Add([context.Settings.Show(name)]);
            return result;
        }

        foreach (SettingDefinition setting in SettingRegistry.All)
            result.Rows.Add([setting.Name, context.Settings.Show(setting.Name), setting.Description]);
        return result;
    }
}
