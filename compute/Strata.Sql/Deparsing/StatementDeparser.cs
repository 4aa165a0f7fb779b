using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints statements: finds the printer of each kind.</summary>
internal static class StatementDeparser
{
    /// <summary>Writes a statement after a space.</summary>
    public static void Write(SqlWriter w, Statement statement)
    {
        SqlWriter.CheckDepth();
        switch (statement)
        {
            case SelectStatement select:
                QueryDeparser.Write(w, select);
                break;
            case InsertStatement insert:
                DataModificationDeparser.WriteInsert(w, insert);
                break;
            case UpdateStatement update:
                DataModificationDeparser.WriteUpdate(w, update);
                break;
            case DeleteStatement delete:
                DataModificationDeparser.WriteDelete(w, delete);
                break;
            case MergeStatement merge:
                DataModificationDeparser.WriteMerge(w, merge);
                break;
            case CopyStatement copy:
                DataModificationDeparser.WriteCopy(w, copy);
                break;
            case CreateTableStatement table:
                TableDeparser.WriteCreateTable(w, table);
                break;
            case CreateTableAsStatement table:
                TableDeparser.WriteCreateTableAs(w, table);
                break;
            case CreateViewStatement view:
                TableDeparser.WriteCreateView(w, view);
                break;
            case CreateIndexStatement index:
                TableDeparser.WriteCreateIndex(w, index);
                break;
            case CreateSequenceStatement sequence:
                TableDeparser.WriteCreateSequence(w, sequence);
                break;
            case CreateStatisticsStatement statistics:
                TableDeparser.WriteCreateStatistics(w, statistics);
                break;
            default:
                bool isWritten = UtilityDeparser.TryWrite(w, statement) || AlterDeparser.TryWrite(w, statement)
                    || RoutineDeparser.TryWrite(w, statement) || TypeDefinitionDeparser.TryWrite(w, statement)
                    || TriggerDeparser.TryWrite(w, statement) || RoleDeparser.TryWrite(w, statement) || DatabaseDeparser.TryWrite(w, statement)
                    || ForeignDeparser.TryWrite(w, statement);
                if (!isWritten)
                {
                    throw new ArgumentException($"{statement.GetType().Name} has no text");
                }

                break;
        }
    }
}
