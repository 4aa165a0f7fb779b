using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Functions.Aggregates;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using FunctionCall = Strata.Sql.Syntax.FunctionCall;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds calls: plain functions, aggregates, window functions and set-returning functions.</summary>
internal sealed class FunctionBinder(BindingState state)
{
    private readonly RoutineInliner _inliner = new(state);

    private ExpressionFactory Factory => state.Expressions.Factory;

    /// <summary>Binds a call in an expression.</summary>
    public Expression Bind(FunctionCall call, Scope scope)
    {
        int position = call.Position;
        bool maybeAggregate = call.IsStar || call.IsDistinct || call.OrderBy.Count > 0 || call.Filter is not null || call.Over is not null;
        Expression[] arguments = BindArguments(call, scope, out string?[]? names);
        if (call.IsWithinGroup)
            return BindOrderedSet(call, arguments, scope);
        Expression bound = Resolve(call, arguments, names);
        FunctionKind kind = bound is FunctionExpression function ? function.Function.Kind : FunctionKind.Function;
        if (call.Over is not null)
            return BindWindow(call, bound, kind, scope);
        switch (kind)
        {
            case FunctionKind.Window:
                throw BindingErrors.At(position, SqlState.WrongObjectType, $"window function {call.Name.Name} requires an OVER clause");
            case FunctionKind.Aggregate:
                return BindAggregate(call, (FunctionExpression)bound, scope);
            case FunctionKind.Procedure:
                throw BindingErrors.At(
                    position, SqlState.WrongObjectType, $"{Signature(call, arguments)} is a procedure", "To call a procedure, use CALL.");
        }

        if (maybeAggregate)
        {
            string what = call.IsStar ? $"{call.Name.Name}(*) specified, but {call.Name.Name} is not an aggregate function"
                : call.IsDistinct ? $"DISTINCT specified, but {call.Name.Name} is not an aggregate function"
                : call.OrderBy.Count > 0 ? $"ORDER BY specified, but {call.Name.Name} is not an aggregate function"
                : $"FILTER specified, but {call.Name.Name} is not an aggregate function";
            throw BindingErrors.At(position, SqlState.WrongObjectType, what);
        }

        return bound.ReturnsSet ? RegisterSet(bound, scope) : bound;
    }

    /// <summary>A set-returning call in an expression: its value is a column that a later step computes.</summary>
    public Expression RegisterSet(Expression call, Scope scope)
    {
        if (scope.Kind.SetError() is { } error)
            throw BindingErrors.At(call.Position, SqlState.FeatureNotSupported, error);
        string name = call is FunctionExpression function ? function.Function.Name : "?column?";
        if (scope.Kind == ExpressionKind.FromFunction)
        {
            RefuseNestedSet(scope);
            scope.NestedSet = call;
            return call;
        }

        int known = scope.SetReturning.FindIndex(item => item.Value.Equals(call));
        if (known >= 0 && !call.IsVolatile)
            return new ColumnExpression(scope.SetReturning[known].Column, call.Type) { Position = call.Position };
        int column = state.Metadata.AddColumn(name, call.Type);
        scope.SetReturning.Add(new ProjectedColumn(column, call));
        state.Recorder?.Value(column, call);
        if (call.Type.Oid == TypeOid.Record)
            state.RecordSources[column] = call;
        return new ColumnExpression(column, call.Type) { Position = call.Position };
    }

    /// <summary>Throws 0A000 when a set-returning call was found below the top level of a function in FROM.</summary>
    public static void RefuseNestedSet(Scope scope)
    {
        if (scope.NestedSet is { } nested)
            throw BindingErrors.At(nested.Position, SqlState.FeatureNotSupported, "set-returning functions must appear at top level of FROM");
    }

    /// <summary>Binds a function in FROM: the call, its name, and the columns of its rows.</summary>
    public (Expression Call, string Name, IReadOnlyList<(string Name, SqlType Type)> Columns) BindTableFunction(
        Syntax.Expression syntax, SyntaxList<ColumnDefinition> definitions, Scope scope)
    {
        Expression bound;
        string name;
        scope.NestedSet = null;
        if (syntax is FunctionCall call)
        {
            name = TargetNaming.NameOf(call);
            Expression[] arguments = BindArguments(call, scope, out string?[]? names);
            bound = Resolve(call, arguments, names);
            if (bound is FunctionExpression { Function.Kind: FunctionKind.Aggregate })
            {
                throw BindingErrors.At(
                    call.Position, SqlState.GroupingError, "aggregate functions are not allowed in functions in FROM");
            }

            if (bound is FunctionExpression { Function.Kind: FunctionKind.Window } || call.Over is not null)
                throw BindingErrors.At(call.Position, SqlState.WindowingError, "window functions are not allowed in functions in FROM");
        }
        else
        {
            bound = state.Expressions.BindOperand(syntax, scope);
            name = TargetNaming.NameOf(syntax);
        }

        RefuseNestedSet(scope);
        if (definitions.Count > 0)
        {
            CheckDefinitions(bound, definitions[0].Position);
            var defined = new List<(string, SqlType)>();
            foreach (ColumnDefinition definition in definitions)
            {
                SqlType type = state.Types.Resolve(definition.Type!);
                defined.Add((definition.Name, definition.Collation is { } collation ? type.WithCollation(state.Types.ResolveCollation(collation, definition.Position)) : type));
            }

            return (bound, name, defined);
        }

        if (bound is FunctionExpression { Function: { } function } && function.ResultColumns is { Count: > 0 } columns
            && (columns.Count > 1 || function.ReturnType == TypeOid.Record))
        {
            uint[] given = [.. ((FunctionExpression)bound).Arguments.Select(static argument => argument.Type.Oid)];
            return (bound, name, RoutineResult.OutputColumns(function, given, state.Context.Functions.Catalog));
        }

        if (bound is FunctionExpression { Function: { } named } && named.ResultColumns is { Count: 1 } single)
            return (bound, name, [(single[0].Name, bound.Type)]);

        if (bound.Type.Oid == TypeOid.Record)
        {
            throw BindingErrors.At(
                syntax.Position, SqlState.SyntaxError, "a column definition list is required for functions returning \"record\"");
        }

        if (bound.Type.Kind == TypeKind.Composite)
        {
            return (bound, name, state.Context.Functions.Catalog.CompositeColumns(bound.Type.Oid));
        }

        return (bound, name, [(name, bound.Type)]);
    }

    /// <summary>Only rows of unknown shape need their columns defined.</summary>
    private static void CheckDefinitions(Expression call, int position)
    {
        string? problem = call.Type.Kind == TypeKind.Composite ? "a column definition list is redundant for a function returning a named composite type"
            : call.Type.Oid != TypeOid.Record ? "a column definition list is only allowed for functions returning \"record\""
            : call is FunctionExpression { Function.ResultColumns.Count: > 0 } ? "a column definition list is redundant for a function with OUT parameters" : null;
        if (problem is not null)
            throw BindingErrors.At(position, SqlState.SyntaxError, problem);
    }

    private Expression[] BindArguments(FunctionCall call, Scope scope, out string?[]? names)
    {
        var arguments = new Expression[call.Arguments.Count];
        names = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            Syntax.Expression argument = call.Arguments[i];
            if (argument is NamedArgument named)
            {
                names ??= new string?[arguments.Length];
                names[i] = named.Name;
                argument = named.Value;
            }
            else if (names is not null)
            {
                throw BindingErrors.At(argument.Position, SqlState.SyntaxError, "positional argument cannot follow named argument");
            }

            arguments[i] = state.Expressions.BindOperand(argument, scope);
        }

        return arguments;
    }

    private Expression Resolve(FunctionCall call, Expression[] arguments, string?[]? names)
    {
        QualifiedName name = call.Name;
        state.CheckDatabase(name, call.Position);
        // Drivers name the result of a function as a parameter without a value: { ? = call f(?) }.
        if (Array.Exists(arguments, static argument => argument is ParameterExpression { Type.Oid: TypeOid.Void }))
            (arguments, names) = WithoutVoid(arguments, names);
        IReadOnlyList<FunctionInfo> known = RoutineLookup.Find(state.Catalog, state.SearchPath, name.Schema, name.Name, call.Position);
        // f(x) may be the field x.f.
        if (known.Count == 0 && name.Schema is null && arguments is [{ Type.Kind: TypeKind.Composite } row])
            foreach ((string field, Expression value) in state.Expressions.Parts.FieldsOf(row, null, call.Position))
                if (field == name.Name)
                    return value;
        // f(x) may be a cast written as a call, which the factory knows too.
        ResolvedCall resolved = Factory.ResolveCall(
            name.ToString(), known, arguments, names, call.IsVariadic, call.Position);
        if (resolved.Function?.Routine is not null && UseRoutine(resolved) is { } inlined)
            return inlined;
        if (resolved.Function is { Routine: null } builtin)
            state.Call(builtin);
        return ExpressionFactory.ToExpression(resolved, call.Position, call.Syntax);
    }

    private static (Expression[] Arguments, string?[]? Names) WithoutVoid(Expression[] arguments, string?[]? names)
    {
        int[] kept = [.. Enumerable.Range(0, arguments.Length).Where(i => arguments[i] is not ParameterExpression { Type.Oid: TypeOid.Void })];
        return ([.. kept.Select(i => arguments[i])], names is null ? null : [.. kept.Select(i => names[i])]);
    }

    /// <summary>Notes that the statement calls a user-defined routine; the expression to put in the call's place, or null.</summary>
    public Expression? UseRoutine(ResolvedCall call)
    {
        state.Call(call.Function!.Routine!);
        return state.Recorder is null ? _inliner.TryInline(call) : null;
    }

    /// <summary>The procedure that CALL names, with its arguments converted. Throws 42883, 42809.</summary>
    public ResolvedCall BindCall(FunctionCall call)
    {
        Expression[] arguments = BindArguments(call, new Scope(null) { Kind = ExpressionKind.CallArgument }, out string?[]? names);
        IReadOnlyList<FunctionInfo> known = RoutineLookup.Find(state.Catalog, state.SearchPath, call.Name.Schema, call.Name.Name, call.Position, forCall: true);
        ResolvedCall resolved;
        try
        {
            resolved = Factory.ResolveCall(call.Name.ToString(), known, arguments, names, call.IsVariadic, call.Position);
        }
        catch (SqlException error) when (error.State == SqlState.UndefinedFunction)
        {
            throw BindingErrors.At(
                call.Position, SqlState.UndefinedFunction, $"procedure {error.Message["function ".Length..]}",
                "No procedure matches the given name and argument types. You might need to add explicit type casts.");
        }

        return resolved.Function is { Kind: FunctionKind.Procedure, Routine: not null }
            ? resolved
            : throw BindingErrors.At(call.Position, SqlState.WrongObjectType, $"{Signature(call, arguments)} is not a procedure", "To call a function, use SELECT.");
    }

    /// <summary>x.f as the call f(x), when there is a function that takes exactly the type of x; null otherwise.</summary>
    public Expression? TryCallAsField(FieldSelection field, Expression value)
    {
        IReadOnlyList<FunctionInfo> known = RoutineLookup.Find(state.Catalog, state.SearchPath, null, field.Name, field.Position);
        FunctionInfo? exact = known.FirstOrDefault(f => f.ArgumentTypes is [var only] && only == value.Type.Oid);
        if (exact is null)
            return null;
        ResolvedCall resolved = Factory.ResolveCall(field.Name, [exact], [value], null, false, field.Position);
        if (exact.Routine is { } routine)
            state.Call(routine);
        return ExpressionFactory.ToExpression(resolved, field.Position);
    }

    private static string Signature(FunctionCall call, Expression[] arguments) =>
        $"{call.Name}({string.Join(", ", arguments.Select(argument => argument.Type.WithTypmod(-1).ToString()))})";

    private ColumnExpression BindAggregate(FunctionCall call, FunctionExpression bound, Scope scope)
    {
        int position = call.Position;
        if (OrderedSetAggregates.IsOrderedSet(bound.Function))
        {
            throw BindingErrors.At(
                position, SqlState.WrongObjectType, $"WITHIN GROUP is required for ordered-set aggregate {call.Name.Name}");
        }

        if (!call.IsStar && call.Arguments.Count == 0 && bound.Function.ArgumentTypes.Length == 0)
        {
            throw BindingErrors.At(
                position, SqlState.WrongObjectType, $"{call.Name}(*) must be used to call a parameterless aggregate function");
        }

        ExpressionKind kind = scope.Kind;
        Expression? filter = call.Filter is null ? null : state.Expressions.BindCondition(call.Filter, scope, ExpressionKind.Filter);
        List<BoundSortItem> order = BindSort(call.OrderBy, scope, ExpressionKind.OrderBy);
        scope.Kind = kind;
        Expression[] arguments = bound.Arguments.Select(state.Expressions.ResolveUnknown).ToArray();

        Scope level = LevelOf([.. arguments, .. order.Select(item => item.Value), .. filter is null ? Array.Empty<Expression>() : [filter]], scope) ?? scope;
        CheckNesting(arguments, order, filter, level, position);
        ExpressionKind place = PlaceOf(level, scope);
        if (place.AggregateError() is { } error)
            throw BindingErrors.At(position, SqlState.GroupingError, error);

        AggregateFunction function = state.Types.Aggregate(bound, position);
        (Expression[] all, (int, bool, bool)[] keys) = WithOrder(arguments, order, call, position);
        // DISTINCT sorts: where the order of rows shows, it is that of the arguments.
        if (call.IsDistinct && keys.Length == 0 && function.IsOrderSensitive)
            keys = arguments.Select((_, i) => (i, false, false)).ToArray();
        ColumnExpression result = AddAggregate(call, bound.Type, function, arguments, all, keys, filter, level);
        state.Recorder?.Call(result.Column, new CallRecord(bound, call) { Filter = filter, OrderBy = Sorted(order) });
        return result;
    }

    private static SortedExpression[] Sorted(List<BoundSortItem> items) => [.. items.Select(static item => new SortedExpression(item.Value, item.Descending, item.NullsFirst))];

    /// <summary>f(direct arguments) WITHIN GROUP (ORDER BY values): the aggregate gets the values in their order, then the direct arguments.</summary>
    private ColumnExpression BindOrderedSet(FunctionCall call, Expression[] direct, Scope scope)
    {
        int position = call.Position;
        ExpressionKind kind = scope.Kind;
        Expression? filter = call.Filter is null ? null : state.Expressions.BindCondition(call.Filter, scope, ExpressionKind.Filter);
        List<BoundSortItem> order = BindSort(call.OrderBy, scope, ExpressionKind.OrderBy, requireOrdering: false);
        scope.Kind = kind;
        Expression[] values = order.Select(item => item.Value).ToArray();
        // A literal has no type of its own here, although the sort takes it for text.
        for (int i = 0; i < values.Length; i++)
            if (call.OrderBy[i].Value is StringLiteral or NullLiteral)
                values[i] = state.Expressions.BindOperand(call.OrderBy[i].Value, scope);
        if (Resolve(call, [.. direct, .. values], null) is not FunctionExpression { Function: { } info } bound || !OrderedSetAggregates.IsOrderedSet(info))
        {
            throw BindingErrors.At(
                position, SqlState.WrongObjectType, $"{call.Name.Name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP");
        }

        for (int i = 0; i < values.Length; i++)
            if (!state.Expressions.HasOrdering(values[i].Type))
                throw BindingErrors.At(
                    SyntaxLocation.Of(call.OrderBy[i].Value), SqlState.UndefinedFunction, $"could not identify an ordering operator for type {values[i].Type.WithTypmod(-1)}",
                    "Use an explicit ordering operator or modify the query.");
        if (call.Over is not null)
            throw BindingErrors.At(position, SqlState.FeatureNotSupported, $"OVER is not supported for ordered-set aggregate {call.Name.Name}");
        int count = values.Length;
        Expression[] all;
        if (OrderedSetAggregates.IsHypothetical(info))
        {
            if (direct.Length != count)
            {
                throw BindingErrors.At(
                    position, SqlState.UndefinedFunction, $"function {Signature(call, [.. direct, .. values])} does not exist",
                    $"To use the hypothetical-set aggregate {call.Name.Name}, the number of hypothetical direct arguments (here {direct.Length}) must match the number of ordering columns (here {count}).");
            }

            all = new Expression[count * 2];
            for (int i = 0; i < count; i++)
            {
                SqlType common = Factory.SelectCommonType([values[i], direct[i]], "WITHIN GROUP").WithTypmod(-1);
                all[i] = Factory.CoerceToCommon(values[i], common, "WITHIN GROUP");
                all[count + i] = Factory.CoerceToCommon(direct[i], common, "WITHIN GROUP");
            }
        }
        else
        {
            for (int i = 0; i < count; i++)
                if (values[i].Type.Oid == TypeOid.Unknown && info.ArgumentTypes[^(count - i)] == TypeOid.AnyElement)
                    throw new SqlException(SqlState.DatatypeMismatch, "could not determine polymorphic type because input has type unknown");
            all = [.. bound.Arguments.Skip(direct.Length), .. bound.Arguments.Take(direct.Length)];
        }

        all = all.Select(state.Expressions.ResolveUnknown).ToArray();
        Scope level = LevelOf(filter is null ? all : [.. all, filter], scope) ?? scope;
        CheckNesting(all, order, filter, level, position);
        if (PlaceOf(level, scope).AggregateError() is { } error)
            throw BindingErrors.At(position, SqlState.GroupingError, error);
        AggregateFunction function = OrderedSetAggregates.Create(
            info, all.Select(argument => argument.Type).ToArray(), bound.Type, order.Select(item => (item.Descending, item.NullsFirst)).ToArray())
            ?? throw BindingErrors.NotSupported(position, $"aggregate function {info.Name}");
        (int, bool, bool)[] keys = order.Select((item, i) => (i, item.Descending, item.NullsFirst)).ToArray();
        ColumnExpression result = AddAggregate(call, bound.Type, function, all, all, keys, filter, level);
        // Direct arguments of a hypothetical row have the types of what it stands among.
        FunctionExpression shown = OrderedSetAggregates.IsHypothetical(info) ? (FunctionExpression)bound.WithChildren([.. all.Skip(count), .. all.Take(count)]) : bound;
        state.Recorder?.Call(result.Column, new CallRecord(shown, call)
        {
            Filter = filter,
            DirectCount = direct.Length,
            OrderBy = [.. order.Select((item, i) => new SortedExpression(all[i], item.Descending, item.NullsFirst))],
        });
        return result;
    }

    /// <summary>The column that will hold an aggregate's value.</summary>
    private ColumnExpression AddAggregate(
        FunctionCall call, SqlType type, AggregateFunction function, Expression[] arguments, Expression[] all, (int, bool, bool)[] keys, Expression? filter, Scope level)
    {
        int position = call.Position;
        var candidate = new AggregateCall(-1, function, all)
        {
            IsDistinct = call.IsDistinct,
            Filter = filter,
            OrderBy = keys,
            ArgumentCount = arguments.Length,
        };
        if (candidate.IsDistinct)
            RequireComparable(arguments, position);
        // The same aggregate twice is computed once, unless its arguments are volatile.
        foreach (AggregateCall known in level.Aggregates)
        {
            if (Same(known, candidate))
                return new ColumnExpression(known.Column, type) { Position = position };
        }

        level.FirstAggregate ??= position;
        int column = state.Metadata.AddColumn(call.Name.Name, type);
        level.Aggregates.Add(candidate with { Column = column });
        level.AggregateColumns.Add(column);
        return new ColumnExpression(column, type) { Position = position };
    }

    /// <summary>GROUPING(…): its value depends on the grouping set that a row belongs to.</summary>
    public ColumnExpression BindGrouping(GroupingExpression grouping, Scope scope)
    {
        if (grouping.Arguments.Count > 31)
            throw BindingErrors.At(grouping.Position, SqlState.TooManyArguments, "GROUPING must have fewer than 32 arguments");
        ExpressionKind kind = scope.Kind;
        Expression[] arguments = grouping.Arguments.Select(argument => state.Expressions.Bind(argument, scope, ExpressionKind.Arguments)).ToArray();
        scope.Kind = kind;
        Scope level = LevelOf(arguments, scope) ?? scope;
        CheckNesting(arguments, [], null, level, grouping.Position);
        if (PlaceOf(level, scope).AggregateError() is { } error)
            throw BindingErrors.At(grouping.Position, SqlState.GroupingError, error.Replace("aggregate functions", "grouping operations", StringComparison.Ordinal));
        int column = state.Metadata.AddColumn("grouping", SqlType.Int4);
        level.GroupingCalls.Add(new PendingGrouping(column, arguments));
        level.AggregateColumns.Add(column);
        state.Recorder?.Value(column, new Expressions.RowExpression(SqlType.Record, arguments, []));
        return new ColumnExpression(column, SqlType.Int4) { Position = grouping.Position };
    }

    private static bool Same(AggregateCall a, AggregateCall b) =>
        a.Function.Function.Oid == b.Function.Function.Oid && a.IsDistinct == b.IsDistinct && a.ArgumentCount == b.ArgumentCount
        && Equals(a.Filter, b.Filter) && a.Arguments.SequenceEqual(b.Arguments) && a.OrderBy.SequenceEqual(b.OrderBy)
        && !a.Arguments.Any(argument => argument.IsVolatile);

    private void RequireComparable(Expression[] arguments, int position)
    {
        foreach (Expression argument in arguments)
        {
            if (!state.Expressions.HasOrdering(argument.Type))
            {
                throw BindingErrors.At(
                    position, SqlState.UndefinedFunction, $"could not identify an equality operator for type {argument.Type.WithTypmod(-1)}");
            }
        }
    }

    private static Expression StripImplicit(Expression value) => value switch
    {
        RelabelExpression { IsExplicit: false } relabel => StripImplicit(relabel.Operand),
        IoCastExpression { IsExplicit: false } cast => StripImplicit(cast.Operand),
        FunctionExpression { Form: CallForm.ImplicitCast } cast => StripImplicit(cast.Arguments[0]),
        _ => value,
    };

    private static (Expression[] All, (int, bool, bool)[] Keys) WithOrder(
        Expression[] arguments, List<BoundSortItem> order, FunctionCall call, int position)
    {
        var all = new List<Expression>(arguments);
        var keys = new List<(int, bool, bool)>();
        for (int i = 0; i < order.Count; i++)
        {
            BoundSortItem item = order[i];
            // An implicit cast of an argument is ignored: what is sorted by becomes the argument, cast and all.
            int index = all.FindIndex(argument => argument.Equals(item.Value) || StripImplicit(argument).Equals(item.Value));
            if (index >= 0)
                order[i] = item with { Value = all[index] };
            if (index < 0)
            {
                if (call.IsDistinct)
                {
                    throw BindingErrors.At(
                        item.Value.StartPosition, SqlState.InvalidColumnReference,
                        "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list");
                }

                index = all.Count;
                all.Add(item.Value);
            }

            keys.Add((index, item.Descending, item.NullsFirst));
        }

        return (all.ToArray(), keys.ToArray());
    }

    private List<BoundSortItem> BindSort(SyntaxList<SortItem> items, Scope scope, ExpressionKind kind, bool requireOrdering = true)
    {
        var bound = new List<BoundSortItem>();
        foreach (SortItem item in items)
        {
            Expression value = state.Expressions.ResolveUnknown(state.Expressions.Bind(item.Value, scope, kind));
            if (requireOrdering && !state.Expressions.HasOrdering(value.Type))
            {
                throw BindingErrors.At(
                    item.Position, SqlState.UndefinedFunction, $"could not identify an ordering operator for type {value.Type.WithTypmod(-1)}",
                    "Use an explicit ordering operator or modify the query.");
            }

            (bool descending, bool nullsFirst) = SelectBinder.Direction(item);
            bound.Add(new BoundSortItem(value, descending, nullsFirst));
        }

        return bound;
    }

    /// <summary>The innermost level whose columns the arguments read; null when they read none.</summary>
    private static Scope? LevelOf(IEnumerable<Expression> arguments, Scope scope)
    {
        var columns = new HashSet<int>();
        foreach (Expression argument in arguments)
            TreeWalker.AddColumns(argument, columns);
        for (Scope? level = scope; level is not null; level = level.Parent)
        {
            foreach (int column in columns)
            {
                if (level.Owns(column) || level.AggregateColumns.Contains(column))
                    return level;
            }
        }

        return null;
    }

    /// <summary>Where the subquery that contains the call stands at the aggregate's own level.</summary>
    private static ExpressionKind PlaceOf(Scope level, Scope scope)
    {
        Format.Invariant.Check(scope is not null);
        return level.Kind;
    }

    private static void CheckNesting(
        Expression[] arguments, List<BoundSortItem> order, Expression? filter, Scope level, int position)
    {
        void Visit(Expression part)
        {
            if (part is not ColumnExpression column)
                return;
            if (level.AggregateColumns.Contains(column.Column))
            {
                throw BindingErrors.At(
                    part.Position >= 0 ? part.Position : position, SqlState.GroupingError, "aggregate function calls cannot be nested");
            }

            if (level.WindowColumns.Contains(column.Column))
            {
                throw BindingErrors.At(
                    part.Position >= 0 ? part.Position : position, SqlState.GroupingError,
                    "aggregate function calls cannot contain window function calls");
            }

            if (level.SetReturning.Exists(item => item.Column == column.Column))
            {
                throw BindingErrors.At(
                    part.Position >= 0 ? part.Position : position, SqlState.FeatureNotSupported,
                    "aggregate function calls cannot contain set-returning function calls",
                    "You might be able to move the set-returning function into a LATERAL FROM item.");
            }
        }

        foreach (Expression argument in arguments)
            TreeWalker.Visit(argument, Visit);
        foreach (BoundSortItem item in order)
            TreeWalker.Visit(item.Value, Visit);
        if (filter is not null)
            TreeWalker.Visit(filter, Visit);
    }

    private ColumnExpression BindWindow(FunctionCall call, Expression bound, FunctionKind kind, Scope scope)
    {
        int position = call.Position;
        if (bound is not FunctionExpression function || kind is not (FunctionKind.Window or FunctionKind.Aggregate))
        {
            throw BindingErrors.At(
                position, SqlState.WrongObjectType, $"OVER specified, but {call.Name} is not a window function nor an aggregate function");
        }

        ExpressionKind place = scope.Kind;
        if (place is not (ExpressionKind.SelectTarget or ExpressionKind.OrderBy or ExpressionKind.DistinctOn or ExpressionKind.Other))
        {
            throw BindingErrors.At(
                position, SqlState.WindowingError,
                place is ExpressionKind.JoinOn or ExpressionKind.JoinUsing
                    ? "window functions are not allowed in JOIN conditions"
                    : place is ExpressionKind.WindowOrder or ExpressionKind.WindowPartition
                        ? "window functions are not allowed in window definitions"
                        : $"window functions are not allowed in {place.WindowPlace()}");
        }

        if (call.IsDistinct)
            throw BindingErrors.At(position, SqlState.FeatureNotSupported, "DISTINCT is not implemented for window functions");
        if (call.OrderBy.Count > 0)
            throw BindingErrors.At(position, SqlState.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions");
        Expression? filter = call.Filter is null ? null : state.Expressions.BindCondition(call.Filter, scope, ExpressionKind.Filter);
        (List<Expression> partition, List<BoundSortItem> order, BoundFrame frame) = BindCalledWindow(call.Over!, scope);
        scope.Kind = place;
        Expression[] arguments = function.Arguments.Select(state.Expressions.ResolveUnknown).ToArray();
        foreach (Expression argument in arguments)
        {
            TreeWalker.Visit(argument, part =>
            {
                if (part is ColumnExpression column && scope.WindowColumns.Contains(column.Column))
                    throw BindingErrors.At(part.Position, SqlState.WindowingError, "window function calls cannot be nested");
                if (part is ColumnExpression set && scope.SetReturning.Exists(item => item.Column == set.Column))
                {
                    throw BindingErrors.At(
                        part.Position, SqlState.FeatureNotSupported,
                        "window function calls cannot contain set-returning function calls",
                        "You might be able to move the set-returning function into a LATERAL FROM item.");
                }
            });
        }

        int result = state.Metadata.AddColumn(call.Name.Name, bound.Type);
        AggregateFunction? aggregate = kind == FunctionKind.Aggregate ? state.Types.Aggregate(function, position) : null;
        var window = new WindowCall(result, function.Function.Name, aggregate, arguments, frame) { Filter = filter };
        scope.WindowCalls.Add(new PendingWindowCall(window, partition, order));
        scope.WindowColumns.Add(result);
        state.Recorder?.Call(result, new CallRecord(function, call) { Filter = filter, Window = new WindowRecord(call.Over!, partition, Sorted(order), frame) });
        return new ColumnExpression(result, bound.Type) { Position = position };
    }

    /// <summary>PostgreSQL analyzes windows behind all other clauses: what is wrong with one waits until then.</summary>
    private (List<Expression> Partition, List<BoundSortItem> Order, BoundFrame Frame) BindCalledWindow(WindowDefinition definition, Scope scope)
    {
        try
        {
            return BindWindowDefinition(definition, scope);
        }
        catch (SqlException error) when (!definition.IsBareReference || scope.NamedWindows.Exists(window => window.Name == definition.ReferenceName))
        {
            scope.WindowError ??= error;
            return ([], [], new FrameBinder(state).Bind(null, [], scope, definition.Position));
        }
    }

    /// <summary>Binds a window of the WINDOW clause that no call may use: it is checked and kept all the same.</summary>
    public void BindNamedWindow(WindowDefinition definition, Scope scope) => BindWindowDefinition(definition, scope);

    private (List<Expression> Partition, List<BoundSortItem> Order, BoundFrame Frame) BindWindowDefinition(WindowDefinition definition, Scope scope)
    {
        var partition = new List<Expression>();
        var order = new List<BoundSortItem>();
        WindowFrame? frame = definition.Frame;
        if (definition.Name is not null)
            scope.BoundWindows.Add(definition);
        if (definition.ReferenceName is not null)
        {
            WindowDefinition named = scope.NamedWindows.Find(window => window.Name == definition.ReferenceName)
                ?? throw BindingErrors.At(definition.Position, SqlState.UndefinedObject, $"window \"{definition.ReferenceName}\" does not exist");
            (partition, order, BoundFrame inherited) = BindWindowDefinition(named, scope);
            if (definition.IsBareReference)
                return (partition, order, inherited);
            if (definition.PartitionBy.Count > 0)
            {
                throw BindingErrors.At(
                    definition.Position, SqlState.WindowingError, $"cannot override PARTITION BY clause of window \"{definition.ReferenceName}\"");
            }

            if (definition.OrderBy.Count > 0 && order.Count > 0)
            {
                throw BindingErrors.At(
                    definition.Position, SqlState.WindowingError, $"cannot override ORDER BY clause of window \"{definition.ReferenceName}\"");
            }

            if (named.Frame is not null)
            {
                throw BindingErrors.At(
                    definition.Position, SqlState.WindowingError, $"cannot copy window \"{definition.ReferenceName}\" because it has a frame clause",
                    definition.OrderBy.Count == 0 && definition.PartitionBy.Count == 0 && definition.Frame is null ? "Omit the parentheses in this OVER clause." : null);
            }
        }

        // PostgreSQL looks at the order first.
        order.AddRange(BindSort(definition.OrderBy, scope, ExpressionKind.WindowOrder));
        foreach (Syntax.Expression item in definition.PartitionBy)
            partition.Add(state.Expressions.ResolveUnknown(state.Expressions.Bind(item, scope, ExpressionKind.WindowPartition)));
        BoundFrame bound = new FrameBinder(state).Bind(frame, order, scope, definition.Position);
        if (state.Recorder is not null)
            state.Recorder.Windows[definition] = new WindowRecord(definition, partition.ToArray(), Sorted(order), bound);
        return (partition, order, bound);
    }
}
