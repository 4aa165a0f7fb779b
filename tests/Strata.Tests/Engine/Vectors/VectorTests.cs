using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Xunit;

namespace Strata.Tests.Engine.Vectors;

public unsafe class VectorTests
{
    [Fact]
    public void Grows_and_keeps_values_and_nulls()
    {
        using var vector = new Vector(SqlType.Int4);
        vector.Reset(1);
        for (int i = 0; i < Batch.RowsMax; i++)
        {
            vector.EnsureCapacity(i + 1, i);
            if (i % 3 == 0)
                vector.SetNull(i);
            else
                vector.Set(i, i);
        }

        for (int i = 0; i < Batch.RowsMax; i++)
        {
            Assert.Equal(i % 3 == 0, vector.IsNull(i));
            if (i % 3 != 0)
                Assert.Equal(i, vector.Get<int>(i));
        }
    }

    [Fact]
    public void A_dictionary_of_a_dictionary_shows_the_first_values()
    {
        using var values = new Vector(SqlType.Text);
        values.Reset(3);
        values.SetBytes(0, "a"u8);
        values.SetBytes(1, "a longer text than twelve"u8);
        values.SetNull(2);
        int* first = stackalloc int[] { 2, 1, 0, 1 };
        int* second = stackalloc int[] { 3, 0 };
        using var outer = new Vector(SqlType.Text);
        outer.ResetDictionary(values, first, 4);
        using var inner = new Vector(SqlType.Text);
        inner.ResetDictionary(outer, second, 2);
        Assert.Same(values, inner.Dictionary);
        Assert.Equal("a longer text than twelve", Encoding.UTF8.GetString(inner.GetBytes(0)));
        Assert.True(inner.IsNull(1));
    }

    [Fact]
    public void Reset_after_nulls_has_no_nulls()
    {
        using var vector = new Vector(SqlType.Int8);
        vector.Reset(10);
        vector.SetNull(3);
        vector.Reset(10);
        Assert.False(vector.HasNulls);
        vector.SetNull(4);
        Assert.False(vector.IsNull(3));
        Assert.True(vector.IsNull(4));
    }

    [Fact]
    public void Memory_is_charged_and_given_back()
    {
        var account = new MemoryAccount("test", 1 << 20);
        using (var vector = new Vector(SqlType.Text, account))
        {
            vector.Reset(100);
            vector.SetBytes(0, new byte[10_000]);
            vector.SetNull(1);
            Assert.True(account.UsedBytes > 11_000);
        }

        Assert.Equal(0, account.UsedBytes);
    }

    [Fact]
    public void Over_budget_is_53200_and_leaves_the_account_as_it_was()
    {
        var parent = new MemoryAccount("endpoint", 1000);
        var child = new MemoryAccount("statement", long.MaxValue, parent);
        child.Charge(600);
        SqlException e = Assert.Throws<SqlException>(() => child.Charge(600));
        Assert.Equal("53200", e.State.Code);
        Assert.Equal(600, parent.UsedBytes);
        Assert.Equal(600, child.UsedBytes);
    }

    [Fact]
    public void Views_compare_like_their_bytes()
    {
        string[] texts = ["", "a", "a\0", "ab", "abc", "abcd", "abcde", "abcdefghijkl", "abcdefghijklm", "abcdefghijkm", "b", "é", "日本語日本語日本語"];
        using var arena = new Arena();
        foreach (string x in texts)
        {
            foreach (string y in texts)
            {
                byte[] a = Encoding.UTF8.GetBytes(x), b = Encoding.UTF8.GetBytes(y);
                ByteView left = arena.Copy(a), right = arena.Copy(b);
                Assert.Equal(Math.Sign(a.AsSpan().SequenceCompareTo(b)), Math.Sign(left.CompareTo(right)));
                Assert.Equal(x == y, left.Equals(right));
            }
        }
    }

    [Fact]
    public void Selection_below_a_row_keeps_what_is_before()
    {
        int* rows = stackalloc int[] { 2, 5, 7, 9 };
        var list = new Selection(rows, 4);
        Assert.Equal(2, list.Below(7).Count);
        Assert.Equal(4, list.Below(10).Count);
        Assert.Equal(0, list.Below(0).Count);
        Assert.Equal(10, list.End);
        Assert.Equal(3, new Selection(8).Below(3).Count);
    }

    [Fact]
    public void The_sink_keeps_the_first_error_of_the_lowest_row()
    {
        var sink = new ErrorSink();
        sink.Report(7, SqlState.DivisionByZero, "first in 7");
        sink.Report(7, SqlState.DivisionByZero, "second in 7");
        sink.Report(9, SqlState.DivisionByZero, "in 9");
        Assert.Equal("first in 7", sink.Error!.Message);
        sink.Report(3, SqlState.DivisionByZero, "in 3");
        Assert.Equal((3, "in 3"), (sink.Row, sink.Error!.Message));
    }
}
