using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints DROP, COMMENT, RENAME and the ALTER statements of tables and of objects in general.</summary>
internal static class AlterDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case DropStatement drop:
                w.Word("DROP").Word(ObjectDeparser.KindText(drop.Kind)).WordIf(drop.IsConcurrent, "CONCURRENTLY").WordIf(drop.IfExists, "IF EXISTS");
                w.List(drop.Objects, ObjectDeparser.Write).Behavior(drop.Behavior);
                break;
            case CommentStatement comment:
                w.Word("COMMENT ON").Word(ObjectDeparser.KindText(comment.Kind));
                ObjectDeparser.Write(w, comment.Object);
                WriteStringOrNull(w.Word("IS"), comment.Text);
                break;
            case SecurityLabelStatement label:
                w.Word("SECURITY LABEL");
                if (label.Provider is not null)
                {
                    w.Word("FOR").String(label.Provider);
                }

                w.Word("ON").Word(ObjectDeparser.KindText(label.Kind));
                ObjectDeparser.Write(w, label.Object);
                WriteStringOrNull(w.Word("IS"), label.Label);
                break;
            case AlterTableStatement alter:
                w.Word("ALTER").Word(ObjectDeparser.KindText(alter.Kind)).WordIf(alter.IfExists, "IF EXISTS").Relation(alter.Relation);
                w.List(alter.Commands, alter.Kind == ObjectKind.Type ? WriteAttributeCommand : AlterTableDeparser.WriteCommand);
                break;
            case AlterSequenceStatement alter:
                w.Word("ALTER SEQUENCE").WordIf(alter.IfExists, "IF EXISTS").Relation(alter.Sequence);
                OptionDeparser.WriteSequenceOptions(w, alter.Options);
                break;
            case AlterStatisticsStatement alter:
                w.Word("ALTER STATISTICS").WordIf(alter.IfExists, "IF EXISTS").Name(alter.Name).Word("SET STATISTICS").Space().Number(alter.Target);
                break;
            case MoveAllInTablespaceStatement move:
                w.Word("ALTER").Word(ObjectDeparser.KindText(move.Kind)).Word("ALL IN TABLESPACE").Id(move.OldTablespace);
                if (!move.Owners.IsEmpty)
                {
                    w.Word("OWNED BY").Roles(move.Owners);
                }

                w.Word("SET TABLESPACE").Id(move.NewTablespace).WordIf(move.IsNoWait, "NOWAIT");
                break;
            case RenameStatement rename:
                WriteRename(w, rename);
                break;
            case AlterObjectSchemaStatement alter:
                WriteTarget(w, alter.Kind, alter.Object, alter.Relation, alter.IfExists);
                w.Word("SET SCHEMA").Id(alter.NewSchema);
                break;
            case AlterOwnerStatement alter:
                WriteTarget(w, alter.Kind, alter.Object, null, false);
                w.Word("OWNER TO").Role(alter.NewOwner);
                break;
            case AlterObjectDependsStatement alter:
                WriteTarget(w, alter.Kind, alter.Object, null, false);
                w.WordIf(alter.IsRemove, "NO").Word("DEPENDS ON EXTENSION").Id(alter.Extension);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteStringOrNull(SqlWriter w, string? text) => _ = text is null ? w.Word("NULL") : w.String(text);

    private static void WriteTarget(SqlWriter w, ObjectKind kind, ObjectReference reference, RelationName? relation, bool ifExists)
    {
        w.Word("ALTER").Word(ObjectDeparser.KindText(kind)).WordIf(ifExists, "IF EXISTS");
        if (relation is not null)
        {
            w.Relation(relation);
        }
        else
        {
            ObjectDeparser.Write(w, reference);
        }
    }

    private static void WriteRename(SqlWriter w, RenameStatement rename)
    {
        switch (rename.Kind)
        {
            case ObjectKind.Column:
                WriteTarget(w, rename.RelationKind!.Value, rename.Object, rename.Relation, rename.IfExists);
                w.Word(rename.RelationKind == ObjectKind.Type ? "RENAME ATTRIBUTE" : "RENAME COLUMN").Id(rename.SubName!);
                w.Word("TO").Id(rename.NewName).Behavior(rename.Behavior);
                break;
            case ObjectKind.TableConstraint:
                WriteTarget(w, ObjectKind.Table, rename.Object, rename.Relation, rename.IfExists);
                w.Word("RENAME CONSTRAINT").Id(rename.SubName!).Word("TO").Id(rename.NewName);
                break;
            case ObjectKind.DomainConstraint:
                WriteTarget(w, ObjectKind.Domain, rename.Object, null, rename.IfExists);
                w.Word("RENAME CONSTRAINT").Id(rename.SubName!).Word("TO").Id(rename.NewName);
                break;
            default:
                WriteTarget(w, rename.Kind, rename.Object, rename.Relation, rename.IfExists);
                w.Word("RENAME TO").Id(rename.NewName);
                break;
        }
    }

    private static void WriteAttributeCommand(SqlWriter w, AlterTableCommand command)
    {
        switch (command)
        {
            case AddColumn add:
                w.Word("ADD ATTRIBUTE");
                TableDeparser.WriteColumn(w, add.Column);
                w.Behavior(add.Behavior);
                break;
            case DropColumn drop:
                w.Word("DROP ATTRIBUTE").WordIf(drop.IfExists, "IF EXISTS").Id(drop.Column).Behavior(drop.Behavior);
                break;
            case AlterColumnType alter:
                w.Word("ALTER ATTRIBUTE").Id(alter.Column).Word("TYPE");
                TypeDeparser.Write(w, alter.Type);
                if (alter.Collation is not null)
                {
                    w.Word("COLLATE").Name(alter.Collation);
                }

                w.Behavior(alter.Behavior);
                break;
        }
    }
}
