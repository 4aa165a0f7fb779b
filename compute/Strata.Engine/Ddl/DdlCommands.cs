using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Which command carries out which definition statement, and its tag.</summary>
internal static class DdlCommands
{
    /// <summary>True for commands that PostgreSQL refuses within a transaction block; their name for the message.</summary>
    public static bool RunsOutsideBlock(Statement statement, out string? name)
    {
        name = statement switch
        {
            CreateDatabaseStatement => "CREATE DATABASE",
            DropDatabaseStatement => "DROP DATABASE",
            VacuumStatement { IsVacuum: true } => "VACUUM",
            ClusterStatement { Relation: null } => "CLUSTER",
            CreateIndexStatement { IsConcurrent: true } => "CREATE INDEX CONCURRENTLY",
            DropStatement { IsConcurrent: true } => "DROP INDEX CONCURRENTLY",
            Sql.Syntax.AlterTableStatement alter when alter.Commands.Any(static c => c is DetachPartition { IsConcurrent: true }) => "ALTER TABLE ... DETACH CONCURRENTLY",
            ReindexStatement reindex when ReindexCommand.IsConcurrent(reindex) => "REINDEX CONCURRENTLY",
            ReindexStatement { Kind: ReindexKind.Schema } => "REINDEX SCHEMA",
            ReindexStatement { Kind: ReindexKind.Database } => "REINDEX DATABASE",
            ReindexStatement { Kind: ReindexKind.System } => "REINDEX SYSTEM",
            _ => null,
        };
        return name is not null;
    }

    // PostgreSQL looks at what such statements contain without knowing their text.
    private static void WithoutPosition(Action run)
    {
        try
        {
            run();
        }
        catch (SqlException error)
        {
            error.Position = 0;
            throw;
        }
    }

    /// <summary>Runs a statement. A row count belongs to the tag when it is not null.</summary>
    public static (string Tag, long? Rows) Execute(DdlContext context, StatementRunner runner, Statement statement, string own)
    {
        switch (statement)
        {
            case CreateTableStatement create:
                CreateTableCommand.Execute(context, create);
                break;
            case CreateTableAsStatement { IsMaterializedView: false } create:
                return CreateTableCommand.ExecuteAs(context, create.Into, create.Query, create.IfNotExists) is { } created ? ("SELECT", created) : ("CREATE TABLE AS", null);
            case CreateTableAsStatement { IsMaterializedView: true } create:
                return MaterializedViewCommands.Create(context, create, own) is { } filled ? ("SELECT", filled) : ("CREATE MATERIALIZED VIEW", null);
            case RefreshMaterializedViewStatement refresh:
                MaterializedViewCommands.Refresh(context, refresh);
                break;
            case SelectStatement select when Binding.SelectInto.Of(select) is { } into:
                return ("SELECT", CreateTableCommand.ExecuteAs(context, into, Binding.SelectInto.Without(select), ifNotExists: false) ?? 0);
            case Sql.Syntax.AlterTableStatement alter:
                new AlterTableCommand(context).Execute(alter);
                break;
            case CreateIndexStatement create:
                new IndexCommands(context).Create(create);
                break;
            case CreateSequenceStatement create:
                SequenceCommands.Create(context, create);
                break;
            case AlterSequenceStatement alter:
                SequenceCommands.Alter(context, alter);
                break;
            case CreateSchemaStatement create:
                SchemaCommands.Create(context, runner, create, own);
                break;
            case CreateViewStatement create:
                ViewCommand.Create(context, create, own);
                break;
            case DropStatement drop:
                DropCommand.Execute(context, drop);
                break;
            case TruncateStatement truncate:
                TruncateCommand.Execute(context, truncate);
                break;
            case SecurityLabelStatement label:
                SecurityLabelCommand.Execute(label);
                break;
            case CommentStatement comment:
                CommentCommand.Execute(context, comment);
                break;
            case RenameStatement rename:
                RenameCommand.Rename(context, rename);
                break;
            case AlterObjectSchemaStatement move:
                RenameCommand.SetSchema(context, move);
                break;
            case AlterOwnerStatement owner:
                OwnerCommand.Execute(context, owner);
                break;
            case ReassignOwnedStatement reassign:
                OwnedCommands.Reassign(context, reassign);
                break;
            case DropOwnedStatement drop:
                OwnedCommands.Drop(context, drop);
                break;
            case CreateForeignDataWrapperStatement create:
                ForeignCommands.Create(context, create);
                break;
            case AlterForeignDataWrapperStatement alter:
                ForeignCommands.Alter(context, alter);
                break;
            case CreateForeignServerStatement create:
                ForeignCommands.Create(context, create);
                break;
            case AlterForeignServerStatement alter:
                ForeignCommands.Alter(context, alter);
                break;
            case CreateUserMappingStatement create:
                ForeignCommands.Create(context, create);
                break;
            case AlterUserMappingStatement alter:
                ForeignCommands.Alter(context, alter);
                break;
            case DropUserMappingStatement drop:
                ForeignCommands.Drop(context, drop);
                break;
            case CreatePublicationStatement create:
                PublicationCommands.Create(context, create);
                break;
            case AlterPublicationStatement alter:
                PublicationCommands.Alter(context, alter);
                break;
            case VacuumStatement vacuum:
                MaintenanceCommands.Vacuum(context, vacuum);
                break;
            case ClusterStatement cluster:
                ClusterCommand.Execute(context, cluster);
                break;
            case ReindexStatement reindex:
                new ReindexCommand(context).Execute(reindex);
                break;
            case CreateEnumStatement create:
                TypeCommands.CreateEnum(context, create);
                break;
            case CreateRangeStatement create:
                new RangeTypeCommand(context, create).Execute();
                break;
            case AlterEnumStatement alter:
                TypeCommands.AddEnumValue(context, alter);
                break;
            case CreateDomainStatement create:
                WithoutPosition(() => TypeCommands.CreateDomain(context, create));
                break;
            case AlterDomainStatement alter:
                AlterDomainCommand.Execute(context, alter);
                break;
            case CreateFunctionStatement create:
                new CreateRoutineCommand(context, create).Execute();
                break;
            case AlterFunctionStatement alter:
                AlterRoutineCommand.Execute(context, alter);
                break;
            case DefineStatement { Kind: ObjectKind.Operator } define:
                OperatorCommands.Create(context, define);
                break;
            case AlterOperatorStatement alter:
                OperatorCommands.Alter(context, alter);
                break;
            case DefineStatement { Kind: ObjectKind.Aggregate } define:
                new CreateAggregateCommand(context, define).Execute();
                break;
            case DefineStatement { Kind: ObjectKind.TextSearchConfiguration or ObjectKind.TextSearchDictionary or ObjectKind.TextSearchParser or ObjectKind.TextSearchTemplate } define:
                TextSearchCommands.Create(context, define);
                break;
            case DefineStatement { Kind: ObjectKind.Collation } define:
                CollationCommand.Create(context, define);
                break;
            case AlterTextSearchDictionaryStatement alter:
                TextSearchCommands.Alter(context, alter);
                break;
            case AlterTextSearchConfigurationStatement alter:
                TextSearchCommands.Alter(context, alter);
                break;
            case DefineStatement { Kind: ObjectKind.Type } define when context.Library is not null:
                BaseTypeCommand.Create(context, define);
                break;
            case CreateExtensionStatement create:
                new ExtensionCommands(context, runner).Create(create);
                break;
            case AlterExtensionStatement alter:
                new ExtensionCommands(context, runner).Update(alter);
                break;
            case AlterExtensionContentsStatement alter:
                new ExtensionCommands(context, runner).ChangeContents(alter);
                break;
            case CreateCastStatement create:
                CastCommand.Create(context, create);
                break;
            case CreateOperatorClassStatement or CreateOperatorFamilyStatement or AlterOperatorFamilyStatement:
                OperatorClassCommands.Execute(context, statement);
                break;
            case CreatePolicyStatement create:
                WithoutPosition(() => PolicyCommands.Create(context, create));
                break;
            case AlterPolicyStatement alter:
                PolicyCommands.Alter(context, alter);
                break;
            case CreateAccessMethodStatement create:
                AccessMethodCommands.Create(context, create);
                break;
            case CreateConversionStatement create:
                ConversionCommand.Create(context, create);
                break;
            case CreateStatisticsStatement create:
                StatisticsCommand.Create(context, create);
                break;
            case AlterStatisticsStatement alter:
                StatisticsCommand.Alter(context, alter);
                break;
            case CreateCompositeTypeStatement create:
                CompositeTypeCommands.Create(context, create);
                break;
            default:
                ExecuteShared(context, statement);
                break;
        }

        return (TagOf(statement), null);
    }

    private static void ExecuteShared(DdlContext context, Statement statement)
    {
        switch (statement)
        {
            case CreateRoleStatement create:
                RoleCommands.Create(context, create);
                break;
            case AlterRoleStatement alter:
                RoleCommands.Alter(context, alter);
                break;
            case AlterRoleSetStatement alter:
                RoleCommands.AlterSettings(context, alter);
                break;
            case DropRoleStatement drop:
                RoleCommands.Drop(context, drop);
                break;
            case GrantRoleStatement grant:
                RoleCommands.Grant(context, grant);
                break;
            case AlterDefaultPrivilegesStatement alter:
                DefaultPrivilegesCommand.Execute(context, alter);
                break;
            case GrantStatement grant:
                new GrantCommand(context, grant).Execute();
                break;
            case CreateDatabaseStatement create:
                DatabaseCommands.Create(context, create);
                break;
            case AlterDatabaseStatement alter:
                DatabaseCommands.Alter(context, alter);
                break;
            case AlterDatabaseSetStatement alter:
                DatabaseCommands.AlterSettings(context, alter);
                break;
            case DropDatabaseStatement drop:
                DatabaseCommands.Drop(context, drop);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"{TagOf(statement)} is not supported yet");
        }
    }

    /// <summary>The command tag.</summary>
    public static string TagOf(Statement statement) => statement switch
    {
        CreateTableStatement { ForeignServer: not null } => "CREATE FOREIGN TABLE",
        CreateTableStatement => "CREATE TABLE",
        CreateTableAsStatement { IsMaterializedView: true } => "CREATE MATERIALIZED VIEW",
        CreateTableAsStatement => "CREATE TABLE AS",
        Sql.Syntax.AlterTableStatement alter => "ALTER " + DropCommand.KindName(alter.Kind).ToUpperInvariant(),
        CreateIndexStatement => "CREATE INDEX",
        CreateSequenceStatement => "CREATE SEQUENCE",
        AlterSequenceStatement => "ALTER SEQUENCE",
        CreateSchemaStatement => "CREATE SCHEMA",
        CreateViewStatement => "CREATE VIEW",
        DropStatement drop => "DROP " + DropCommand.KindName(drop.Kind).ToUpperInvariant(),
        TruncateStatement => "TRUNCATE TABLE",
        CommentStatement => "COMMENT",
        RenameStatement { Kind: ObjectKind.Column } rename => "ALTER " + DropCommand.KindName(rename.RelationKind ?? ObjectKind.Table).ToUpperInvariant(),
        RenameStatement { Kind: ObjectKind.TableConstraint } => "ALTER TABLE",
        RenameStatement rename => "ALTER " + DropCommand.KindName(rename.Kind).ToUpperInvariant(),
        AlterObjectSchemaStatement move => "ALTER " + DropCommand.KindName(move.Kind).ToUpperInvariant(),
        AlterOwnerStatement owner => "ALTER " + DropCommand.KindName(owner.Kind).ToUpperInvariant(),
        ReassignOwnedStatement => "REASSIGN OWNED",
        CreateForeignServerStatement => "CREATE SERVER",
        AlterForeignServerStatement => "ALTER SERVER",
        VacuumStatement vacuum => vacuum.IsVacuum ? "VACUUM" : "ANALYZE",
        ReindexStatement => "REINDEX",
        CreateEnumStatement or CreateCompositeTypeStatement or CreateRangeStatement => "CREATE TYPE",
        AlterEnumStatement or AlterTypeStatement => "ALTER TYPE",
        CreateDomainStatement => "CREATE DOMAIN",
        CreateRoleStatement => "CREATE ROLE",
        AlterRoleStatement or AlterRoleSetStatement => "ALTER ROLE",
        DropRoleStatement => "DROP ROLE",
        GrantRoleStatement grant => grant.IsGrant ? "GRANT ROLE" : "REVOKE ROLE",
        GrantStatement grant => grant.IsGrant ? "GRANT" : "REVOKE",
        CreateDatabaseStatement => "CREATE DATABASE",
        AlterDatabaseStatement or AlterDatabaseSetStatement => "ALTER DATABASE",
        DropDatabaseStatement => "DROP DATABASE",
        CreateFunctionStatement create => create.IsProcedure ? "CREATE PROCEDURE" : "CREATE FUNCTION",
        AlterFunctionStatement alter => "ALTER " + DropCommand.KindName(alter.Kind).ToUpperInvariant(),
        DefineStatement define => "CREATE " + DropCommand.KindName(define.Kind).ToUpperInvariant(),
        DoStatement => "DO",
        CallStatement => "CALL",
        ClusterStatement => "CLUSTER",
        CreateExtensionStatement => "CREATE EXTENSION",
        AlterExtensionStatement or AlterExtensionContentsStatement => "ALTER EXTENSION",
        _ => Spell(statement.GetType().Name),
    };

    // CreateTriggerStatement becomes CREATE TRIGGER.
    private static string Spell(string typeName)
    {
        string name = typeName.EndsWith("Statement", StringComparison.Ordinal) ? typeName[..^"Statement".Length] : typeName;
        var text = new System.Text.StringBuilder();
        foreach (char c in name)
            text.Append(char.IsUpper(c) && text.Length > 0 ? " " : "").Append(char.ToUpperInvariant(c));
        return text.ToString();
    }
}
