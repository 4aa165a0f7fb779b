using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions.Routines;

/// <summary>Checks values against domains. Conditions are compiled once per state of the domain. For one session.</summary>
internal sealed class DomainChecker(SessionContext context) : IDomainChecker
{
    private readonly Dictionary<uint, Compiled> _compiled = [];

    private sealed class Compiled(UserTypeInfo domain, SqlType baseType, (string Name, ExpressionInstance Condition)[] checks) : IDisposable
    {
        public UserTypeInfo Domain { get; } = domain;
        public (string Name, ExpressionInstance Condition)[] Checks { get; } = checks;
        public Vector Value { get; } = new(baseType);
        public bool IsBusy { get; set; }

        public void Dispose()
        {
            foreach ((_, ExpressionInstance condition) in Checks)
                condition.Dispose();
            Value.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Check(SqlType domain, Vector values, int row)
    {
        // The constraints of the innermost domain come first.
        if (domain.DomainBase is { DomainBase: not null } below)
            Check(below, values, row);
        if (context.View.FindUserType(domain.Oid) is not { } info)
            return;
        if (values.IsNull(row) && info.NotNull)
            throw new SqlException(SqlState.NotNullViolation, $"domain {NameOf(domain)} does not allow null values") { DataTypeName = info.Name };
        if (info.Constraints.Length == 0)
            return;
        Compiled compiled = Find(info, domain);
        try
        {
            CheckConditions(compiled, domain, values, row);
        }
        finally
        {
            if (compiled.IsBusy)
                compiled.IsBusy = false;
            else
                compiled.Dispose();
        }
    }

    // With its schema where the session's search path does not find it.
    private string NameOf(SqlType domain) => new Deparsing.DefinitionNames(context.View, context.SearchPath, context, isStored: false).Type(domain);

    private void CheckConditions(Compiled compiled, SqlType domain, Vector values, int row)
    {
        if (values.IsNull(row))
        {
            compiled.Value.ResetNull();
        }
        else
        {
            compiled.Value.ResetConstant();
            compiled.Value.CopyRow(values, row, 0);
        }

        using var evaluation = new EvaluationContext { Functions = context };
        var batch = new Batch([compiled.Value]);
        batch.SetCount(1);
        var errors = new ErrorSink();
        foreach ((string name, ExpressionInstance condition) in compiled.Checks)
        {
            Vector result = condition.Evaluate(evaluation, batch, new Selection(1), errors);
            errors.ThrowIfAny();
            if (!result.IsNull(0) && result.Get<byte>(0) == 0)
                throw new SqlException(SqlState.CheckViolation, $"value for domain {NameOf(domain)} violates check constraint \"{name}\"")
                {
                    DataTypeName = compiled.Domain.Name,
                    ConstraintName = name,
                };
        }
    }

    // A check that is in use (a condition may call a function that uses the domain) is compiled once more.
    private Compiled Find(UserTypeInfo info, SqlType domain)
    {
        if (_compiled.TryGetValue(info.Oid, out Compiled? known))
        {
            if (known.IsBusy)
                return Compile(info, domain);
            if (ReferenceEquals(known.Domain, info))
            {
                known.IsBusy = true;
                return known;
            }

            known.Dispose();
        }

        Compiled made = _compiled[info.Oid] = Compile(info, domain);
        made.IsBusy = true;
        return made;
    }

    private Compiled Compile(UserTypeInfo info, SqlType domain)
    {
        BindingContext binding = context.StatementRunner.BindingContextFor("", [], allowParameters: false);
        SqlType baseType = domain.Plain;
        return new Compiled(
            info, baseType,
            [.. info.Constraints.Where(static c => c.Check is not null).OrderBy(static c => c.Name, StringComparer.Ordinal)
                .Select(c => (c.Name, CompiledExpression.Compile(Binder.BindDomainCheck(c.Check!.Syntax, baseType, binding)).CreateInstance()))]);
    }
}
