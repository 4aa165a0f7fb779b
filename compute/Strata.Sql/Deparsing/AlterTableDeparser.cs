using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints the commands of ALTER TABLE.</summary>
internal static class AlterTableDeparser
{
    /// <summary>Writes a command after a space.</summary>
    public static void WriteCommand(SqlWriter w, AlterTableCommand command)
    {
        switch (command)
        {
            case AddColumn add:
                w.Word("ADD COLUMN").WordIf(add.IfNotExists, "IF NOT EXISTS");
                TableDeparser.WriteColumn(w, add.Column);
                break;
            case DropColumn drop:
                w.Word("DROP COLUMN").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Column).Behavior(drop.Behavior);
                break;
            case AddConstraint add:
                w.Word("ADD");
                TableDeparser.WriteConstraint(w, add.Constraint, isColumn: false);
                break;
            case AlterConstraint alter:
                w.Word("ALTER CONSTRAINT").Id(alter.Name).WordIf(alter.IsDeferrable, "DEFERRABLE");
                w.WordIf(alter.IsInitiallyDeferred, "INITIALLY DEFERRED");
                break;
            case ValidateConstraint validate:
                w.Word("VALIDATE CONSTRAINT").Id(validate.Name);
                break;
            case DropConstraint drop:
                w.Word("DROP CONSTRAINT").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Name).Behavior(drop.Behavior);
                break;
            case ChangeOwner owner:
                w.Word("OWNER TO").Role(owner.Owner);
                break;
            case SetCluster cluster:
                _ = cluster.IndexName is null ? w.Word("SET WITHOUT CLUSTER") : w.Word("CLUSTER ON").Id(cluster.IndexName);
                break;
            case SetWithoutOids:
                w.Word("SET WITHOUT OIDS");
                break;
            case SetLogged logged:
                w.Word(logged.IsLogged ? "SET LOGGED" : "SET UNLOGGED");
                break;
            case SetAccessMethod method:
                w.Word("SET ACCESS METHOD").Id(method.AccessMethod);
                break;
            case SetTablespace tablespace:
                w.Word("SET TABLESPACE").Id(tablespace.Tablespace);
                break;
            case SetRelationOptions options:
                w.Word(options.IsReset ? "RESET" : "SET");
                OptionDeparser.WriteParenthesized(w, options.Options);
                break;
            case SetFiring firing:
                WriteFiring(w, firing);
                break;
            case SetInherit inherit:
                w.Word(inherit.IsInherit ? "INHERIT" : "NO INHERIT").Relation(inherit.Parent);
                break;
            case SetOfType of:
                _ = of.Type is null ? w.Word("NOT OF") : w.Word("OF").Space().Names(of.Type.Names);
                break;
            case SetReplicaIdentity identity:
                w.Word("REPLICA IDENTITY");
                _ = identity.Kind == ReplicaIdentityKind.Index
                    ? w.Word("USING INDEX").Id(identity.IndexName!)
                    : w.Word(identity.Kind.ToString().ToUpperInvariant());
                break;
            case SetRowSecurity security:
                w.Word(security.Mode == RowSecurityMode.NoForce ? "NO FORCE" : security.Mode.ToString().ToUpperInvariant()).Word("ROW LEVEL SECURITY");
                break;
            case SetForeignOptions options:
                OptionDeparser.WriteGeneric(w, options.Options);
                break;
            case AttachPartition attach:
                w.Word("ATTACH PARTITION").Relation(attach.Partition);
                if (attach.Bound is not null)
                {
                    TableDeparser.WriteBound(w, attach.Bound);
                }

                break;
            case DetachPartition detach:
                w.Word("DETACH PARTITION").Relation(detach.Partition).WordIf(detach.IsConcurrent, "CONCURRENTLY").WordIf(detach.IsFinalize, "FINALIZE");
                break;
            default:
                WriteColumnCommand(w.Word("ALTER COLUMN"), command);
                break;
        }
    }

    /// <summary>Writes ENABLE or DISABLE.</summary>
    public static string ModeText(FiringMode mode) => mode switch
    {
        FiringMode.Enable => "ENABLE",
        FiringMode.EnableAlways => "ENABLE ALWAYS",
        FiringMode.EnableReplica => "ENABLE REPLICA",
        _ => "DISABLE",
    };

    private static void WriteFiring(SqlWriter w, SetFiring firing)
    {
        w.Word(ModeText(firing.Mode)).Word(firing.Target == FiringTarget.Rule ? "RULE" : "TRIGGER");
        w.WordIf(firing.Target == FiringTarget.AllTriggers, "ALL").WordIf(firing.Target == FiringTarget.UserTriggers, "USER");
        if (firing.Name is not null)
        {
            w.Id(firing.Name);
        }
    }

    private static void WriteColumnCommand(SqlWriter w, AlterTableCommand command)
    {
        switch (command)
        {
            case AlterColumnType alter:
                w.Id(alter.Column).Word("TYPE");
                TypeDeparser.Write(w, alter.Type);
                if (alter.Collation is not null)
                {
                    w.Word("COLLATE").Name(alter.Collation);
                }

                if (alter.Using is not null)
                {
                    w.Word("USING");
                    ExpressionDeparser.Write(w, alter.Using);
                }

                break;
            case AlterColumnDefault alter:
                w.Id(alter.Column).Word(alter.Default is null ? "DROP DEFAULT" : "SET DEFAULT");
                if (alter.Default is not null)
                {
                    ExpressionDeparser.Write(w, alter.Default);
                }

                break;
            case AlterColumnNotNull alter:
                w.Id(alter.Column).Word(alter.IsSet ? "SET NOT NULL" : "DROP NOT NULL");
                break;
            case DropColumnExpression drop:
                w.Id(drop.Column).Word("DROP EXPRESSION").WordIf(drop.IfExists, "IF EXISTS");
                break;
            case AlterColumnStatistics alter:
                _ = alter.Column is null ? w.Space().Number(alter.ColumnNumber) : w.Id(alter.Column);
                w.Word("SET STATISTICS").Space().Number(alter.Target);
                break;
            case AlterColumnOptions alter:
                w.Id(alter.Column).Word(alter.IsReset ? "RESET" : "SET");
                OptionDeparser.WriteParenthesized(w, alter.Options);
                break;
            case AlterColumnStorage alter:
                w.Id(alter.Column).Word("SET STORAGE").Id(alter.Storage);
                break;
            case AlterColumnCompression alter:
                w.Id(alter.Column).Word("SET COMPRESSION").Id(alter.Compression);
                break;
            case AddIdentity add:
                w.Id(add.Column).Word("ADD");
                TableDeparser.WriteIdentity(w, add.Identity);
                break;
            case AlterIdentity alter:
                w.Id(alter.Column);
                foreach (SequenceOption option in alter.Options)
                {
                    bool hasSet = option.Kind is SequenceOptionKind.Restart or SequenceOptionKind.SetGeneratedAlways or SequenceOptionKind.SetGeneratedByDefault;
                    w.WordIf(!hasSet, "SET");
                    OptionDeparser.WriteSequenceOption(w, option);
                }

                break;
            case DropIdentity drop:
                w.Id(drop.Column).Word("DROP IDENTITY").WordIf(drop.IfExists, "IF EXISTS");
                break;
            case AlterColumnForeignOptions alter:
                w.Id(alter.Column);
                OptionDeparser.WriteGeneric(w, alter.Options);
                break;
            default:
                throw new ArgumentException($"{command.GetType().Name} has no text");
        }
    }
}
