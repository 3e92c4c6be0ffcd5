using KafkaLogstash.LocalCluster.ApiServer.Access;
using KafkaLogstash.LocalCluster.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>A request on its way through the server.</summary>
internal sealed record ApiContext(HttpContext Http, RequestInfo Info, UserInfo User)
{
    public ICollection<string> Warnings { get; } = [];

    public CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>The field manager: as named in the query, or the first word of the user agent.</summary>
    public string FieldManager
    {
        get
        {
            if (Info.Query["fieldManager"] is [{ Length: > 0 } named])
            {
                return named;
            }

            var agent = Http.Request.Headers.UserAgent.ToString();
            var end = agent.IndexOf('/', StringComparison.Ordinal);
            return end > 0 ? agent[..end] : agent.Length > 0 ? agent : "unknown";
        }
    }

    public string FieldValidation => Info.Query["fieldValidation"] is [{ Length: > 0 } mode] ? mode : "Warn";
}
