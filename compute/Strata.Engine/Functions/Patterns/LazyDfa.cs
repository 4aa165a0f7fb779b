using System.Buffers;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// A deterministic automaton whose states are made when a text first needs them. When they take too much memory all are forgotten.
/// Not thread-safe.
/// </summary>
internal sealed class LazyDfa
{
    /// <summary>Cells (successors and threads) kept: about 8 MB.</summary>
    private const long CellsMax = 1 << 20;

    private readonly RegexProgram _program;
    private readonly ColorMap _colors;
    private readonly bool _isUnanchored;
    private readonly bool _isReversed;
    private readonly Dictionary<StateKey, DfaState> _states = [];
    private readonly DfaState?[] _starts = new DfaState?[8];
    private readonly int[] _marks;
    private readonly int[] _nextMarks;
    private readonly List<int> _stack = [];
    private readonly List<int> _next = [];
    private int _mark;
    private long _cells;
    private SearchValues<byte>? _leaving;
    private DfaState? _leavingFrom;

    /// <param name="program">What to run; compiled reversed when <paramref name="isReversed"/>.</param>
    /// <param name="colors">Colors of the pattern.</param>
    /// <param name="isUnanchored">A match may begin at every position, not only where a scan begins.</param>
    /// <param name="isReversed">Texts are scanned from their end.</param>
    public LazyDfa(RegexProgram program, ColorMap colors, bool isUnanchored, bool isReversed)
    {
        _program = program;
        _colors = colors;
        _isUnanchored = isUnanchored;
        _isReversed = isReversed;
        _marks = new int[program.Code.Length];
        _nextMarks = new int[program.Code.Length];
    }

    public bool HasLooks => _program.HasLooks;

    /// <summary>The state of a scan that begins beside a character.</summary>
    public DfaState Start(Sides behind) => _starts[(int)behind] ??= Intern([0], behind, accepts: false);

    /// <summary>The state after a character. <paramref name="looks"/> has a bit for each look-around that holds before it.</summary>
    public DfaState Step(DfaState state, int color, ulong looks)
    {
        if (looks == 0)
            return state.Next[color] ??= Make(state, color, 0);
        state.NextByLooks ??= [];
        if (!state.NextByLooks.TryGetValue((color, looks), out DfaState? next))
            state.NextByLooks[(color, looks)] = next = Make(state, color, looks);
        return next;
    }

    /// <summary>
    /// The bytes that can take an idle state elsewhere, to skip the others fast; null where that does not pay.
    /// </summary>
    public SearchValues<byte>? Leaving(DfaState idle)
    {
        if (_leavingFrom == idle)
            return _leaving;
        _leavingFrom = idle;
        _leaving = null;
        if (_program.HasLooks || _colors.HasContext)
            return null;
        var bytes = new List<byte>();
        for (int c = 0; c < 128; c++)
        {
            if (Step(idle, _colors.Ascii[c], 0) != idle)
                bytes.Add((byte)c);
        }

        if (bytes.Count > 32)
            return null;
        for (int b = 128; b < 256; b++)
            bytes.Add((byte)b);
        return _leaving = SearchValues.Create([.. bytes]);
    }

    private DfaState Make(DfaState state, int color, ulong looks)
    {
        Sides ahead = _colors.Sides[color];
        bool accepts = Close(state, color, ahead, looks);
        if (_isUnanchored && color < _colors.Count && _nextMarks[0] != _mark)
            _next.Add(0);
        _next.Sort();
        return Intern([.. _next], color < _colors.Count ? ahead : Sides.None, accepts);
    }

    /// <summary>Follows all threads of a state up to a character and over it, into <c>_next</c>; true when one of them matches before it.</summary>
    private bool Close(DfaState state, int color, Sides ahead, ulong looks)
    {
        bool accepts = false;
        _mark++;
        _next.Clear();
        foreach (int thread in state.Threads)
            Push(thread);
        while (_stack.Count > 0)
        {
            int at = _stack[^1];
            _stack.RemoveAt(_stack.Count - 1);
            ref readonly RegexProgram.Instruction instruction = ref _program.Code[at];
            switch (instruction.Operation)
            {
                case RegexProgram.Operation.Match:
                    accepts = true;
                    break;
                case RegexProgram.Operation.Character:
                    if (color < _colors.Count && instruction.Set!.Contains(color) && _nextMarks[instruction.Next] != _mark)
                    {
                        _nextMarks[instruction.Next] = _mark;
                        _next.Add(instruction.Next);
                    }

                    break;
                case RegexProgram.Operation.Split:
                    Push(instruction.Argument);
                    Push(instruction.Next);
                    break;
                case RegexProgram.Operation.Look:
                    if ((looks >> instruction.Argument & 1) != 0)
                        Push(instruction.Next);
                    break;
                default:
                    (Sides before, Sides after) = _isReversed ? (ahead, state.Behind) : (state.Behind, ahead);
                    if (Holds((RegexAssertion)instruction.Argument, before, after))
                        Push(instruction.Next);
                    break;
            }
        }

        return accepts;
    }

    private void Push(int thread)
    {
        if (_marks[thread] == _mark)
            return;
        _marks[thread] = _mark;
        _stack.Add(thread);
    }

    private static bool Holds(RegexAssertion assertion, Sides before, Sides after)
    {
        bool wordBefore = (before & Sides.Word) != 0, wordAfter = (after & Sides.Word) != 0;
        return assertion switch
        {
            RegexAssertion.TextStart => (before & Sides.Edge) != 0,
            RegexAssertion.TextEnd => (after & Sides.Edge) != 0,
            RegexAssertion.LineStart => (before & (Sides.Edge | Sides.Newline)) != 0,
            RegexAssertion.LineEnd => (after & (Sides.Edge | Sides.Newline)) != 0,
            RegexAssertion.WordStart => !wordBefore && wordAfter,
            RegexAssertion.WordEnd => wordBefore && !wordAfter,
            RegexAssertion.WordBoundary => wordBefore != wordAfter,
            _ => wordBefore == wordAfter,
        };
    }

    private DfaState Intern(int[] threads, Sides behind, bool accepts)
    {
        var key = new StateKey(threads, behind, accepts);
        if (_states.TryGetValue(key, out DfaState? known))
            return known;
        _cells += threads.Length + _colors.Count + 16;
        if (_cells > CellsMax)
        {
            _states.Clear();
            Array.Clear(_starts);
            _leavingFrom = null;
            _cells = 0;
        }

        return _states[key] = new DfaState(threads, behind, accepts, threads is [0], _colors.Count);
    }

    private readonly record struct StateKey(int[] Threads, Sides Behind, bool Accepts)
    {
        public bool Equals(StateKey other) => Behind == other.Behind && Accepts == other.Accepts && Threads.AsSpan().SequenceEqual(other.Threads);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Threads.AsSpan()));
            hash.Add(Behind);
            hash.Add(Accepts);
            return hash.ToHashCode();
        }
    }
}
