using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.GitOps;

/// <summary>Runs a health check as Argo CD does: with <c>obj</c>, the base and table libraries, and nothing else of Lua's.</summary>
internal static class LuaHealthCheck
{
    private static readonly string? Program = new[] { Path.Join(Checkout.Root, ".tools", "bin") }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .Select(folder => Path.Join(folder, "lua5.4"))
        .FirstOrDefault(File.Exists);

    /// <summary>Asks for the health of an object.</summary>
    /// <param name="check">The check's text.</param>
    /// <param name="resource">The object.</param>
    public static async Task<(string Status, string Message)> RunAsync(string check, JsonNode resource)
    {
        Assert.SkipWhen(Program is null, "There is no lua5.4: scripts/install-tools fetches it where it can; otherwise put it on PATH.");
        using var process = Process.Start(new ProcessStartInfo(Program!, ["-"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(Script(check, resource));
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', 2);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"The check fails in Lua: {await errors}");
        return (lines[0], lines[1]);
    }

    /// <summary>Takes away what Argo CD does not give: methods of strings among it.</summary>
    private static string Script(string check, JsonNode resource) =>
        $$"""
        local check, write = {{Text(check)}}, io.write
        local given = { ipairs = ipairs, pairs = pairs, next = next, type = type, tostring = tostring, tonumber = tonumber, select = select, error = error, assert = assert, table = table }
        getmetatable("").__index = nil
        given.obj = {{Value(resource)}}
        local health = assert(load(check, "=health.lua", "t", given))()
        write(health.status, "\n", health.message)
        """;

    private static string Value(JsonNode? node) => node switch
    {
        null => "nil",
        JsonObject map => $"{{{string.Join(", ", map.Select(field => $"[{Text(field.Key)}] = {Value(field.Value)}"))}}}",
        JsonArray list => $"{{{string.Join(", ", list.Select(Value))}}}",
        _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>A string of Lua's, byte by byte.</summary>
    private static string Text(string text) => $"\"{string.Concat(Encoding.UTF8.GetBytes(text).Select(value => string.Create(CultureInfo.InvariantCulture, $"\\{value:000}")))}\"";
}
