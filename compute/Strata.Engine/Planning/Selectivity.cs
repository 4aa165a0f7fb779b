using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Estimates what share of rows satisfies conditions: by statistics where there are some, else PostgreSQL's defaults (clausesel.c, selfuncs.c). Conditions count as independent but for bounds of one
/// column and what statistics objects know. For one planning.
/// </summary>
internal sealed class Selectivity
{
    private const double EqualDefault = 0.005;
    private const double NullDefault = 0.005;
    private const double InequalityDefault = ConstantEstimate.InequalityDefault;
    private const double RangeDefault = 0.005;
    private const double UnknownDefault = 0.5;
    private const double FunctionDefault = 0.3333333;
    private const double ShareMin = 1e-9;

    private bool _isPlain;
    private bool _isPartOfRange;
    private readonly PlannerState _state;
    private readonly ConstantEstimate _constants;
    private readonly SampledValues _samples;
    private readonly PatternEstimate _patterns;
    private readonly ExtendedEstimate _extended;
    private readonly GroupEstimate _groups;

    public Selectivity(PlannerState state)
    {
        _state = state;
        Variables = new VariableFinder(state);
        _constants = new ConstantEstimate(state.Context.Functions, state.Context.Peek);
        _samples = new SampledValues(state, Variables);
        _patterns = new PatternEstimate(_constants, _samples);
        _extended = new ExtendedEstimate(state, this);
        _groups = new GroupEstimate(state, Variables, _samples);
    }

    /// <summary>What columns and expressions are known by.</summary>
    public VariableFinder Variables { get; }

    /// <summary>The share of rows for which all conditions hold.</summary>
    public double Of(IEnumerable<Expression> conditions)
    {
        IReadOnlyList<Expression> all = conditions as IReadOnlyList<Expression> ?? [.. conditions];
        if (all.Count == 0)
            return 1;
        double share = 1;
        if (all.Count > 1 && !_isPlain)
        {
            share = _extended.Apply(all, out HashSet<Expression>? done);
            if (done is not null)
                all = [.. all.Where(condition => !done.Contains(condition))];
        }

        return Math.Clamp(share * Independent(all), ShareMin, 1);
    }

    /// <summary>The share of rows for which all conditions hold, without a look at statistics objects.</summary>
    public double Simple(IReadOnlyList<Expression> conditions)
    {
        bool before = _isPlain;
        _isPlain = true;
        try
        {
            return Independent(conditions);
        }
        finally
        {
            _isPlain = before;
        }
    }

    private double Independent(IReadOnlyList<Expression> conditions)
    {
        double share = 1;
        // Lower and upper bounds of one value leave what lies between them: their shares are not independent.
        Dictionary<Expression, RangeShare>? ranges = null;
        List<(Expression Condition, Bound Bound)>? peeked = null;
        foreach (Expression condition in conditions)
        {
            if (BoundOf(condition) is not { } bound)
            {
                share *= Of(condition);
                continue;
            }

            ranges ??= [];
            ranges.TryGetValue(bound.Variable.Expression, out RangeShare known);
            if (_state.Context.Peek is not null)
                (peeked ??= []).Add((condition, bound));
            ranges[bound.Variable.Expression] = known.With(bound.IsLower, OfBound(condition), bound.Variable.NullFraction);
        }

        if (ranges is null)
            return share;
        foreach ((Expression operand, RangeShare range) in ranges)
        {
            share *= range.Between;
            if (peeked is not null)
                NoteRange(operand, peeked, range.Between);
        }

        return share;
    }

    /// <summary>A condition that bounds a variable on one side.</summary>
    private readonly record struct Bound(Variable Variable, Expression Value, bool IsLower, bool IsInclusive)
    {
        public ProbeComparison Comparison => (IsLower, IsInclusive) switch
        {
            (true, true) => ProbeComparison.AboveOrEqual,
            (true, false) => ProbeComparison.Above,
            (false, true) => ProbeComparison.BelowOrEqual,
            _ => ProbeComparison.Below,
        };
    }

    // One of several bounds: what they leave together is noted, not what each leaves.
    private double OfBound(Expression condition)
    {
        bool before = _isPartOfRange;
        _isPartOfRange = true;
        try
        {
            return Of(condition);
        }
        finally
        {
            _isPartOfRange = before;
        }
    }

    private void NoteRange(Expression operand, List<(Expression Condition, Bound Bound)> bounds, double share)
    {
        ParameterPeek peek = _state.Context.Peek!;
        (Expression Condition, Bound Bound)[] own = [.. bounds.Where(bound => bound.Bound.Variable.Expression.Equals(operand))];
        if (!Array.Exists(own, bound => peek.Mentions(bound.Condition)))
            return;
        Variable variable = own[0].Bound.Variable;
        if (IsSampled(variable))
            peek.IsOpaque = true;
        else
            peek.Note(variable, [.. own.Select(bound => peek.Term(bound.Bound.Comparison, bound.Bound.Value))], share);
    }

    // Expressions without statistics are tried on a sample of the table's rows.
    private static bool IsSampled(Variable variable) => variable is { Statistics: null, IsUnique: false } && variable.Expression is not ColumnExpression;

    private Bound? BoundOf(Expression condition)
    {
        if (condition is not FunctionExpression { Operator: { } op, Arguments: [var left, var right] } || EstimatorOf(op) is not ("scalarltsel" or "scalarlesel" or "scalargtsel" or "scalargesel"))
            return null;
        bool isLower = EstimatorOf(op) is "scalargtsel" or "scalargesel", isInclusive = EstimatorOf(op) is "scalarlesel" or "scalargesel";
        if (_constants.ConstantOf(right) is not null || right is ParameterExpression)
            return Known(left) is { } own ? new Bound(own, right, isLower, isInclusive) : null;
        if (_constants.ConstantOf(left) is not null || left is ParameterExpression)
            return Known(right) is { } other ? new Bound(other, left, !isLower, isInclusive) : null;
        return null;
    }

    private Variable? Known(Expression operand) => Variables.Find(operand);

    /// <summary>The share of rows for which a condition holds.</summary>
    public double Of(Expression condition)
    {
        if (_state.Context.Peek is not { } peek || condition is BooleanExpression)
            return Estimate(condition);
        int notes = peek.Notes;
        double share = Estimate(condition);
        peek.IsOpaque |= notes == peek.Notes && peek.Mentions(condition);
        return share;
    }

    private double Estimate(Expression condition)
    {
        Vectors.DepthGuard.Check();
        switch (condition)
        {
            case ConstantExpression constant:
                return !constant.IsNull && constant.Value.AsBoolean ? 1 : 0;
            case BooleanExpression { Operator: BooleanOperator.And } and:
                return Of((IEnumerable<Expression>)and.Operands);
            case BooleanExpression { Operator: BooleanOperator.Or } or:
                return OfOr(or);
            case BooleanExpression { Operator: BooleanOperator.Not } not:
                return OfNot(not.Operands[0]);
            case NullTestExpression test:
                return OfNullTest(test);
            case BooleanTestExpression test:
                return OfBooleanTest(test);
            case FunctionExpression { Operator: { } op } call:
                return Math.Clamp(OfOperator(op, call.Arguments, condition), 0, 1);
            case ArrayComparisonExpression any:
                return Math.Clamp(OfArray(any), 0, 1);
            case DistinctFromExpression distinct:
                double equal = OfOperator(distinct.Equality, [distinct.Left, distinct.Right], condition);
                return Math.Clamp(distinct.IsNot ? equal : 1 - equal, 0, 1);
            case RowComparisonExpression row:
                return OfRow(row);
            case ColumnExpression or RelabelExpression or CoalesceExpression or CaseExpression when condition.Type.Plain.Oid == TypeOid.Boolean:
                return OfBoolean(condition);
            case CurrentOfExpression:
                return ShareMin;
            case FunctionExpression { ReturnsSet: false }:
                return _samples.Share(condition) ?? FunctionDefault;
            default:
                return _samples.Share(condition) ?? UnknownDefault;
        }
    }

    private double OfOr(BooleanExpression or)
    {
        if (_samples.Share(or) is { } sampled && Known(or.Operands[0]) is null && or.Operands.Count > 2)
            return sampled;
        HashSet<Expression>? done = null;
        double share = _isPlain ? 0 : _extended.ApplyOr(or.Operands, out done);
        foreach (Expression operand in or.Operands)
        {
            double own = done?.Contains(operand) == true ? 0 : Of(operand);
            share = share + own - (share * own);
        }

        // Equalities of one column with different values exclude each other.
        return IsDisjoint(or) ? Math.Min(1, or.Operands.Sum(Of)) : Math.Clamp(share, 0, 1);
    }

    private bool IsDisjoint(BooleanExpression or)
    {
        Expression? first = null;
        foreach (Expression operand in or.Operands)
        {
            if (operand is not FunctionExpression { Operator: { } op, Arguments: [var left, var right] } || EstimatorOf(op) != "eqsel" || _constants.ConstantOf(right) is null)
                return false;
            first ??= left;
            if (!first.Equals(left))
                return false;
        }

        return true;
    }

    private double OfNot(Expression operand)
    {
        double nulls = operand is ColumnExpression ? Known(operand)?.NullFraction ?? 0 : 0;
        return Math.Clamp(1 - Of(operand) - nulls, 0, 1);
    }

    private double OfNullTest(NullTestExpression test)
    {
        Variable? variable = Known(test.Operand);
        double nulls = variable?.Statistics is not null ? variable.NullFraction : IsNotNull(variable) ? 0 : NullDefault;
        return test.IsNotNull ? 1 - nulls : nulls;
    }

    private static bool IsNotNull(Variable? variable) => variable is { IsUnique: true };

    /// <summary>The share of rows whose boolean value is true.</summary>
    private double OfBoolean(Expression value)
    {
        if (Known(value) is { Statistics: not null } variable)
            return _constants.Equal(variable, ConstantExpression.Boolean(true));
        return _samples.Share(value) ?? UnknownDefault;
    }

    private double OfBooleanTest(BooleanTestExpression test)
    {
        double nulls = Known(test.Operand)?.NullFraction ?? 0;
        double isTrue = Of(test.Operand), isFalse = Math.Max(0, 1 - isTrue - nulls);
        double share = test.Test switch
        {
            BooleanTest.IsTrue => isTrue,
            BooleanTest.IsNotTrue => 1 - isTrue,
            BooleanTest.IsFalse => isFalse,
            BooleanTest.IsNotFalse => 1 - isFalse,
            BooleanTest.IsUnknown => nulls == 0 ? NullDefault : nulls,
            _ => 1 - (nulls == 0 ? NullDefault : nulls),
        };
        return Math.Clamp(share, 0, 1);
    }

    private double OfRow(RowComparisonExpression row)
    {
        double share = 1;
        if (row.Comparison is RowComparison.Equal or RowComparison.NotEqual)
        {
            for (int i = 0; i < row.Left.Count; i++)
                share *= OfOperator(row.Operators[i], [row.Left[i], row.Right[i]], row);
            return Math.Clamp(row.Comparison == RowComparison.Equal ? share : 1 - share, 0, 1);
        }

        return Math.Clamp(OfOperator(row.Operators[0], [row.Left[0], row.Right[0]], row), 0, 1);
    }

    /// <summary>Name of the function that PostgreSQL estimates an operator by.</summary>
    internal static string EstimatorOf(OperatorInfo op) => op.RestrictOid == 0 ? "" : BuiltinRegistry.Function(op.RestrictOid)?.Name ?? "";

    private double OfOperator(OperatorInfo op, IReadOnlyList<Expression> arguments, Expression condition)
    {
        string estimator = EstimatorOf(op);
        if (arguments.Count != 2)
            return _samples.Share(condition) ?? UnknownDefault;
        (Expression left, Expression right) = (arguments[0], arguments[1]);
        switch (estimator)
        {
            case "eqsel":
                return Equality(left, right);
            case "neqsel":
                return NotEqual(left, right);
            case "scalarltsel" or "scalarlesel" or "scalargtsel" or "scalargesel":
                return Inequality(left, right, estimator is "scalargtsel" or "scalargesel", estimator is "scalarlesel" or "scalargesel");
            case "likesel" or "iclikesel" or "regexeqsel" or "icregexeqsel" or "prefixsel":
                return Pattern(left, right, condition, estimator);
            case "nlikesel" or "icnlikesel" or "regexnesel" or "icregexnesel":
                return Math.Max(0, 1 - Pattern(left, right, null, estimator.Replace("nlike", "like", StringComparison.Ordinal).Replace("regexne", "regexeq", StringComparison.Ordinal)) - (Known(left)?.NullFraction ?? 0));
            case "arraycontsel":
                return ElementEstimate.Share(op.Name, Known(left), _constants.ConstantOf(right), Known(right), _constants.ConstantOf(left)) ?? _samples.Share(condition) ?? RangeDefault;
            case "contsel":
                return _samples.Share(condition) ?? 0.001;
            case "areasel":
                return 0.005;
            case "positionsel":
                return 0.1;
            case "matchingsel":
                return _samples.Share(condition) ?? 0.010;
            case "tsmatchsel":
                return 0.001;
            case "rangesel" or "multirangesel":
                return _samples.Share(condition) ?? (op.Name == "&&" ? 0.01 : op.Name is "@>" or "<@" ? 0.005 : InequalityDefault);
            case "networksel":
                return _samples.Share(condition) ?? (op.Name == "&&" ? 0.01 : 0.005);
            default:
                return _samples.Share(condition) ?? UnknownDefault;
        }
    }

    private double Equality(Expression left, Expression right)
    {
        if (VariableFinder.Unwrap(left).Equals(VariableFinder.Unwrap(right)))
            return 1 - (Known(left)?.NullFraction ?? 0);
        Variable? a = Known(left), b = Known(right);
        if (a is not null && b is not null)
            return JoinEstimate.Equal(WithDistinct(a), WithDistinct(b));
        if ((a ?? b) is not { } variable)
            return EqualDefault;
        Expression other = a is null ? left : right;
        ConstantExpression? constant = _constants.ConstantOf(other);
        if (variable.Statistics is null && !variable.IsUnique && variable.Expression is not ColumnExpression)
        {
            if (constant is not null && _samples.Share(EqualityCondition(left, right)) is { } sampled)
                return sampled;
            return 1 / Math.Max(1, WithDistinct(variable).Distinct);
        }

        double share = _constants.Equal(variable, constant);
        if (_state.Context.Peek is { } peek && peek.Mentions(other))
            peek.Note(variable, [peek.Term(ProbeComparison.Equal, other)], share);
        return share;
    }

    private static Expression EqualityCondition(Expression left, Expression right)
    {
        // The sample only needs to know which values are equal to the constant.
        OperatorInfo? op = BuiltinRegistry.Operator("=", left.Type.Oid, right.Type.Oid) ?? BuiltinRegistry.Operator("=", TypeOid.Text, TypeOid.Text);
        return op?.Function is { } function && op.LeftType == left.Type.Oid && op.RightType == right.Type.Oid
            ? new FunctionExpression(function, SqlType.Boolean, [left, right]) { Operator = op, Form = CallForm.Operator }
            : ConstantExpression.Null(SqlType.Boolean);
    }

    /// <summary>An expression without statistics has as many values as its columns' values give.</summary>
    private Variable WithDistinct(Variable variable)
    {
        if (variable.Statistics is not null || variable.IsUnique || variable.Expression is ColumnExpression || variable.Relation is null)
            return variable;
        double distinct = _groups.DistinctOf(variable.Expression, variable.TableRows);
        return variable with { Statistics = variable.Statistics, Type = variable.Type, TableRows = Math.Max(1, distinct), IsUnique = true };
    }

    private double NotEqual(Expression left, Expression right)
    {
        double nulls = Known(left)?.NullFraction ?? Known(right)?.NullFraction ?? 0;
        if (_constants.ConstantOf(right) is { IsNull: true } || _constants.ConstantOf(left) is { IsNull: true })
            return 0;
        return Math.Max(0, 1 - Equality(left, right) - nulls);
    }

    private double Inequality(Expression left, Expression right, bool isAbove, bool isInclusive)
    {
        ConstantExpression? constant = _constants.ConstantOf(right);
        Variable? variable = Known(left);
        bool isWrittenAbove = isAbove;
        if (constant is null && _constants.ConstantOf(left) is { } first)
        {
            (constant, variable) = (first, Known(right));
            isAbove = !isAbove;
        }

        if (constant is null)
        {
            if (variable is not null && Known(right) is { } other && JoinEstimate.Below(variable, other) is { } below)
                return Math.Clamp(isAbove ? 1 - below : below, 0.0001, 0.9999);
            return InequalityDefault;
        }

        if (variable is { Statistics: null } && variable.Expression is not ColumnExpression
            && _samples.Share(Comparison(left, right, isWrittenAbove, isInclusive)) is { } sampled)
            return sampled;
        if (variable is null)
            return InequalityDefault;
        double share = _constants.Range(variable, constant, isAbove, isInclusive);
        Expression value = isAbove == isWrittenAbove ? right : left;
        if (_state.Context.Peek is not { } peek || !peek.Mentions(value))
            return share;
        if (_isPartOfRange)
            peek.NotePart();
        else
            peek.Note(variable, [peek.Term(new Bound(variable, value, isAbove, isInclusive).Comparison, value)], share);
        return share;
    }

    private static Expression Comparison(Expression left, Expression right, bool isAbove, bool isInclusive)
    {
        string name = (isAbove ? ">" : "<") + (isInclusive ? "=" : "");
        OperatorInfo? op = BuiltinRegistry.Operator(name, left.Type.Oid, right.Type.Oid);
        return op?.Function is { } function
            ? new FunctionExpression(function, SqlType.Boolean, [left, right]) { Operator = op, Form = CallForm.Operator }
            : ConstantExpression.Null(SqlType.Boolean);
    }

    private double Pattern(Expression left, Expression right, Expression? condition, string estimator)
    {
        bool isLike = estimator is "likesel" or "iclikesel" or "prefixsel";
        ConstantExpression? pattern = _constants.ConstantOf(right);
        if (estimator == "prefixsel" && pattern is { IsNull: false })
            pattern = new ConstantExpression(SqlType.Text, Datum.OfText(pattern.Value.AsText.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%"));
        string name = (isLike ? "~~" : "~") + (estimator.StartsWith("ic", StringComparison.Ordinal) ? "*" : "");
        condition ??= BuiltinRegistry.Operator(name, TypeOid.Text, TypeOid.Text) is { Function: { } function } op
            ? new FunctionExpression(function, SqlType.Boolean, [left, right]) { Operator = op, Form = CallForm.Operator }
            : ConstantExpression.Null(SqlType.Boolean);
        return _patterns.Share(condition, Known(left), pattern, isLike, estimator.StartsWith("ic", StringComparison.Ordinal));
    }

    /// <summary>op ANY and op ALL: equalities with different values exclude each other, others are independent.</summary>
    private double OfArray(ArrayComparisonExpression any)
    {
        string estimator = EstimatorOf(any.Operator);
        IReadOnlyList<Expression>? elements = ElementsOf(any.Array);
        bool isDisjoint = estimator == (any.IsAll ? "neqsel" : "eqsel");
        if (elements is null)
        {
            if (estimator is "eqsel" && !any.IsAll && _constants.ConstantOf(any.Scalar) is not null && Known(any.Array) is { Statistics.Source.CommonElements.Length: > 0 } array)
                return ElementEstimate.Holds(array, _constants, _constants.ConstantOf(any.Scalar)!) ?? RangeDefault;
            // An array of unknown length is taken to have ten elements.
            elements = Enumerable.Repeat<Expression>(new ParameterExpression(int.MaxValue, any.Array.Type.ElementType ?? any.Scalar.Type), 10).ToArray();
        }

        double share = any.IsAll ? 1 : 0, disjoint = share;
        foreach (Expression element in elements)
        {
            double own = OfOperator(any.Operator, [any.Scalar, element], ConstantExpression.Null(SqlType.Boolean));
            share = any.IsAll ? share * own : share + own - (share * own);
            disjoint += any.IsAll ? own - 1 : own;
        }

        // Of a key each element finds a row at most: only their number matters.
        if (_state.Context.Peek is { } peek && peek.Mentions(any.Array) && Known(any.Scalar) is { IsUnique: true } && _constants.ConstantOf(any.Array) is { } value)
            peek.NoteCount(any.Array, value);
        return isDisjoint && disjoint is >= 0 and <= 1 ? disjoint : share;
    }

    private IReadOnlyList<Expression>? ElementsOf(Expression array)
    {
        if (array is ArrayExpression { IsNested: false } list)
            return list.Elements;
        if (_constants.ConstantOf(array) is not { IsNull: false } constant || constant.Type.ElementType is not { } type)
            return null;
        var elements = new List<Expression>();
        using var vector = new Vectors.Vector(type);
        vector.Reset(1);
        foreach (ArrayValue.Element element in new ArrayValue(constant.Value.Bytes))
        {
            if (element.IsNull)
            {
                elements.Add(ConstantExpression.Null(type));
                continue;
            }

            vector.SetStored(0, element.Stored);
            elements.Add(new ConstantExpression(type, Datum.FromVector(vector, 0)));
        }

        return elements;
    }

    /// <summary>The constant behind an expression; null when there is none.</summary>
    public ConstantExpression? ConstantOf(Expression expression) => _constants.ConstantOf(expression);

    /// <summary>How many different values a column has.</summary>
    public double DistinctOf(int column) => Variables.Find(new ColumnExpression(column, _state.Metadata[column].Type)) is { } variable ? variable.Distinct : 200;

    /// <summary>The share of left rows that have a partner under an equality; <paramref name="rightRows"/>: rows of the right side.</summary>
    public double Semi(Expression left, Expression right, double rightRows) =>
        Known(left) is { } a && Known(right) is { } b ? JoinEstimate.Semi(WithDistinct(a), WithDistinct(b), rightRows) : UnknownDefault;

    /// <summary>How many groups columns make of some rows.</summary>
    public double GroupsOf(IReadOnlyList<int> columns, double rows = double.PositiveInfinity, Func<int, double?>? rowsOfScan = null) => _groups.Groups(columns, rows, rowsOfScan);
}
