using Strata.Engine.Catalog;
using Strata.Engine.Transactions;

namespace Strata.Engine.Sessions;

/// <summary>Makes the first catalogs of a new timeline: role <c>postgres</c>, the databases <c>template1</c>, <c>template0</c> and <c>postgres</c>, each with schema <c>public</c>. One transaction, a few kilobytes of log.</summary>
internal static class Bootstrap
{
    public static void Run(CatalogStore store, string? verifier, CancellationToken cancellation)
    {
        TransactionManager transactions = store.Storage.Transactions;
        Transaction transaction = transactions.Begin();
        try
        {
            CatalogHeapAccess.Create(store.Storage, transaction, 0, cancellation);
            var shared = new CatalogTransaction(store, transaction, CatalogOids.PostgresDatabase);
            CreateDatabase(store, transaction, shared, new DatabaseInfo { Oid = CatalogOids.PostgresDatabase, Name = "postgres", OwnerOid = CatalogOids.BootstrapRole }, cancellation);
            shared.Create(new RoleInfo
            {
                Oid = CatalogOids.BootstrapRole,
                Name = "postgres",
                IsSuperuser = true,
                CanCreateRole = true,
                CanCreateDatabase = true,
                CanLogin = true,
                IsReplication = true,
                BypassesRowSecurity = true,
                Password = verifier,
            }, cancellation);
            AccessControlItem[] templateAcl =
            [
                new AccessControlItem(0, CatalogOids.BootstrapRole, Privileges.Connect, Privileges.None),
                new AccessControlItem(CatalogOids.BootstrapRole, CatalogOids.BootstrapRole, Privileges.AllDatabase, Privileges.None),
            ];
            CreateDatabase(store, transaction, shared, new DatabaseInfo
            {
                Oid = CatalogOids.Template1Database,
                Name = "template1",
                OwnerOid = CatalogOids.BootstrapRole,
                IsTemplate = true,
                Acl = templateAcl,
            }, cancellation);
            CreateDatabase(store, transaction, shared, new DatabaseInfo
            {
                Oid = CatalogOids.Template0Database,
                Name = "template0",
                OwnerOid = CatalogOids.BootstrapRole,
                IsTemplate = true,
                AllowsConnections = false,
                Acl = templateAcl,
            }, cancellation);
            transactions.Commit(transaction, cancellation);
        }
        catch
        {
            if (transaction.State == TransactionState.Active)
                transactions.Abort(transaction);
            throw;
        }
    }

    /// <summary>Makes a database's row, its catalog heaps and its first schema.</summary>
    public static void CreateDatabase(CatalogStore store, Transaction transaction, CatalogTransaction shared, DatabaseInfo database, CancellationToken cancellation)
    {
        CatalogHeapAccess.Create(store.Storage, transaction, database.Oid, cancellation);
        shared.Create(database, cancellation);
        CatalogTransaction own = database.Oid == shared.DatabaseOid ? shared : new CatalogTransaction(store, transaction, database.Oid);
        own.Create(new SchemaInfo
        {
            Oid = CatalogOids.PublicSchema,
            Name = "public",
            OwnerOid = DatabaseOwnerRole,
            Acl =
            [
                new AccessControlItem(DatabaseOwnerRole, DatabaseOwnerRole, Privileges.AllSchema, Privileges.None),
                new AccessControlItem(0, DatabaseOwnerRole, Privileges.Usage, Privileges.None),
            ],
        }, cancellation);
    }

    /// <summary><c>pg_database_owner</c>: whoever owns the database is its member.</summary>
    public const uint DatabaseOwnerRole = 6171;
}
