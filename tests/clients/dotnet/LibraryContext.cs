using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace Strata.Clients.EntityFramework;

/// <summary>Stored as an enum type of the database.</summary>
public enum Mood { Glad, Sad }

public sealed class Author
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public Mood Mood { get; set; }
    public required Address Home { get; set; }
    public required Settings Settings { get; set; }
    public List<Book> Books { get; set; } = [];
}

/// <summary>Columns of the owner's table.</summary>
public sealed class Address
{
    public string? Street { get; set; }
    public string? City { get; set; }
}

/// <summary>A jsonb column of the owner's table.</summary>
public sealed class Settings
{
    public string? Theme { get; set; }
    public List<int> Sizes { get; set; } = [];
}

public sealed class Book
{
    public long Id { get; set; }
    public int AuthorId { get; set; }
    public Author? Author { get; set; }
    public required string Title { get; set; }
    public decimal Price { get; set; }
    public List<string> Tags { get; set; } = [];
    public DateOnly Published { get; set; }
    public DateTimeOffset At { get; set; }
    public TimeSpan Length { get; set; }
    public Guid Code { get; set; }
    public byte[]? Body { get; set; }
    public JsonDocument? Data { get; set; }
    public DateTime Made { get; set; }
    public NpgsqlTsVector? Words { get; set; }
    public uint Version { get; set; }
    public List<Genre> Genres { get; set; } = [];
}

public sealed class Genre
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public List<Book> Books { get; set; } = [];
}

/// <summary>A view.</summary>
public sealed class AuthorPrice
{
    public int AuthorId { get; set; }
    public decimal Total { get; set; }
}

/// <summary>A model with every mapping that the provider has of its own: enum, arrays, jsonb, generated columns, xmin as token, full text.</summary>
public sealed class LibraryContext(string connectionString) : DbContext
{
    public DbSet<Author> Authors => Set<Author>();
    public DbSet<Book> Books => Set<Book>();
    public DbSet<Genre> Genres => Set<Genre>();
    public DbSet<AuthorPrice> Prices => Set<AuthorPrice>();

    protected override void OnConfiguring(DbContextOptionsBuilder options) =>
        options.UseNpgsql(connectionString, npgsql => npgsql.MapEnum<Mood>("mood", "library"));

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema("library");
        model.HasSequence<long>("numbers").StartsAt(100).IncrementsBy(5);
        model.Entity<Author>(author =>
        {
            author.ToTable("authors");
            author.Property(a => a.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            author.Property(a => a.Name).HasColumnName("name").HasMaxLength(80);
            author.Property(a => a.Mood).HasColumnName("mood");
            author.HasIndex(a => a.Name).IsUnique().HasDatabaseName("ix_authors_name");
            author.OwnsOne(a => a.Home);
            author.OwnsOne(a => a.Settings, settings => settings.ToJson("settings"));
        });
        model.Entity<Book>(book =>
        {
            book.ToTable("books", table =>
            {
                table.HasCheckConstraint("price_positive", "price >= 0");
                table.HasComment("What is lent");
            });
            book.Property(b => b.Id).HasColumnName("id").UseHiLo("book_hilo");
            book.Property(b => b.Title).HasColumnName("title").HasComment("As printed");
            book.Property(b => b.Price).HasColumnName("price").HasPrecision(10, 2);
            book.Property(b => b.Tags).HasColumnName("tags");
            book.Property(b => b.Data).HasColumnName("data");
            book.Property(b => b.Made).HasColumnName("made").HasDefaultValueSql("now()");
            book.Property(b => b.Version).IsRowVersion();
            book.HasGeneratedTsVectorColumn(b => b.Words!, "english", b => new { b.Title }).Property(b => b.Words).HasColumnName("words");
            book.HasIndex(b => new { b.Price, b.Title }).HasDatabaseName("cheap_books").IsDescending(true, false).HasFilter("price < 10");
            book.HasIndex(b => b.AuthorId).IncludeProperties(b => b.Title);
            book.HasMany(b => b.Genres).WithMany(g => g.Books).UsingEntity("book_genre");
        });
        model.Entity<Genre>(genre =>
        {
            genre.ToTable("genres");
            genre.Property(g => g.Name).UseCollation("C");
            genre.HasAlternateKey(g => g.Name);
        });
        model.Entity<AuthorPrice>().HasNoKey().ToSqlQuery("SELECT author_id AS \"AuthorId\", total AS \"Total\" FROM (SELECT \"AuthorId\" AS author_id, sum(price) AS total FROM library.books GROUP BY \"AuthorId\") s");
    }
}
