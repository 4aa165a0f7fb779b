using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>The statement's first words decide which grammar reads it (gram.y: stmt).</summary>
internal static class StatementGrammar
{
    /// <summary>Consumes one statement.</summary>
    public static Statement Parse(Parser p)
    {
        p.Enter();
        Statement statement = ParseByKeyword(p);
        p.Leave();
        return statement;
    }

    private static Statement ParseByKeyword(Parser p)
    {
        switch (p.Keyword)
        {
            case Keyword.Select or Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge or Keyword.With or Keyword.Values or Keyword.Table:
                return DataModificationGrammar.ParsePreparable(p);
            case Keyword.Begin or Keyword.Commit or Keyword.Start or Keyword.Rollback or Keyword.End or Keyword.Abort
                or Keyword.Savepoint or Keyword.Release:
                return TransactionGrammar.Parse(p);
            case Keyword.Prepare:
                return p.PeekKeyword() == Keyword.Transaction && p.PeekKind(2) == TokenKind.String
                    ? TransactionGrammar.Parse(p)
                    : UtilityGrammar.ParsePrepare(p);
            case Keyword.Execute:
                return UtilityGrammar.ParseExecute(p);
            case Keyword.Deallocate:
                return UtilityGrammar.ParseDeallocate(p);
            case Keyword.Set:
                return TransactionGrammar.ParseSetStatement(p);
            case Keyword.Show:
                return TransactionGrammar.ParseShow(p);
            case Keyword.Reset:
                return TransactionGrammar.ParseReset(p);
            case Keyword.Copy:
                return CopyGrammar.Parse(p);
            case Keyword.Create:
                return CreateGrammar.Parse(p);
            case Keyword.Alter:
                return AlterGrammar.Parse(p);
            case Keyword.Drop:
                return p.PeekKeyword() == Keyword.User && p.PeekKeyword(2) == Keyword.Mapping
                    ? ForeignGrammar.ParseDropUserMapping(p)
                    : ObjectGrammar.ParseDrop(p);
            case Keyword.Grant:
                return GrantGrammar.ParseGrant(p);
            case Keyword.Revoke:
                return GrantGrammar.ParseRevoke(p);
            case Keyword.Comment:
                return ObjectGrammar.ParseComment(p);
            case Keyword.Security:
                return ObjectGrammar.ParseSecurityLabel(p);
            case Keyword.Truncate:
                return UtilityGrammar.ParseTruncate(p);
            case Keyword.Explain:
                return UtilityGrammar.ParseExplain(p);
            case Keyword.Vacuum:
                return UtilityGrammar.ParseVacuum(p);
            case Keyword.Analyze or Keyword.Analyse:
                return UtilityGrammar.ParseAnalyze(p);
            case Keyword.Cluster:
                return UtilityGrammar.ParseCluster(p);
            case Keyword.Reindex:
                return UtilityGrammar.ParseReindex(p);
            case Keyword.Checkpoint:
                return UtilityGrammar.ParseCheckpoint(p);
            case Keyword.Declare:
                return UtilityGrammar.ParseDeclare(p);
            case Keyword.Fetch or Keyword.Move:
                return UtilityGrammar.ParseFetch(p);
            case Keyword.Close:
                return UtilityGrammar.ParseClose(p);
            case Keyword.Lock:
                return TransactionGrammar.ParseLock(p);
            case Keyword.Listen:
                return UtilityGrammar.ParseListen(p);
            case Keyword.Unlisten:
                return UtilityGrammar.ParseUnlisten(p);
            case Keyword.Notify:
                return UtilityGrammar.ParseNotify(p);
            case Keyword.Load:
                return UtilityGrammar.ParseLoad(p);
            case Keyword.Discard:
                return UtilityGrammar.ParseDiscard(p);
            case Keyword.Do:
                return UtilityGrammar.ParseDo(p);
            case Keyword.Call:
                return UtilityGrammar.ParseCall(p);
            case Keyword.Refresh:
                return UtilityGrammar.ParseRefresh(p);
            case Keyword.Import:
                return ForeignGrammar.ParseImport(p);
            case Keyword.Reassign:
                return RoleGrammar.ParseReassignOwned(p);
        }

        return p.Is(TokenKind.LeftParen) ? SelectGrammar.ParseStatement(p) : throw p.SyntaxError();
    }
}
