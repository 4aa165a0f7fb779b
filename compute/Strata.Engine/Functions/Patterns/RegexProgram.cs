using System.Runtime.CompilerServices;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// A nondeterministic automaton as a list of instructions. Instruction 0 is the start and is never entered again, so a thread that stands
/// there has consumed nothing. Immutable.
/// </summary>
internal sealed class RegexProgram
{
    /// <summary>About what PostgreSQL's limit of compile space comes to.</summary>
    private const int InstructionsMax = 500_000;

    public enum Operation : byte
    {
        /// <summary>Consumes a character of <see cref="Instruction.Set"/>.</summary>
        Character,

        /// <summary>Goes on at both targets.</summary>
        Split,
        Assert,
        Look,
        Match,
    }

    /// <summary>One instruction. Threads go on at <paramref name="Next"/>; a split also at <paramref name="Argument"/>, which else is the assertion or look-around.</summary>
    public record struct Instruction(Operation Operation, int Next, int Argument, ColorSet? Set);

    private readonly List<Instruction> _code = [];
    private readonly ColorMap _colors;
    private readonly bool _isReversed;

    private RegexProgram(ColorMap colors, bool isReversed)
    {
        _colors = colors;
        _isReversed = isReversed;
    }

    public Instruction[] Code { get; private set; } = [];

    public bool HasLooks { get; private set; }

    /// <param name="node">What to match.</param>
    /// <param name="colors">Colors of the whole pattern.</param>
    /// <param name="isReversed">To match from the end to the start.</param>
    public static RegexProgram Compile(RegexNode node, ColorMap colors, bool isReversed)
    {
        var program = new RegexProgram(colors, isReversed);
        int start = program.Emit(Operation.Split);
        int match = program.Emit(Operation.Match);
        int entry = program.Compile(node, match);
        program._code[start] = new Instruction(Operation.Split, entry, entry, null);
        program.Code = [.. program._code];
        return program;
    }

    private int Emit(Operation operation, int next = 0, int argument = 0, ColorSet? set = null)
    {
        if (_code.Count >= InstructionsMax)
            throw RegexErrors.TooComplex();
        _code.Add(new Instruction(operation, next, argument, set));
        return _code.Count - 1;
    }

    /// <summary>Emits a node that goes on at <paramref name="next"/>; returns where it begins.</summary>
    private int Compile(RegexNode node, int next)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw RegexErrors.TooComplex();
        switch (node)
        {
            case RegexNode.Characters characters:
                return Emit(Operation.Character, next, 0, _colors.Colors(characters.Set));
            case RegexNode.Sequence sequence:
                for (int i = 0; i < sequence.Items.Count; i++)
                    next = Compile(sequence.Items[_isReversed ? i : sequence.Items.Count - 1 - i], next);
                return next;
            case RegexNode.Alternatives alternatives:
                int entry = Compile(alternatives.Items[^1], next);
                for (int i = alternatives.Items.Count - 2; i >= 0; i--)
                    entry = Emit(Operation.Split, Compile(alternatives.Items[i], next), entry);
                return entry;
            case RegexNode.Repeat repeat:
                return CompileRepeat(repeat, next);
            case RegexNode.Assertion assertion:
                return Emit(Operation.Assert, next, (int)assertion.Kind);
            default:
                HasLooks = true;
                return Emit(Operation.Look, next, ((RegexNode.Look)node).Number);
        }
    }

    private int CompileRepeat(RegexNode.Repeat repeat, int next)
    {
        int entry = next;
        if (repeat.Most == RegexNode.Unlimited)
        {
            entry = Emit(Operation.Split);
            int body = Compile(repeat.Item, entry);
            _code[entry] = new Instruction(Operation.Split, body, next, null);
        }
        else
        {
            for (int i = repeat.Least; i < repeat.Most; i++)
            {
                int before = _code.Count;
                entry = Emit(Operation.Split, Compile(repeat.Item, entry), next);
                if (entry == before)
                    break;
            }
        }

        for (int i = 0; i < repeat.Least; i++)
        {
            int before = _code.Count;
            entry = Compile(repeat.Item, entry);
            if (_code.Count == before)
                break;
        }

        return entry;
    }
}
