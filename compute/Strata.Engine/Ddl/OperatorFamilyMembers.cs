using Strata.Engine.Catalog;

namespace Strata.Engine.Ddl;

/// <summary>
/// Where members of operator families belong: what a class can't do without is part of the class, the rest is loose in the family and may be dropped alone. Each access method has rules of its own
/// (PostgreSQL's <c>amadjustmembers</c>).
/// </summary>
internal static class OperatorFamilyMembers
{
    private const int BTreeComparison = 1;

    /// <summary>What a member is tied to.</summary>
    /// <param name="Owner">The class or the family.</param>
    /// <param name="IsHard">True for a part that goes only with its owner.</param>
    internal readonly record struct Place(ObjectAddress Owner, bool IsHard)
    {
        /// <summary>The kind of the member's dependency on its owner.</summary>
        public DependencyKind OwnerKind => IsHard ? DependencyKind.Internal : DependencyKind.Auto;

        /// <summary>The kind of its dependency on everything else.</summary>
        public DependencyKind OtherKind => IsHard ? DependencyKind.Normal : DependencyKind.Auto;
    }

    /// <summary>The place of an operator or a support function of a family. <paramref name="classOid"/>: the class being made, for <paramref name="classType"/>; 0 when a family is altered.</summary>
    public static Place Find(DdlContext context, uint method, bool isFunction, int number, uint left, uint right, uint family, uint classOid, uint classType)
    {
        var loose = new Place(new ObjectAddress(CatalogOids.PgOpFamily, family), false);
        Place usual = classOid == 0 ? loose : new Place(new ObjectAddress(CatalogOids.PgOpClass, classOid), true);
        switch (method)
        {
            case CatalogOids.BTreeAccessMethod when !isFunction || number == BTreeComparison:
            case CatalogOids.HashAccessMethod:
                if (left != right)
                    return loose;
                uint tied = classOid != 0 && left == classType ? classOid : ClassFor(context, method, family, left);
                return tied == 0 ? loose : new Place(new ObjectAddress(CatalogOids.PgOpClass, tied), true);
            case CatalogOids.GistAccessMethod:
                return isFunction && number is 1 or 2 or 5 or 6 or 7 ? usual : loose;
            case CatalogOids.SpGistAccessMethod:
                return isFunction && number is >= 1 and <= 5 ? usual : loose;
            case CatalogOids.GinAccessMethod:
                return isFunction && number is 2 or 3 ? usual : loose;
            default:
                return usual;
        }
    }

    private static uint ClassFor(DdlContext context, uint method, uint family, uint type)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgOpClass))
            if (candidate.OidAt(1) == method && candidate.OidAt(5) == family && candidate.OidAt(6) == type)
                return candidate.Oid;
        return 0;
    }
}
