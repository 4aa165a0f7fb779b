using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE TYPE of a base type, or of a shell for one, in an extension's script: nobody else has functions to make one of.</summary>
internal static class BaseTypeCommand
{
    public static void Create(DdlContext context, DefineStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        context.LockName(schema.Oid, statement.Name.Name);
        UserTypeInfo? known = context.View.FindUserType(schema.Oid, statement.Name.Name);
        if (known is not null && (known.Kind != UserTypeKind.Shell || !statement.HasDefinition))
            throw new SqlException(SqlState.DuplicateObject, $"type \"{statement.Name.Name}\" already exists");
        UserTypeInfo shell = known ?? Shell(context, schema, statement.Name.Name);
        if (statement.HasDefinition)
            Define(context, shell, statement.Definition);
    }

    private static UserTypeInfo Shell(DdlContext context, SchemaInfo schema, string name)
    {
        // The OID behind it is kept for the array.
        var shell = new UserTypeInfo { Oid = context.NewTypePair(), Name = name, SchemaOid = schema.Oid, OwnerOid = context.CurrentUser, Kind = UserTypeKind.Shell };
        context.Changes.Create(shell, context.Cancellation);
        return shell;
    }

    private static void Define(DdlContext context, UserTypeInfo shell, SyntaxList<DefinitionElement> options)
    {
        uint oid = shell.Oid;
        var definition = new BaseTypeDefinition { InputOid = 0, OutputOid = 0 };
        bool isCollatable = false;
        foreach (DefinitionElement option in options)
        {
            switch (option.Name)
            {
                case "like":
                    SqlType model = DefinitionValues.ResolveType(context, option);
                    definition = definition with { Length = model.Length, IsByValue = model.Length is 1 or 2 or 4 or 8, Alignment = (char)model.Alignment, Storage = (char)model.Storage };
                    break;
                case "internallength":
                    definition = definition with { Length = option.Value is IntegerLiteral length ? (short)length.Value : (short)-1 };
                    break;
                case "alignment":
                    definition = definition with { Alignment = DefinitionValues.Text(option) == "double" ? 'd' : DefinitionValues.Text(option)[0] };
                    break;
                case "storage":
                    definition = definition with { Storage = DefinitionValues.Text(option) == "extended" ? 'x' : DefinitionValues.Text(option)[0] };
                    break;
                case "category":
                    definition = definition with { Category = DefinitionValues.Text(option)[0] };
                    break;
                case "preferred":
                    definition = definition with { IsPreferred = DefinitionValues.Flag(option) };
                    break;
                case "collatable":
                    isCollatable = DefinitionValues.Flag(option);
                    break;
                case "delimiter":
                    definition = definition with { Delimiter = DefinitionValues.Text(option)[0] };
                    break;
                case "input":
                    definition = definition with { InputOid = (FunctionFinder.Find(context, DefinitionValues.Name(option), TypeOid.CString) ?? Required(context, option, TypeOid.CString, TypeOid.Oid, TypeOid.Int4)).Oid };
                    break;
                case "output":
                    definition = definition with { OutputOid = Required(context, option, oid).Oid };
                    break;
                case "receive":
                    definition = definition with { ReceiveOid = (FunctionFinder.Find(context, DefinitionValues.Name(option), TypeOid.Internal) ?? Required(context, option, TypeOid.Internal, TypeOid.Oid, TypeOid.Int4)).Oid };
                    break;
                case "send":
                    definition = definition with { SendOid = Required(context, option, oid).Oid };
                    break;
                case "typmod_in":
                    definition = definition with { ModifierInputOid = Required(context, option, TypeOid.CStringArray).Oid };
                    break;
                case "typmod_out":
                    definition = definition with { ModifierOutputOid = Required(context, option, TypeOid.Int4).Oid };
                    break;
                case "subscript":
                    definition = definition with { SubscriptOid = Required(context, option, TypeOid.Internal).Oid };
                    break;
                default:
                    throw new SqlException(SqlState.SyntaxError, $"type attribute \"{option.Name}\" not recognized");
            }
        }

        if (definition.InputOid == 0)
            throw new SqlException(SqlState.InvalidObjectDefinition, "type input function must be specified");
        if (definition.OutputOid == 0)
            throw new SqlException(SqlState.InvalidObjectDefinition, "type output function must be specified");
        UserTypeInfo type = shell with
        {
            Kind = UserTypeKind.Base,
            ArrayOid = oid + 1,
            Base = definition,
            CollationOid = isCollatable ? CatalogOids.DefaultCollation : 0,
        };
        context.Changes.Replace(shell, type, context.Cancellation);
        TypeCommands.CreateArrayOf(context, type);
    }

    private static FunctionInfo Required(DdlContext context, DefinitionElement option, params uint[] types) => FunctionFinder.Require(context, DefinitionValues.Name(option), types);
}
