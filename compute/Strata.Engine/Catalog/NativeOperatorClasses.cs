using Strata.Engine.Execution.Entries;
using Strata.Engine.Extensions;

namespace Strata.Engine.Catalog;

/// <summary>Operator classes of extensions that indexes can have. Stateless; thread-safe.</summary>
internal static class NativeOperatorClasses
{
    private const int Family = 5;
    private const int InputType = 6;
    private const int GinExtractValue = 2;
    private const int GistCompress = 3;

    /// <summary>What a class of GIN or GiST does; null for built-in classes, those of other access methods and those that users made.</summary>
    public static ItemClass? ItemsOf(CatalogView view, uint classOid)
    {
        if (classOid < CatalogOids.FirstUser || view.FindObject(CatalogOids.PgOpClass, classOid) is not { } own)
            return null;
        int number = own.OidAt(1) switch { CatalogOids.GinAccessMethod => GinExtractValue, CatalogOids.GistAccessMethod => GistCompress, _ => 0 };
        foreach (CatalogObject support in view.ObjectsOf(CatalogOids.PgAmProc))
            if (support.OidAt(1) == own.OidAt(Family) && support.OidAt(2) == own.OidAt(InputType) && support.Number(4) == number
                && view.FindRoutine(support.OidAt(5)) is { Library: { } library } function && NativeLibraries.Find(library)?.ItemsOf(function.Source) is { } items)
                return items;
        return null;
    }

    /// <summary>True for a class whose keys are the type's own: its members are an extension's, and the type says what its order is.</summary>
    public static bool KeepsOrder(CatalogView view, CatalogObject operatorClass) =>
        view.ExtensionOf(operatorClass.Address) is not null && TypeResolver.Find(operatorClass.OidAt(InputType), view) is { Native.Comparison: not null };

    /// <summary>True when indexes with a key can search for an operator.</summary>
    public static bool Searches(CatalogView view, IndexKey key, uint operatorOid) => key.OperatorClassOid < CatalogOids.FirstUser
        ? OperatorFamilies.Searches(key.OperatorClassOid, operatorOid)
        : view.FindObject(CatalogOids.PgOpClass, key.OperatorClassOid) is { } own && view.Image.ObjectIndex.FamilyOperator(own.OidAt(Family), operatorOid) is { } member && member.Number(5) == 's';
}
