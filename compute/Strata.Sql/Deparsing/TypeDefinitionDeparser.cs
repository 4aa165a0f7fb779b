using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints types, domains, casts, transforms, operators and their classes, conversions and access methods.</summary>
internal static class TypeDefinitionDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateCompositeTypeStatement create:
                w.Word("CREATE TYPE").Name(create.Name).Word("AS").Parenthesized(create.Columns, TableDeparser.WriteColumn);
                break;
            case CreateEnumStatement create:
                w.Word("CREATE TYPE").Name(create.Name).Word("AS ENUM").Parenthesized(create.Labels, static (writer, label) => writer.String(label));
                break;
            case CreateRangeStatement create:
                w.Word("CREATE TYPE").Name(create.Name).Word("AS RANGE");
                OptionDeparser.WriteParenthesized(w, create.Options);
                break;
            case AlterEnumStatement alter:
                WriteAlterEnum(w, alter);
                break;
            case AlterTypeStatement alter:
                w.Word("ALTER TYPE").Name(alter.Name).Word("SET");
                OptionDeparser.WriteOperatorOptions(w, alter.Options);
                break;
            case CreateDomainStatement create:
                WriteCreateDomain(w, create);
                break;
            case AlterDomainStatement alter:
                WriteAlterDomain(w, alter);
                break;
            case CreateCastStatement cast:
                WriteCreateCast(w, cast);
                break;
            case CreateTransformStatement transform:
                WriteCreateTransform(w, transform);
                break;
            case AlterOperatorStatement alter:
                w.Word("ALTER OPERATOR");
                ObjectDeparser.WriteOperator(w, alter.Operator);
                w.Word("SET");
                OptionDeparser.WriteOperatorOptions(w, alter.Options);
                break;
            case CreateOperatorClassStatement create:
                WriteCreateOperatorClass(w, create);
                break;
            case CreateOperatorFamilyStatement create:
                w.Word("CREATE OPERATOR FAMILY").Name(create.Name).Word("USING").Id(create.AccessMethod);
                break;
            case AlterOperatorFamilyStatement alter:
                w.Word("ALTER OPERATOR FAMILY").Name(alter.Name).Word("USING").Id(alter.AccessMethod).Word(alter.IsDrop ? "DROP" : "ADD");
                w.List(alter.Items, alter.IsDrop ? WriteDropItem : WriteItem);
                break;
            case CreateConversionStatement create:
                w.Word("CREATE").WordIf(create.IsDefault, "DEFAULT").Word("CONVERSION").Name(create.Name).Word("FOR").String(create.SourceEncoding);
                w.Word("TO").String(create.TargetEncoding).Word("FROM").Name(create.Function);
                break;
            case CreateAccessMethodStatement create:
                w.Word("CREATE ACCESS METHOD").Id(create.Name).Word("TYPE").Word(create.IsIndex ? "INDEX" : "TABLE");
                w.Word("HANDLER").Name(create.Handler);
                break;
            case AlterCollationStatement alter:
                w.Word("ALTER COLLATION").Name(alter.Name).Word("REFRESH VERSION");
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteAlterEnum(SqlWriter w, AlterEnumStatement alter)
    {
        w.Word("ALTER TYPE").Name(alter.Name);
        if (alter.OldLabel is not null)
        {
            w.Word("RENAME VALUE").String(alter.OldLabel).Word("TO").String(alter.NewLabel);
            return;
        }

        w.Word("ADD VALUE").WordIf(alter.IfNotExists, "IF NOT EXISTS").String(alter.NewLabel);
        if (alter.Neighbor is not null)
        {
            w.Word(alter.IsAfter ? "AFTER" : "BEFORE").String(alter.Neighbor);
        }
    }

    private static void WriteCreateDomain(SqlWriter w, CreateDomainStatement create)
    {
        w.Word("CREATE DOMAIN").Name(create.Name).Word("AS");
        TypeDeparser.Write(w, create.Type);
        if (create.Collation is not null)
        {
            w.Word("COLLATE").Name(create.Collation);
        }

        foreach (Constraint constraint in create.Constraints)
        {
            TableDeparser.WriteConstraint(w, constraint, isColumn: true);
        }
    }

    private static void WriteAlterDomain(SqlWriter w, AlterDomainStatement alter)
    {
        w.Word("ALTER DOMAIN").Name(alter.Name);
        switch (alter.Kind)
        {
            case AlterDomainKind.Default when alter.Default is null:
                w.Word("DROP DEFAULT");
                break;
            case AlterDomainKind.Default:
                w.Word("SET DEFAULT");
                ExpressionDeparser.Write(w, alter.Default);
                break;
            case AlterDomainKind.SetNotNull:
                w.Word("SET NOT NULL");
                break;
            case AlterDomainKind.DropNotNull:
                w.Word("DROP NOT NULL");
                break;
            case AlterDomainKind.AddConstraint:
                w.Word("ADD");
                TableDeparser.WriteConstraint(w, alter.Constraint!, isColumn: false);
                break;
            case AlterDomainKind.DropConstraint:
                w.Word("DROP CONSTRAINT").WordIf(alter.IfExists, "IF EXISTS").Id(alter.ConstraintName!).Behavior(alter.Behavior);
                break;
            default:
                w.Word("VALIDATE CONSTRAINT").Id(alter.ConstraintName!);
                break;
        }
    }

    private static void WriteCreateCast(SqlWriter w, CreateCastStatement cast)
    {
        w.Word("CREATE CAST");
        ObjectDeparser.WriteCast(w, cast.Source, cast.Target);
        if (cast.Function is not null)
        {
            w.Word("WITH FUNCTION");
            ObjectDeparser.WriteFunction(w, cast.Function);
        }
        else
        {
            w.Word(cast.IsInOut ? "WITH INOUT" : "WITHOUT FUNCTION");
        }

        w.WordIf(cast.Context == CastContext.Assignment, "AS ASSIGNMENT").WordIf(cast.Context == CastContext.Implicit, "AS IMPLICIT");
    }

    private static void WriteCreateTransform(SqlWriter w, CreateTransformStatement transform)
    {
        w.Word("CREATE").WordIf(transform.OrReplace, "OR REPLACE").Word("TRANSFORM FOR");
        TypeDeparser.Write(w, transform.Type);
        w.Word("LANGUAGE").Id(transform.Language).Word("(");
        if (transform.FromSql is not null)
        {
            w.Word("FROM SQL WITH FUNCTION");
            ObjectDeparser.WriteFunction(w, transform.FromSql);
        }

        if (transform.ToSql is not null)
        {
            w.Raw(transform.FromSql is null ? "" : ",").Word("TO SQL WITH FUNCTION");
            ObjectDeparser.WriteFunction(w, transform.ToSql);
        }

        w.Raw(")");
    }

    private static void WriteCreateOperatorClass(SqlWriter w, CreateOperatorClassStatement create)
    {
        w.Word("CREATE OPERATOR CLASS").Name(create.Name).WordIf(create.IsDefault, "DEFAULT").Word("FOR TYPE");
        TypeDeparser.Write(w, create.Type);
        w.Word("USING").Id(create.AccessMethod);
        if (create.Family is not null)
        {
            w.Word("FAMILY").Name(create.Family);
        }

        w.Word("AS").List(create.Items, WriteItem);
    }

    private static void WriteDropItem(SqlWriter w, OperatorClassItem item) =>
        w.Word(item.Kind == OperatorClassItemKind.Operator ? "OPERATOR" : "FUNCTION").Space().Number(item.Number)
            .Parenthesized(item.Types, TypeDeparser.Write);

    private static void WriteItem(SqlWriter w, OperatorClassItem item)
    {
        switch (item.Kind)
        {
            case OperatorClassItemKind.Storage:
                w.Word("STORAGE");
                TypeDeparser.Write(w, item.StorageType!);
                break;
            case OperatorClassItemKind.Operator:
                w.Word("OPERATOR").Space().Number(item.Number);
                if (item.Operator!.Left is null && item.Operator.Right is null)
                {
                    ExpressionDeparser.WriteBareOperator(w, item.Operator.Name);
                }
                else
                {
                    ObjectDeparser.WriteOperator(w, item.Operator);
                }

                if (item.OrderFamily is not null)
                {
                    w.Word("FOR ORDER BY").Name(item.OrderFamily);
                }

                break;
            default:
                w.Word("FUNCTION").Space().Number(item.Number);
                if (!item.Types.IsEmpty)
                {
                    w.Parenthesized(item.Types, TypeDeparser.Write);
                }

                ObjectDeparser.WriteFunction(w, item.Function!);
                break;
        }
    }
}
