using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Scaffolding.Internal;

namespace Strata.Clients.EntityFramework;

/// <summary>Entity Framework Core: databases and schemas from a model, migrations up and down, every kind of query it writes, concurrency tokens, scaffolding.</summary>
public static class EntityFrameworkCheck
{
    public static async Task RunAsync(NpgsqlConnectionStringBuilder settings)
    {
        await CreateAndUseAsync(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "ef_check" }.ConnectionString);
        await MigrateAsync(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "ef_migrations" }.ConnectionString);
    }

    private static async Task CreateAndUseAsync(string connectionString)
    {
        await using (var library = new LibraryContext(connectionString))
        {
            await library.Database.EnsureDeletedAsync();
            Expect.True(await library.Database.EnsureCreatedAsync());
            Expect.True(!await library.Database.EnsureCreatedAsync());
            Expect.True(await library.Database.CanConnectAsync());
        }
        NpgsqlConnection.ClearAllPools();
        await InsertAsync(connectionString);
        await QueryAsync(connectionString);
        await ChangeAsync(connectionString);
        await using (var library = new LibraryContext(connectionString))
        {
            Scaffold(library, connectionString);
            await library.Database.EnsureDeletedAsync();
            Expect.True(!await library.Database.CanConnectAsync());
        }
    }

    private static async Task InsertAsync(string connectionString)
    {
        await using var library = new LibraryContext(connectionString);
        library.Authors.AddRange(Enumerable.Range(1, 30).Select(i => new Author
        {
            Name = $"Author {i:00}",
            Mood = i % 3 == 0 ? Mood.Sad : Mood.Glad,
            Home = new Address { Street = $"{i} Street", City = i % 2 == 0 ? "Paris" : "London" },
            Settings = new Settings { Theme = i % 2 == 0 ? "dark" : "light", Sizes = [i, i * 2] },
            Books = [.. Enumerable.Range(1, i % 5).Select(b => new Book
            {
                Title = $"Book {i}.{b}",
                Price = i + b / 10m,
                Tags = ["t" + b, "all"],
                Published = new DateOnly(2000 + i, 1, b),
                At = new DateTimeOffset(2024, 1, i, 12, 0, 0, TimeSpan.Zero),
                Length = TimeSpan.FromMinutes(i * b),
                Code = new Guid(i, 0, 0, new byte[8]),
                Body = [1, 2, (byte)b],
                Data = JsonDocument.Parse($$"""{"n": {{i}}, "deep": {"list": [1, {{b}}] } }"""),
                Genres = [],
            })],
        }));
        await library.SaveChangesAsync();
        var genres = new[] { new Genre { Name = "crime" }, new Genre { Name = "poetry" } };
        foreach (var book in await library.Books.OrderBy(book => book.Id).Take(10).ToListAsync()) book.Genres.AddRange(genres);
        await library.SaveChangesAsync();
        Expect.Equal(30, await library.Authors.CountAsync());
        Expect.Equal(20, await library.Genres.SelectMany(genre => genre.Books).CountAsync());
    }

    private static async Task QueryAsync(string connectionString)
    {
        await using var library = new LibraryContext(connectionString);
        var books = library.Books.AsNoTracking();
        Expect.Equal(60, await books.CountAsync());
        var ada = await library.Authors.Include(author => author.Books).ThenInclude(book => book.Genres).AsSplitQuery().SingleAsync(author => author.Name == "Author 04");
        Expect.Equal(4, ada.Books.Count);
        Expect.Equal(12, await books.CountAsync(book => book.Tags.Contains("t3")) - 0);
        Expect.Equal(60, await books.CountAsync(book => book.Tags.Any(tag => tag.StartsWith("al"))));
        Expect.Equal(2, (await books.Select(book => book.Tags.Count).Distinct().SingleAsync()));
        Expect.Equal(4, await books.CountAsync(book => book.Data!.RootElement.GetProperty("n").GetInt32() == 9));
        Expect.Equal(15, await library.Authors.CountAsync(author => author.Settings.Theme == "dark"));
        Expect.Equal(15, await library.Authors.CountAsync(author => author.Home.City == "Paris"));
        Expect.Equal(1, await library.Authors.CountAsync(author => author.Settings.Sizes[1] == 14));
        Expect.Equal(10, await library.Authors.CountAsync(author => author.Mood == Mood.Sad));
        Expect.Equal(9, await library.Authors.CountAsync(author => EF.Functions.ILike(author.Name, "author 0%")));
        Expect.Equal(3, await library.Authors.CountAsync(author => author.Name.EndsWith("5") || author.Name.Trim().ToUpper() == "NOBODY"));
        Expect.Equal(1, await books.CountAsync(book => book.Published == new DateOnly(2001, 1, 1)));
        Expect.Equal(4, await books.CountAsync(book => book.Published.Year == 2004 && book.At.UtcDateTime.Month == 1));
        Expect.Equal(3, await books.CountAsync(book => book.Length > TimeSpan.FromMinutes(75)) - await books.CountAsync(book => book.Length > TimeSpan.FromMinutes(75) && book.Price < 27));
        var groups = await library.Authors.GroupBy(author => author.Home.City).Select(group => new { City = group.Key, Number = group.Count(), Books = group.Sum(author => author.Books.Count), Last = group.Max(author => author.Name) }).OrderBy(group => group.City).ToListAsync();
        Expect.Sequence(["London", "Paris"], groups.Select(group => group.City));
        Expect.Equal(60, groups.Sum(group => group.Books));
        var best = await library.Authors.Select(author => new { author.Name, Best = author.Books.OrderByDescending(book => book.Price).ThenBy(book => book.Id).Select(book => book.Title).FirstOrDefault() }).OrderBy(author => author.Name).ToListAsync();
        Expect.Equal("Book 4.4", best[3].Best);
        Expect.Equal(null, best[4].Best);
        var page = await books.OrderByDescending(book => book.Price).ThenBy(book => book.Title).Skip(5).Take(5).Select(book => new { book.Title, Author = book.Author!.Name }).ToListAsync();
        Expect.Equal(5, page.Count);
        var names = new List<string> { "Author 01", "Author 07", "nobody" };
        Expect.Equal(2, await library.Authors.CountAsync(author => names.Contains(author.Name)));
        Expect.Equal(24, await library.Authors.CountAsync(author => author.Books.Any()));
        Expect.Equal(6, await library.Authors.CountAsync(author => !author.Books.Any()));
        Expect.Equal(30, await library.Authors.Where(author => author.Id <= 15).Select(author => author.Name).Union(library.Authors.Where(author => author.Id > 10).Select(author => author.Name)).CountAsync());
        var left = await library.Authors.LeftJoin(library.Books.Where(book => book.Price > 29), author => author.Id, book => book.AuthorId, (author, book) => new { author.Name, Title = (string?)book!.Title }).CountAsync(pair => pair.Title == null);
        Expect.Equal(29, left);
        Expect.Equal(2, await library.Authors.FromSql($"SELECT * FROM library.authors WHERE id < {3}").Where(author => author.Name != "x").CountAsync());
        Expect.Equal("1,2,3", await library.Database.SqlQuery<string>($"SELECT string_agg(x::text, ',' ORDER BY x) AS \"Value\" FROM unnest({new[] { 3, 1, 2 }}) x").SingleAsync());
        Expect.Equal(1, await library.Prices.CountAsync(price => price.Total > 100));
        Expect.True(await books.AverageAsync(book => book.Price) > 10);
        Expect.Equal(60, await books.Where(book => book.Words!.Matches("books")).CountAsync());
        await foreach (var title in books.OrderBy(book => book.Id).Select(book => book.Title).AsAsyncEnumerable()) Expect.True(title.StartsWith("Book", StringComparison.Ordinal));
    }

    private static async Task ChangeAsync(string connectionString)
    {
        await using var library = new LibraryContext(connectionString);
        await using (var transaction = await library.Database.BeginTransactionAsync())
        {
            Expect.Equal(60, await library.Books.ExecuteUpdateAsync(set => set.SetProperty(book => book.Price, book => book.Price * 2).SetProperty(book => book.Tags, new List<string> { "new" })));
            int dear = await library.Books.CountAsync(book => book.Author!.Mood == Mood.Sad && book.Price > 50);
            Expect.Equal(dear, await library.Books.Where(book => book.Author!.Mood == Mood.Sad && book.Price > 50).ExecuteDeleteAsync());
            await transaction.CreateSavepointAsync("before");
            library.Authors.Add(new Author { Name = "Author 01", Home = new Address(), Settings = new Settings() });
            var error = await ErrorOf(() => library.SaveChangesAsync());
            Expect.Equal("23505", error.SqlState);
            Expect.Equal("ix_authors_name", error.ConstraintName);
            await transaction.RollbackToSavepointAsync("before");
            await transaction.RollbackAsync();
        }
        library.ChangeTracker.Clear();
        var one = await library.Books.OrderBy(book => book.Id).FirstAsync();
        await using (var other = new LibraryContext(connectionString))
        {
            (await other.Books.OrderBy(book => book.Id).FirstAsync()).Price = 77;
            await other.SaveChangesAsync();
        }
        one.Price = 78;
        try
        {
            await library.SaveChangesAsync();
            throw new InvalidOperationException("a lost update");
        }
        catch (DbUpdateConcurrencyException conflict)
        {
            await conflict.Entries.Single().ReloadAsync();
        }
        Expect.Equal(77m, one.Price);
        one.Price = 78;
        one.Author = await library.Authors.SingleAsync(author => author.Name == "Author 30");
        one.Author.Settings.Sizes.Add(99);
        one.Author.Home.City = "Rome";
        library.Authors.Remove(await library.Authors.SingleAsync(author => author.Name == "Author 29"));
        await library.SaveChangesAsync();
        library.ChangeTracker.Clear();
        Expect.Equal(56, await library.Books.CountAsync());
        Expect.Sequence([30, 60, 99], (await library.Authors.SingleAsync(author => author.Name == "Author 30")).Settings.Sizes);
        var strategy = library.Database.CreateExecutionStrategy();
        await strategy.ExecuteAsync(async () =>
        {
            await using var transaction = await library.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
            Expect.Equal(1, await library.Database.ExecuteSqlAsync($"UPDATE library.authors SET name = {"renamed"} WHERE name = {"Author 02"}"));
            await transaction.CommitAsync();
        });
        Expect.True(await library.Authors.AnyAsync(author => author.Name == "renamed"));
    }

    /// <summary>Reads the schema back, as <c>dotnet ef dbcontext scaffold</c> does.</summary>
    private static void Scaffold(LibraryContext library, string connectionString)
    {
        var factory = new NpgsqlDatabaseModelFactory(library.GetService<IDiagnosticsLogger<DbLoggerCategory.Scaffolding>>());
        var model = factory.Create(connectionString, new DatabaseModelFactoryOptions());
        Expect.Sequence(["authors", "book_genre", "books", "genres"], model.Tables.Where(table => table.Schema == "library" && table.Name != "Prices").Select(table => table.Name).Order());
        var books = model.Tables.Single(table => table.Name == "books");
        Expect.Sequence(["id"], books.PrimaryKey!.Columns.Select(column => column.Name));
        var columns = books.Columns.ToDictionary(column => column.Name);
        Expect.Equal("numeric(10,2)", columns["price"].StoreType);
        Expect.Equal("text[]", columns["tags"].StoreType);
        Expect.Equal("jsonb", columns["data"].StoreType);
        Expect.Equal("tsvector", columns["words"].StoreType);
        Expect.True(columns["words"].ComputedColumnSql is { Length: > 0 });
        Expect.True(columns["words"].IsStored == true);
        Expect.True(!columns["title"].IsNullable);
        Expect.Equal("now()", columns["made"].DefaultValueSql);
        Expect.Equal("library.mood", model.Tables.Single(table => table.Name == "authors").Columns.Single(column => column.Name == "mood").StoreType);
        Expect.Equal("authors", books.ForeignKeys.Single().PrincipalTable.Name);
        Expect.Equal(ReferentialAction.Cascade, books.ForeignKeys.Single().OnDelete);
        var index = books.Indexes.Single(index => index.Name == "cheap_books");
        Expect.Sequence(["price", "title"], index.Columns.Select(column => column.Name));
        Expect.Equal("(price < (10)::numeric)", index.Filter);
        Expect.True(model.Sequences.Any(sequence => sequence.Name == "numbers" && sequence.IncrementBy == 5));
        Expect.True(model.GetAnnotations().Any(annotation => annotation.Name.StartsWith("Npgsql:Enum", StringComparison.Ordinal)));
        Expect.Equal("What is lent", books.Comment);
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var shop = new ShopContext(connectionString);
        await shop.Database.EnsureDeletedAsync();
        Expect.Equal(3, (await shop.Database.GetPendingMigrationsAsync()).Count());
        await shop.Database.MigrateAsync();
        Expect.Equal(3, (await shop.Database.GetAppliedMigrationsAsync()).Count());
        await shop.Database.MigrateAsync();
        NpgsqlConnection.ClearAllPools();
        shop.Customers.Add(new Customer { FullName = "Bob", Email = "bob@example.com", Kind = 2 });
        await shop.SaveChangesAsync();
        Expect.Sequence(["Ann", "Bob"], await shop.Customers.OrderBy(customer => customer.Id).Select(customer => customer.FullName).ToListAsync());
        var migrator = shop.GetService<IMigrator>();
        await migrator.MigrateAsync("20240101000000_First");
        Expect.Equal(1, (await shop.Database.GetAppliedMigrationsAsync()).Count());
        Expect.Equal(2L, await shop.Database.SqlQueryRaw<long>("SELECT count(\"name\") AS \"Value\" FROM customers").SingleAsync());
        var script = migrator.GenerateScript(options: MigrationsSqlGenerationOptions.Default);
        Expect.True(script.Contains("__EFMigrationsHistory", StringComparison.Ordinal));
        await shop.Database.EnsureDeletedAsync();
    }

    private static async Task<PostgresException> ErrorOf(Func<Task> action)
    {
        try { await action(); }
        catch (DbUpdateException error) { return (PostgresException)error.InnerException!; }
        throw new InvalidOperationException("no error");
    }
}
