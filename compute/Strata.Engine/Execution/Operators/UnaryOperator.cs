namespace Strata.Engine.Execution.Operators;

/// <summary>An operator over one input: begins, starts over and ends with it. What it holds of the input's rows is forgotten each time.</summary>
internal abstract class UnaryOperator(Operator input) : Operator
{
    protected Operator Input => input;

    /// <summary>Forgets all rows: as before the first one.</summary>
    protected abstract void Clear();

    public override void Open()
    {
        Clear();
        input.Open();
    }

    public override void Rescan()
    {
        Clear();
        input.Rescan();
    }

    public override void Close()
    {
        input.Close();
        Clear();
    }

    public override void Dispose() => input.Dispose();
}
