using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Ddl;
using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>
/// A session's temporary schema and what is to be done with its tables at the end of transactions. Temporary relations are ordinary ones in a schema that only this session's search path leads to;
/// they are dropped when the session ends, and what a crash left is dropped by the next session that makes a temporary relation in the database. For the session's thread.
/// </summary>
internal sealed class TemporaryObjects(SessionContext context)
{
    private readonly Dictionary<uint, OnCommitAction> _onCommit = [];
    private int _slot;
    private DatabaseImage? _lookedAt;
    private bool _hasObjects;

    /// <summary>The prefix of the names of temporary schemas.</summary>
    public const string SchemaPrefix = "pg_temp_";

    /// <summary>True for the schemas of temporary relations, of whatever session.</summary>
    public static bool IsTemporary(SchemaInfo schema) => schema.Name.StartsWith(SchemaPrefix, StringComparison.Ordinal);

    /// <summary>OID of this session's temporary schema; 0 while it has none.</summary>
    public uint SchemaOid(CatalogView view) => _slot == 0 ? 0 : view.FindSchema(SchemaName)?.Oid ?? 0;

    private string SchemaName => SchemaPrefix + _slot.ToString(CultureInfo.InvariantCulture);

    /// <summary>The session's temporary schema, made at its first use. Throws 42501, 25006.</summary>
    public SchemaInfo EnsureSchema(DdlContext ddl)
    {
        if (_slot != 0 && ddl.View.FindSchema(SchemaName) is { } known)
            return known;
        DatabaseInfo database = ddl.View.FindDatabase(ddl.DatabaseOid)!;
        if ((ddl.Permissions.Of(ddl.CurrentUser, database.OwnerOid, database.Acl, Privileges.Temporary | Privileges.Connect, Privileges.AllDatabase) & Privileges.Temporary) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to create temporary tables in database \"{database.Name}\"");
        if (_slot == 0)
            _slot = context.Engine.TemporarySlots.Take(context.DatabaseOid);
        DropOrphans(ddl);
        if (ddl.View.FindSchema(SchemaName) is null)
            ddl.Changes.Create(new SchemaInfo { Oid = ddl.NewOid(), Name = SchemaName, OwnerOid = CatalogOids.BootstrapRole }, ddl.Cancellation);
        context.ForgetSearchPath();
        return ddl.View.FindSchema(SchemaName)!;
    }

    // What sessions left whose end nobody saw: their compute crashed, and their numbers are free again.
    private void DropOrphans(DdlContext ddl)
    {
        foreach (SchemaInfo schema in ddl.View.Schemas.ToArray())
            if (IsTemporary(schema) && int.TryParse(schema.Name.AsSpan(SchemaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
                && (slot == _slot || !context.Engine.TemporarySlots.IsTaken(context.DatabaseOid, slot)))
                DropCommand.DropContents(ddl, schema);
    }

    /// <summary>The session has anything temporary. Between transactions.</summary>
    public bool HasObjects
    {
        get
        {
            if (_slot == 0)
                return false;
            CatalogView view = context.Engine.Catalog.View(context.DatabaseOid, context.Engine.Closing);
            if (ReferenceEquals(_lookedAt, view.Image))
                return _hasObjects;
            _lookedAt = view.Image;
            uint schema = SchemaOid(view);
            return _hasObjects = schema != 0 && (view.Image.Relations.Values.Any(r => r.SchemaOid == schema) || view.Image.Types.Values.Any(t => t.SchemaOid == schema) ||
                view.Image.Routines.Values.Any(r => r.SchemaOid == schema));
        }
    }

    /// <summary>Notes what ON COMMIT says of a new table.</summary>
    public void OnCommit(RelationInfo table, OnCommitAction action)
    {
        if (action is OnCommitAction.DeleteRows or OnCommitAction.Drop)
            _onCommit[table.Oid] = action;
    }

    /// <summary>True when a commit has something to do here.</summary>
    public bool HasCommitWork => _onCommit.Count > 0;

    /// <summary>Empties and drops tables as ON COMMIT says, within the transaction that is about to commit.</summary>
    public void BeforeCommit()
    {
        var ddl = new DdlContext(context, "");
        foreach ((uint oid, OnCommitAction action) in _onCommit.ToArray())
        {
            if (ddl.View.FindRelation(oid) is not { } table)
                continue;
            if (action == OnCommitAction.Drop)
                DropCommand.DropRelation(ddl, table);
            else
                TruncateCommand.EmptyAtCommit(ddl, table);
        }
    }

    /// <summary>Forgets the tables that are gone, whether a commit dropped them or a rollback undid their making.</summary>
    public void TransactionEnded()
    {
        if (_onCommit.Count == 0)
            return;
        CatalogView view = context.Engine.Catalog.View(context.DatabaseOid, context.Engine.Closing);
        foreach (uint oid in _onCommit.Keys.ToArray())
            if (view.FindRelation(oid) is null)
                _onCommit.Remove(oid);
    }

    /// <summary>Drops everything temporary (DISCARD TEMP).</summary>
    public void Discard(DdlContext ddl)
    {
        if (_slot != 0 && ddl.View.FindSchema(SchemaName) is { } schema)
            DropCommand.DropContents(ddl, schema);
    }

    /// <summary>Drops everything temporary in a transaction of its own, when the session ends. What fails is left for the next session that takes the number.</summary>
    public void End()
    {
        if (_slot == 0)
            return;
        try
        {
            if (!context.Engine.IsFailed)
            {
                context.Cancellation = context.Engine.Closing;
                context.CurrentUserOid = context.SessionUserOid = context.AuthenticatedUserOid;
                context.Transactions.EnsureBegun();
                context.Transactions.SetReadOnly(false);
                Discard(new DdlContext(context, ""));
                _onCommit.Clear();
                context.Transactions.Commit(context.Engine.Closing);
            }
        }
        catch (Exception error) when (error is SqlException or OperationCanceledException or LostTermException)
        {
            context.Engine.Options.Warning?.Invoke($"temporary relations of {SchemaName} were not dropped: {error.Message}");
            context.Transactions.Rollback();
        }
        finally
        {
            context.Engine.TemporarySlots.Release(context.DatabaseOid, _slot);
            _slot = 0;
        }
    }
}
