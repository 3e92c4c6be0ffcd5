using KafkaLogstash.Operator.Commands;

namespace KafkaLogstash.Operator.Verbs;

/// <summary><c>ready</c>: asks a running operator whether it is ready. The chart's test runs it in the operator's own image, which holds no other HTTP client.</summary>
internal static class ReadyVerb
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks, until the operator is ready or the time is over.</summary>
    /// <param name="address">Where it serves health and metrics.</param>
    /// <param name="timeout">How long to wait; zero asks once.</param>
    /// <param name="console">Where to write.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<int> RunAsync(Uri address, TimeSpan timeout, CommandConsole console, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { Timeout = AnswerTimeout };
        var question = new Uri(address, "/readyz");
        var began = console.Time.GetTimestamp();
        while (true)
        {
            var trouble = await AskAsync(http, question, cancellationToken);
            if (trouble is null)
            {
                await console.Output.WriteLineAsync($"The operator at {address} is ready.");
                return ExitCodes.Success;
            }

            if (console.Time.GetElapsedTime(began) + Interval > timeout)
            {
                await console.Error.WriteLineAsync(trouble);
                return ExitCodes.Findings;
            }

            await Task.Delay(Interval, console.Time, cancellationToken);
        }
    }

    /// <summary>What is wrong; null where nothing is.</summary>
    private static async Task<string?> AskAsync(HttpClient http, Uri question, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(question, cancellationToken);
            return answer.IsSuccessStatusCode
                ? null
                : $"The operator is not ready: {question} answers {(int)answer.StatusCode}. Its log says which lists it waits for.";
        }
        catch (HttpRequestException e)
        {
            return $"No operator answers at {question}: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"No operator answers at {question} within {AnswerTimeout.TotalSeconds:0} s.";
        }
    }
}
