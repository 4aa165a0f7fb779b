using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Platform;

namespace Strata.Host.Commands;

/// <summary>One call of the API, its answer shown as a table or as JSON.</summary>
internal sealed class ApiClient(string baseUrl, bool json) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new Uri(baseUrl), Timeout = TimeSpan.FromSeconds(100) };

    /// <summary>Sends the request and prints the answer. Throws <see cref="HostException"/> with the API's message when it refuses.</summary>
    public async Task<int> RunAsync(HttpMethod method, string path, JsonObject? body, params string[] columns)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        JsonNode? answer = await SendAsync(request);
        if (json)
            Console.WriteLine(answer?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "{}");
        else if (answer is JsonArray rows)
            PrintTable([.. rows.OfType<JsonObject>()], columns);
        else if (answer is JsonObject single)
            PrintFields(single);
        return 0;
    }

    /// <summary>Sends requests that change nothing, so that a user's first call does not pay for loading the API's code. Nobody waits for it, and nothing depends on its success.</summary>
    public static async Task WarmUpAsync(string baseUrl, Log log)
    {
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri(baseUrl) };
            using HttpResponseMessage endpoints = await client.GetAsync(new Uri("/v1/projects/default/endpoints", UriKind.Relative));
            // Refused, since a branch of the name is not there to branch from; the way there is the same.
            using HttpResponseMessage refused = await client.PostAsJsonAsync("/v1/projects/default/branches", new JsonObject { ["name"] = "warm-up", ["parent"] = "/" });
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            log.Debug($"the API was not warmed up: {error.Message}");
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonNode?> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request);
            string text = await response.Content.ReadAsStringAsync();
            JsonNode? node = text.Length == 0 ? null : JsonNode.Parse(text);
            return response.IsSuccessStatusCode ? node :
                throw new HostException(node?["message"]?.GetValue<string>() ?? $"the API answered {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new HostException($"the API at {baseUrl} does not answer: {error.Message}", error);
        }
    }

    /// <summary>Columns as wide as their widest value, so that scripts and narrow terminals lose nothing.</summary>
    private static void PrintTable(JsonObject[] rows, string[] columns)
    {
        string[][] lines = [columns.Select(static column => column.Replace('_', ' ').ToUpperInvariant()).ToArray(),
            .. rows.Select(row => columns.Select(column => row[column]?.ToString() ?? "-").ToArray())];
        int[] widths = [.. columns.Select((_, i) => lines.Max(line => line[i].Length))];
        foreach (string[] line in lines)
            Console.WriteLine(string.Join("  ", line.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    private static void PrintFields(JsonObject single)
    {
        foreach ((string name, JsonNode? value) in single)
        {
            if (value is JsonValue)
                Console.WriteLine($"{name.Replace('_', ' '),-18} {value}");
        }
    }
}
