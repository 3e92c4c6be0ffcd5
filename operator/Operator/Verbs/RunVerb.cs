using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Webhook;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace KafkaLogstash.Operator.Verbs;

/// <summary><c>run</c>: the operator itself.</summary>
internal static class RunVerb
{
    /// <summary>Runs until stopped.</summary>
    /// <param name="flag">The value given for a setting's flag; null where it was not given.</param>
    /// <param name="file">The settings file; null for none.</param>
    /// <param name="errors">Where complaints about settings go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<int> RunAsync(Func<Setting, string?> flag, string? file, TextWriter errors, CancellationToken cancellationToken)
    {
        WebApplication app;
        try
        {
            var fromFile = file is null ? new Dictionary<string, string>() : SettingsFileReader.Read(file);
            var settings = OperatorSettings.Read(name =>
            {
                var setting = SettingsTable.All.First(candidate => candidate.Name == name);
                return flag(setting)
                    ?? Environment.GetEnvironmentVariable(setting.Variable)
                    ?? (fromFile.TryGetValue(name, out var value) ? value : setting.Default);
            });
            app = OperatorHost.Build(settings);
        }
        catch (SettingsException e)
        {
            await errors.WriteLineAsync(e.Message);
            return ExitCodes.Unusable;
        }

        await using (app)
        {
            try
            {
                await app.StartAsync(cancellationToken);
                await app.WaitForShutdownAsync(cancellationToken);
            }
            catch (WebhookListenException e)
            {
                await errors.WriteLineAsync($"{e.Message} Choose another place with --{SettingsTable.WebhookListen}.");
                return ExitCodes.Unusable;
            }
            catch (IOException e)
            {
                await errors.WriteLineAsync($"{e.Message} Choose another place with --{SettingsTable.Listen}.");
                return ExitCodes.Unusable;
            }
        }

        return Environment.ExitCode;
    }
}
