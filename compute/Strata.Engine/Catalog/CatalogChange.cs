using System.Collections.Immutable;

namespace Strata.Engine.Catalog;

/// <summary>One object before and after a change: null before when it was created, null after when it was dropped. Both sides have the same type.</summary>
internal readonly record struct CatalogChange(object? Before, object? After)
{
    /// <summary>A map with the change applied.</summary>
    public static ImmutableDictionary<TKey, T> Replace<TKey, T>(ImmutableDictionary<TKey, T> map, in CatalogChange change, Func<T, TKey> key)
        where TKey : notnull
        where T : class
    {
        if (change.Before is T before && (change.After is not T same || !key(before).Equals(key(same))))
            map = map.Remove(key(before));
        return change.After is T after ? map.SetItem(key(after), after) : map;
    }

    /// <summary>True for objects that all databases share.</summary>
    public bool IsShared => (After ?? Before) is RoleInfo or DatabaseInfo or SettingList or ParameterPrivileges || (After ?? Before) is CommentInfo { Object.ClassOid: CatalogOids.PgAuthId or CatalogOids.PgDatabase };
}
