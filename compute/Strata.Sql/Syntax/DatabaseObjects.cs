namespace Strata.Sql.Syntax;

/// <summary>CREATE SCHEMA; the name is null if only AUTHORIZATION was given.</summary>
public sealed record CreateSchemaStatement(
    string? Name, RoleReference? Authorization, SyntaxList<Statement> Elements, bool IfNotExists, int Position) : Statement(Position);

/// <summary>CREATE DATABASE.</summary>
public sealed record CreateDatabaseStatement(string Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER DATABASE with options (SET TABLESPACE is the option <c>tablespace</c>).</summary>
public sealed record AlterDatabaseStatement(string Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER DATABASE … REFRESH COLLATION VERSION.</summary>
public sealed record AlterDatabaseRefreshCollationStatement(string Name, int Position) : Statement(Position);

/// <summary>ALTER DATABASE … SET/RESET.</summary>
public sealed record AlterDatabaseSetStatement(string Name, SetStatement Setting, int Position) : Statement(Position);

/// <summary>DROP DATABASE; the only option is <c>force</c>.</summary>
public sealed record DropDatabaseStatement(string Name, bool IfExists, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>Words after CREATE that make a role.</summary>
public enum RoleStatementKind
{
    /// <summary>ROLE.</summary>
    Role,

    /// <summary>USER: can log in.</summary>
    User,

    /// <summary>GROUP.</summary>
    Group,
}

/// <summary>
/// CREATE ROLE, USER or GROUP. Options as in PostgreSQL: <c>password</c>, <c>superuser</c>, <c>inherit</c>, <c>createrole</c>,
/// <c>createdb</c>, <c>canlogin</c>, <c>isreplication</c>, <c>bypassrls</c> (booleans), <c>connectionlimit</c>, <c>validUntil</c>,
/// <c>sysid</c>, <c>adminmembers</c>, <c>rolemembers</c>, <c>addroleto</c> (lists of roles).
/// </summary>
public sealed record CreateRoleStatement(RoleStatementKind Kind, string Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER ROLE with options; <paramref name="IsDrop"/> is ALTER GROUP … DROP USER.</summary>
public sealed record AlterRoleStatement(RoleReference Role, SyntaxList<DefinitionElement> Options, bool IsDrop, int Position) : Statement(Position);

/// <summary>ALTER ROLE … [IN DATABASE …] SET/RESET; a null role is ALL.</summary>
public sealed record AlterRoleSetStatement(RoleReference? Role, string? Database, SetStatement Setting, int Position) : Statement(Position);

/// <summary>DROP ROLE, USER or GROUP.</summary>
public sealed record DropRoleStatement(SyntaxList<RoleReference> Roles, bool IfExists, int Position) : Statement(Position);

/// <summary>A list of roles as an option's value.</summary>
public sealed record RoleList(SyntaxList<RoleReference> Roles, int Position) : SyntaxNode(Position);

/// <summary>A privilege; the name is null for ALL.</summary>
public sealed record Privilege(string? Name, SyntaxList<string> Columns, int Position) : SyntaxNode(Position);

/// <summary>What a GRANT applies to.</summary>
public enum GrantScope
{
    /// <summary>Named objects.</summary>
    Objects,

    /// <summary>ALL … IN SCHEMA.</summary>
    AllInSchema,

    /// <summary>Defaults for future objects, inside ALTER DEFAULT PRIVILEGES.</summary>
    Defaults,
}

/// <summary>GRANT or REVOKE of privileges.</summary>
public sealed record GrantStatement(
    bool IsGrant, GrantScope Scope, ObjectKind Kind, SyntaxList<Privilege> Privileges, SyntaxList<ObjectReference> Objects,
    SyntaxList<RoleReference> Grantees, int Position) : Statement(Position)
{
    /// <summary>No privileges listed: ALL.</summary>
    public bool IsAllPrivileges => Privileges.IsEmpty;

    /// <summary>WITH GRANT OPTION, or REVOKE GRANT OPTION FOR.</summary>
    public bool GrantOption { get; init; }

    /// <summary>GRANTED BY.</summary>
    public RoleReference? Grantor { get; init; }

    /// <summary>CASCADE or RESTRICT of REVOKE.</summary>
    public DropBehavior Behavior { get; init; }
}

/// <summary>GRANT or REVOKE of roles.</summary>
public sealed record GrantRoleStatement(
    bool IsGrant, SyntaxList<string> GrantedRoles, SyntaxList<RoleReference> Grantees, int Position) : Statement(Position)
{
    /// <summary>WITH ADMIN OPTION, or REVOKE ADMIN OPTION FOR.</summary>
    public bool AdminOption { get; init; }

    /// <summary>GRANTED BY.</summary>
    public RoleReference? Grantor { get; init; }

    /// <summary>CASCADE or RESTRICT of REVOKE.</summary>
    public DropBehavior Behavior { get; init; }
}

/// <summary>ALTER DEFAULT PRIVILEGES.</summary>
public sealed record AlterDefaultPrivilegesStatement(
    SyntaxList<RoleReference> ForRoles, SyntaxList<string> InSchemas, GrantStatement Action, int Position) : Statement(Position);

/// <summary>REASSIGN OWNED.</summary>
public sealed record ReassignOwnedStatement(SyntaxList<RoleReference> Roles, RoleReference NewOwner, int Position) : Statement(Position);

/// <summary>DROP OWNED.</summary>
public sealed record DropOwnedStatement(SyntaxList<RoleReference> Roles, DropBehavior Behavior, int Position) : Statement(Position);

/// <summary>CREATE TABLESPACE.</summary>
public sealed record CreateTablespaceStatement(
    string Name, RoleReference? Owner, string Location, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>DROP TABLESPACE.</summary>
public sealed record DropTablespaceStatement(string Name, bool IfExists, int Position) : Statement(Position);

/// <summary>ALTER TABLESPACE … SET|RESET.</summary>
public sealed record AlterTablespaceStatement(string Name, SyntaxList<DefinitionElement> Options, bool IsReset, int Position) : Statement(Position);

/// <summary>ALTER SYSTEM.</summary>
public sealed record AlterSystemStatement(SetStatement Setting, int Position) : Statement(Position);

/// <summary>CREATE EXTENSION; options <c>schema</c>, <c>new_version</c>, <c>cascade</c>.</summary>
public sealed record CreateExtensionStatement(string Name, bool IfNotExists, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER EXTENSION … UPDATE.</summary>
public sealed record AlterExtensionStatement(string Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER EXTENSION … ADD|DROP member.</summary>
public sealed record AlterExtensionContentsStatement(
    string Name, bool IsAdd, ObjectKind Kind, ObjectReference Object, int Position) : Statement(Position);

/// <summary>CREATE FOREIGN DATA WRAPPER; options <c>handler</c>, <c>validator</c> (null value: NO …).</summary>
public sealed record CreateForeignDataWrapperStatement(
    string Name, SyntaxList<DefinitionElement> Functions, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER FOREIGN DATA WRAPPER.</summary>
public sealed record AlterForeignDataWrapperStatement(
    string Name, SyntaxList<DefinitionElement> Functions, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CREATE SERVER.</summary>
public sealed record CreateForeignServerStatement(
    string Name, string? Type, string? Version, string Wrapper, SyntaxList<DefinitionElement> Options, bool IfNotExists, int Position)
    : Statement(Position);

/// <summary>ALTER SERVER; <paramref name="HasVersion"/> tells VERSION NULL from no VERSION.</summary>
public sealed record AlterForeignServerStatement(
    string Name, string? Version, bool HasVersion, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CREATE USER MAPPING.</summary>
public sealed record CreateUserMappingStatement(
    RoleReference User, string Server, SyntaxList<DefinitionElement> Options, bool IfNotExists, int Position) : Statement(Position);

/// <summary>ALTER USER MAPPING.</summary>
public sealed record AlterUserMappingStatement(
    RoleReference User, string Server, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>DROP USER MAPPING.</summary>
public sealed record DropUserMappingStatement(RoleReference User, string Server, bool IfExists, int Position) : Statement(Position);

/// <summary>Which tables IMPORT FOREIGN SCHEMA takes.</summary>
public enum ImportSchemaFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>LIMIT TO.</summary>
    LimitTo,

    /// <summary>EXCEPT.</summary>
    Except,
}

/// <summary>IMPORT FOREIGN SCHEMA.</summary>
public sealed record ImportForeignSchemaStatement(
    string RemoteSchema, ImportSchemaFilter Filter, SyntaxList<RelationName> Tables, string Server, string LocalSchema,
    SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>Kinds of publication members.</summary>
public enum PublicationObjectKind
{
    /// <summary>A table.</summary>
    Table,

    /// <summary>TABLES IN SCHEMA name.</summary>
    TablesInSchema,

    /// <summary>TABLES IN SCHEMA CURRENT_SCHEMA.</summary>
    TablesInCurrentSchema,
}

/// <summary>A member of a publication.</summary>
public sealed record PublicationObject(
    PublicationObjectKind Kind, RelationName? Relation, string? Schema, SyntaxList<string> Columns, Expression? Where, int Position) : SyntaxNode(Position);

/// <summary>CREATE PUBLICATION.</summary>
public sealed record CreatePublicationStatement(
    string Name, bool IsForAllTables, SyntaxList<PublicationObject> Objects, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>ALTER PUBLICATION; with options only, or with objects and what to do with them.</summary>
public sealed record AlterPublicationStatement(
    string Name, DefinitionAction Action, SyntaxList<PublicationObject> Objects, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CREATE SUBSCRIPTION.</summary>
public sealed record CreateSubscriptionStatement(
    string Name, string Connection, SyntaxList<string> Publications, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>Forms of ALTER SUBSCRIPTION.</summary>
public enum AlterSubscriptionKind
{
    /// <summary>SET (options).</summary>
    Options,

    /// <summary>CONNECTION.</summary>
    Connection,

    /// <summary>REFRESH PUBLICATION.</summary>
    Refresh,

    /// <summary>SET PUBLICATION.</summary>
    SetPublication,

    /// <summary>ADD PUBLICATION.</summary>
    AddPublication,

    /// <summary>DROP PUBLICATION.</summary>
    DropPublication,

    /// <summary>ENABLE.</summary>
    Enable,

    /// <summary>DISABLE.</summary>
    Disable,

    /// <summary>SKIP (options).</summary>
    Skip,
}

/// <summary>ALTER SUBSCRIPTION.</summary>
public sealed record AlterSubscriptionStatement(
    AlterSubscriptionKind Kind, string Name, string? Connection, SyntaxList<string> Publications, SyntaxList<DefinitionElement> Options, int Position)
    : Statement(Position);

/// <summary>DROP SUBSCRIPTION.</summary>
public sealed record DropSubscriptionStatement(string Name, bool IfExists, DropBehavior Behavior, int Position) : Statement(Position);

/// <summary>ALTER TEXT SEARCH DICTIONARY.</summary>
public sealed record AlterTextSearchDictionaryStatement(
    QualifiedName Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>Forms of ALTER TEXT SEARCH CONFIGURATION.</summary>
public enum TextSearchMappingKind
{
    /// <summary>ADD MAPPING.</summary>
    Add,

    /// <summary>ALTER MAPPING [FOR …] WITH ….</summary>
    Alter,

    /// <summary>ALTER MAPPING [FOR …] REPLACE a WITH b.</summary>
    Replace,

    /// <summary>DROP MAPPING.</summary>
    Drop,
}

/// <summary>ALTER TEXT SEARCH CONFIGURATION; REPLACE has the old and the new dictionary.</summary>
public sealed record AlterTextSearchConfigurationStatement(
    QualifiedName Name, TextSearchMappingKind Kind, SyntaxList<string> TokenTypes, SyntaxList<QualifiedName> Dictionaries, bool IfExists, int Position)
    : Statement(Position);
