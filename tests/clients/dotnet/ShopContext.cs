using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Strata.Clients.EntityFramework;

public sealed class Customer
{
    public int Id { get; set; }
    public required string FullName { get; set; }
    public string? Email { get; set; }
    public long Kind { get; set; }
}

/// <summary>What the migrations beside it lead to.</summary>
public sealed class ShopContext(string connectionString) : DbContext
{
    public DbSet<Customer> Customers => Set<Customer>();

    protected override void OnConfiguring(DbContextOptionsBuilder options) =>
        options.UseNpgsql(connectionString).ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void OnModelCreating(ModelBuilder model) => model.Entity<Customer>(customer =>
    {
        customer.ToTable("customers");
        customer.Property(c => c.Id).HasColumnName("id");
        customer.Property(c => c.FullName).HasColumnName("full_name");
        customer.Property(c => c.Email).HasColumnName("email");
        customer.Property(c => c.Kind).HasColumnName("kind");
    });
}

[DbContext(typeof(ShopContext)), Migration("20240101000000_First")]
internal sealed class First : Migration
{
    protected override void Up(MigrationBuilder migration)
    {
        migration.AlterDatabase().Annotation("Npgsql:Enum:size", "small,large");
        migration.CreateTable("customers", table => new
        {
            id = table.Column<int>("integer").Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
            name = table.Column<string>("character varying(50)", maxLength: 50),
            kind = table.Column<int>("integer", defaultValue: 1),
            size = table.Column<string>("size", nullable: true),
        }, constraints: table => table.PrimaryKey("pk_customers", row => row.id));
        migration.CreateTable("orders", table => new
        {
            id = table.Column<long>("bigint").Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.SerialColumn),
            customer_id = table.Column<int>("integer"),
            amount = table.Column<decimal>("numeric(10,2)", comment: "in euros"),
            doubled = table.Column<decimal>("numeric", computedColumnSql: "amount * 2", stored: true),
        }, constraints: table =>
        {
            table.PrimaryKey("pk_orders", row => row.id);
            table.ForeignKey("fk_orders_customer", row => row.customer_id, "customers", "id", onDelete: ReferentialAction.Cascade);
        });
        migration.InsertData("customers", ["name", "kind"], ["text", "integer"], new object[] { "Ann", 3 });
    }

    protected override void Down(MigrationBuilder migration)
    {
        migration.DropTable("orders");
        migration.DropTable("customers");
    }
}

[DbContext(typeof(ShopContext)), Migration("20240201000000_Second")]
internal sealed class Second : Migration
{
    protected override void Up(MigrationBuilder migration)
    {
        migration.RenameColumn("name", "customers", "full_name");
        migration.AlterColumn<string>("full_name", "customers", "text", oldType: "character varying(50)", oldMaxLength: 50);
        migration.AlterColumn<long>("kind", "customers", "bigint", oldType: "integer", oldDefaultValue: 1);
        migration.AddColumn<string>("email", "customers", "character varying(100)", nullable: true, collation: "C");
        migration.CreateIndex("ix_customers_email", "customers", "email", unique: true, filter: "email IS NOT NULL");
        migration.CreateIndex("ix_orders_customer", "orders", "customer_id").Annotation("Npgsql:CreatedConcurrently", true).Annotation("Npgsql:IndexInclude", new[] { "amount" });
        migration.AddCheckConstraint("ck_amount", "orders", "amount > 0");
        migration.AddUniqueConstraint("uq_orders", "orders", ["customer_id", "amount"]);
        migration.EnsureSchema("archive");
        migration.AlterDatabase().Annotation("Npgsql:Enum:size", "small,medium,large").OldAnnotation("Npgsql:Enum:size", "small,large");
    }

    protected override void Down(MigrationBuilder migration)
    {
        migration.DropUniqueConstraint("uq_orders", "orders");
        migration.DropCheckConstraint("ck_amount", "orders");
        migration.DropIndex("ix_orders_customer", "orders");
        migration.DropIndex("ix_customers_email", "customers");
        migration.DropColumn("email", "customers");
        migration.AlterColumn<int>("kind", "customers", "integer", defaultValue: 1, oldType: "bigint");
        migration.AlterColumn<string>("full_name", "customers", "character varying(50)", maxLength: 50, oldType: "text");
        migration.RenameColumn("full_name", "customers", "name");
    }
}

[DbContext(typeof(ShopContext)), Migration("20240301000000_Third")]
internal sealed class Third : Migration
{
    protected override void Up(MigrationBuilder migration)
    {
        migration.RenameTable("orders", newName: "past_orders", newSchema: "archive");
        migration.RenameIndex("ix_orders_customer", "ix_past_orders_customer", "past_orders", "archive");
        migration.CreateSequence<int>("tickets", startValue: 10, incrementBy: 2, cyclic: true, maxValue: 1000);
        migration.RenameSequence("tickets", newName: "numbers");
        migration.Sql("CREATE VIEW archive.totals AS SELECT customer_id, sum(doubled) AS total FROM archive.past_orders GROUP BY customer_id");
    }

    protected override void Down(MigrationBuilder migration)
    {
        migration.Sql("DROP VIEW archive.totals");
        migration.DropSequence("numbers");
        migration.RenameIndex("ix_past_orders_customer", "ix_orders_customer", "past_orders", "archive");
        migration.RenameTable("past_orders", "archive", "orders", "public");
    }
}
