namespace Strata.Engine.Sessions;

/// <summary>One column of a row description.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TableOid">Table it comes from; 0 for an expression.</param>
/// <param name="ColumnNumber">Column of that table; 0 for an expression.</param>
/// <param name="TypeOid">Its type.</param>
/// <param name="TypeSize">Bytes, -1 for variable length, -2 for a C string.</param>
/// <param name="TypeModifier">-1 for none.</param>
public readonly record struct ResultColumn(string Name, uint TableOid, short ColumnNumber, uint TypeOid, short TypeSize, int TypeModifier);
