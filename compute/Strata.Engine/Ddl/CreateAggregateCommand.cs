using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE AGGREGATE, in the present and the old style.</summary>
internal sealed class CreateAggregateCommand(DdlContext context, DefineStatement statement)
{
    private readonly Dictionary<string, DefinitionElement> _options = [];

    public void Execute()
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        foreach (DefinitionElement option in statement.Definition)
        {
            string name = option.Name switch { "sfunc1" => "sfunc", "stype1" => "stype", "initcond1" => "initcond", _ => option.Name };
            if (!IsKnown(name))
                context.Session.Notice($"aggregate attribute \"{option.Name}\" not recognized", "WARNING", "42601");
            else
                _options[name] = option;
        }

        if (!_options.TryGetValue("stype", out DefinitionElement? stateOption))
            throw Bad("aggregate stype must be specified");
        if (!_options.TryGetValue("sfunc", out DefinitionElement? transitionOption))
            throw Bad("aggregate sfunc must be specified");
        (RoutineParameter[] parameters, uint variadic, char kind, int direct) = Parameters();
        SqlType state = DefinitionValues.ResolveType(context, stateOption);
        if (state.IsPseudo && !state.IsPolymorphic && !(state.Oid == TypeOid.Internal && context.Session.IsSuperuser))
            throw Bad($"aggregate transition data type cannot be {TypeNames.Format(state)}");
        uint[] inputs = [.. parameters.Select(static p => p.TypeOid)];
        CheckPolymorphicState(state, inputs);
        // VARIADIC "any" before ORDER BY is the same argument as that after it.
        uint[] transitionInputs = kind == 'n' ? inputs : direct == inputs.Length && variadic != 0 ? inputs[^1..] : inputs[direct..];
        FunctionInfo transition = Lookup(DefinitionValues.Name(transitionOption), [state.Oid, .. transitionInputs], state.Oid, "transition");
        bool extra = _options.TryGetValue("finalfunc_extra", out DefinitionElement? extraOption) && DefinitionValues.Flag(extraOption);
        FunctionInfo? final = Optional("finalfunc", kind == 'n' ? extra ? [state.Oid, .. inputs] : [state.Oid] : extra ? [state.Oid, .. inputs] : [state.Oid, .. inputs[..direct]]);
        uint resultType = final is null ? state.Oid : Actual(final, kind == 'n' ? extra ? [state.Oid, .. inputs] : [state.Oid] : extra ? [state.Oid, .. inputs] : [state.Oid, .. inputs[..direct]]);
        FunctionInfo? combine = Optional("combinefunc", [state.Oid, state.Oid]);
        if (combine is not null && Actual(combine, [state.Oid, state.Oid]) != state.Oid)
            throw new SqlException(SqlState.DatatypeMismatch, $"return type of combine function {combine.Name} is not {TypeNames.Format(state)}");
        string? initial = _options.TryGetValue("initcond", out DefinitionElement? initialOption) ? DefinitionValues.Text(initialOption) : null;
        if (transition.IsStrict && initial is null && transitionInputs.Length > 0 && !new TypeCoercion(context.Session.Catalog).IsBinaryCoercible(transitionInputs[0], state.Oid))
            throw Bad("must not omit initial value when transition function is strict and transition type is not compatible with input type");
        if (initial is not null && !state.IsPseudo)
            TypeInput.Parse(state, System.Text.Encoding.UTF8.GetBytes(initial), context.Session);
        SqlType? moving = _options.TryGetValue("mstype", out DefinitionElement? movingOption) ? DefinitionValues.ResolveType(context, movingOption) : null;
        CheckMoving(moving);
        FunctionInfo? movingTransition = moving is null ? null : Optional("msfunc", [moving.Oid, .. transitionInputs]);
        FunctionInfo? movingInverse = moving is null ? null : Optional("minvfunc", [moving.Oid, .. transitionInputs]);
        FunctionInfo? movingFinal = moving is null ? null : Optional("mfinalfunc", [moving.Oid]);
        if (movingTransition is not null && movingInverse is not null && movingTransition.IsStrict != movingInverse.IsStrict)
            throw Bad("strictness of aggregate's forward and inverse transition functions must match");
        var routine = new RoutineInfo
        {
            Oid = 0,
            Name = statement.Name.Name,
            SchemaOid = schema.Oid,
            OwnerOid = context.CurrentUser,
            LanguageOid = RoutineInfo.InternalLanguage,
            Kind = FunctionKind.Aggregate,
            Cost = 1,
            ReturnType = resultType,
            Parameters = parameters,
            VariadicElementType = variadic,
            Volatility = Volatility.Immutable,
            Parallel = Parallel(),
            Source = "aggregate_dummy",
            Aggregate = new AggregateDefinition
            {
                Kind = kind,
                DirectArguments = direct,
                TransitionOid = transition.Oid,
                FinalOid = final?.Oid ?? 0,
                CombineOid = combine?.Oid ?? 0,
                SerialOid = Optional("serialfunc", [TypeOid.Internal])?.Oid ?? 0,
                DeserialOid = Optional("deserialfunc", [TypeOid.Bytea, TypeOid.Internal])?.Oid ?? 0,
                MovingTransitionOid = movingTransition?.Oid ?? 0,
                MovingInverseOid = movingInverse?.Oid ?? 0,
                MovingFinalOid = movingFinal?.Oid ?? 0,
                FinalTakesArguments = extra,
                MovingFinalTakesArguments = _options.TryGetValue("mfinalfunc_extra", out DefinitionElement? movingExtra) && DefinitionValues.Flag(movingExtra),
                FinalModify = Modify("finalfunc_modify", kind),
                MovingFinalModify = Modify("mfinalfunc_modify", kind),
                SortOperatorOid = SortOperator(inputs),
                StateType = state.Oid,
                StateSpace = _options.TryGetValue("sspace", out DefinitionElement? space) ? DefinitionValues.Integer(space) : 0,
                MovingStateType = moving?.Oid ?? 0,
                MovingStateSpace = _options.TryGetValue("msspace", out DefinitionElement? movingSpace) ? DefinitionValues.Integer(movingSpace) : 0,
                InitialValue = initial,
                MovingInitialValue = _options.TryGetValue("minitcond", out DefinitionElement? movingInitial) ? DefinitionValues.Text(movingInitial) : null,
            },
        };
        Store(routine, [transition.Oid, final?.Oid ?? 0, combine?.Oid ?? 0, movingTransition?.Oid ?? 0, movingInverse?.Oid ?? 0, movingFinal?.Oid ?? 0], state.Oid);
    }

    private static bool IsKnown(string name) => name is "sfunc" or "stype" or "finalfunc" or "finalfunc_extra" or "finalfunc_modify" or "combinefunc" or "serialfunc" or "deserialfunc"
        or "initcond" or "basetype" or "sspace" or "sortop" or "parallel" or "hypothetical" or "msfunc" or "minvfunc" or "mfinalfunc" or "mfinalfunc_extra"
        or "mfinalfunc_modify" or "mstype" or "msspace" or "minitcond";

    private void CheckMoving(SqlType? moving)
    {
        if (moving is not null)
        {
            if (!_options.ContainsKey("msfunc"))
                throw Bad("aggregate msfunc must be specified when mstype is specified");
            if (!_options.ContainsKey("minvfunc"))
                throw Bad("aggregate minvfunc must be specified when mstype is specified");
            return;
        }

        foreach (string name in new[] { "msfunc", "minvfunc", "mfinalfunc", "msspace", "minitcond" })
            if (_options.ContainsKey(name))
                throw Bad($"aggregate {name} must not be specified without mstype");
    }

    private (RoutineParameter[] Parameters, uint Variadic, char Kind, int Direct) Parameters()
    {
        if (statement.Arguments is not { } arguments)
        {
            if (!_options.TryGetValue("basetype", out DefinitionElement? basetype))
                throw Bad("aggregate input type must be specified");
            return basetype.Value is StringLiteral { Value: var word } && word.Equals("any", StringComparison.OrdinalIgnoreCase)
                ? ([], 0, 'n', 0)
                : ([new RoutineParameter("", 'i', DefinitionValues.ResolveType(context, basetype).Oid, null)], 0, 'n', 0);
        }

        if (_options.ContainsKey("basetype"))
            throw Bad("basetype is redundant with aggregate input type specification");
        var parameters = new List<RoutineParameter>();
        uint variadic = 0;
        foreach (FunctionParameter parameter in arguments.Parameters)
        {
            if (parameter.Mode is ParameterMode.Out or ParameterMode.InOut)
                throw new SqlException(SqlState.FeatureNotSupported, "aggregates cannot have output arguments");
            if (parameter.Type.IsSetOf)
                throw Bad("aggregates cannot accept set arguments");
            SqlType type = context.ResolveType(parameter.Type);
            bool isVariadic = parameter.Mode == ParameterMode.Variadic;
            if (isVariadic)
                variadic = type.Oid switch { TypeOid.Any => TypeOid.Any, TypeOid.AnyArray => TypeOid.AnyElement, TypeOid.AnyCompatibleArray => TypeOid.AnyCompatible, _ => type.ElementOid };
            parameters.Add(new RoutineParameter(parameter.Name ?? "", isVariadic ? 'v' : 'i', type.Oid, null));
        }

        bool isOrdered = arguments.DirectCount >= 0;
        bool isHypothetical = _options.TryGetValue("hypothetical", out DefinitionElement? option) && DefinitionValues.Flag(option);
        if (isHypothetical && !isOrdered)
            throw Bad("only ordered-set aggregates can be hypothetical");
        return ([.. parameters], variadic, !isOrdered ? 'n' : isHypothetical ? 'h' : 'o', isOrdered ? arguments.DirectCount : 0);
    }

    private static void CheckPolymorphicState(SqlType state, uint[] inputs)
    {
        if (!state.IsPolymorphic)
            return;
        bool isCompatible = state.Oid is TypeOid.AnyCompatible or TypeOid.AnyCompatibleArray or TypeOid.AnyCompatibleNonArray or TypeOid.AnyCompatibleRange;
        foreach (uint input in inputs)
            if (BuiltinTypes.Find(input) is { IsPolymorphic: true } type
                && isCompatible == type.Oid is TypeOid.AnyCompatible or TypeOid.AnyCompatibleArray or TypeOid.AnyCompatibleNonArray or TypeOid.AnyCompatibleRange)
                return;
        throw new SqlException(SqlState.InvalidFunctionDefinition, "cannot determine transition data type")
        {
            Detail = isCompatible
                ? $"A result of type {state} requires at least one input of type anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange."
                : $"A result of type {state} requires at least one input of type anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange.",
        };
    }

    private FunctionInfo Lookup(QualifiedName name, uint[] types, uint result, string word)
    {
        FunctionInfo function = FunctionFinder.Require(context, name, types);
        if (function.ReturnsSet)
            throw new SqlException(SqlState.DatatypeMismatch, $"function {name} returns a set");
        return Actual(function, types) == result
            ? function
            : throw new SqlException(SqlState.DatatypeMismatch, $"return type of {word} function {name} is not {TypeNames.Format(context.Session.Catalog.FindType(result)!)}");
    }

    private FunctionInfo? Optional(string option, uint[] types) =>
        _options.TryGetValue(option, out DefinitionElement? given) ? FunctionFinder.Require(context, DefinitionValues.Name(given), types) : null;

    // The result type when the function is called with these types: polymorphic ones follow polymorphic arguments.
    private uint Actual(FunctionInfo function, uint[] types)
    {
        if (BuiltinTypes.Find(function.ReturnType) is not { IsPolymorphic: true })
            return function.ReturnType;
        for (int i = 0; i < function.ArgumentTypes.Length && i < types.Length; i++)
            if (function.ArgumentTypes[i] == function.ReturnType)
                return types[i];
        PolymorphicTypes resolved = PolymorphicTypes.Resolve(new TypeCoercion(context.Session.Catalog), types.AsSpan(0, function.ArgumentTypes.Length), function.ArgumentTypes);
        return resolved.Problem is null && !resolved.Unresolved ? resolved.Actual(function.ReturnType).Oid : function.ReturnType;
    }

    private char Parallel()
    {
        if (!_options.TryGetValue("parallel", out DefinitionElement? option))
            return 'u';
        return DefinitionValues.Text(option) switch
        {
            "safe" => 's',
            "restricted" => 'r',
            "unsafe" => 'u',
            _ => throw new SqlException(SqlState.SyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE"),
        };
    }

    private char Modify(string name, char kind)
    {
        if (!_options.TryGetValue(name, out DefinitionElement? option))
            return kind == 'n' ? 'r' : 'w';
        return DefinitionValues.Text(option) switch
        {
            "read_only" => 'r',
            "shareable" => 's',
            "read_write" => 'w',
            _ => throw new SqlException(SqlState.SyntaxError, $"parameter \"{name}\" must be READ_ONLY, SHAREABLE, or READ_WRITE"),
        };
    }

    private uint SortOperator(uint[] inputs)
    {
        if (!_options.TryGetValue("sortop", out DefinitionElement? option))
            return 0;
        if (inputs.Length != 1)
            throw Bad("sort operator can only be specified for single-argument aggregates");
        QualifiedName name = DefinitionValues.Name(option);
        return new TypeCoercion(context.Session.Catalog).Operator(name.Name, inputs[0], inputs[0])?.Oid
            ?? throw new SqlException(SqlState.UndefinedFunction, $"operator does not exist: {BuiltinTypes.Find(inputs[0])} {name.Name} {BuiltinTypes.Find(inputs[0])}");
    }

    private void Store(RoutineInfo routine, uint[] functions, uint stateType)
    {
        context.LockName(routine.SchemaOid, routine.Name);
        RoutineInfo? known = context.View.FindRoutines(routine.SchemaOid, routine.Name).FirstOrDefault(r => r.ArgumentTypes.AsSpan().SequenceEqual(routine.ArgumentTypes));
        if (known is not null && !statement.OrReplace)
            throw new SqlException(SqlState.DuplicateFunction, $"function \"{routine.Name}\" already exists with same argument types");
        if (known is not null && known.Kind != FunctionKind.Aggregate)
            throw new SqlException(SqlState.WrongObjectType, "cannot change routine kind")
            {
                Detail = $"\"{known.Name}\" is {(known.Kind switch { FunctionKind.Procedure => "a procedure", FunctionKind.Window => "a window function", _ => "an ordinary function" })}.",
            };
        if (known is not null && known.ReturnType != routine.ReturnType)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "cannot change return type of existing function")
            {
                Hint = $"Use DROP AGGREGATE {RoutineNames.Signature(known, context.Session.Catalog)} first.",
            };
        uint oid = known?.Oid ?? context.NewOid();
        var self = new ObjectAddress(CatalogOids.PgProc, oid);
        routine = routine with { Oid = oid, Acl = known?.Acl, Dependencies = [.. FunctionFinder.DependenciesOn(self, functions, [stateType])] };
        if (known is null)
            context.Changes.Create(routine, context.Cancellation);
        else
            context.Changes.Replace(known, routine with { OwnerOid = known.OwnerOid }, context.Cancellation);
    }

    private static SqlException Bad(string message) => new(SqlState.InvalidFunctionDefinition, message);
}
