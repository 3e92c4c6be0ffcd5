using System.Net;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>Tells answers by which the API server refuses an object from those that say something of the operator or of the server.</summary>
internal static class ApplyRefusal
{
    /// <summary>Whether the object is refused: it is invalid, too large, or denied by admission, be it a policy or a quota.</summary>
    public static bool Is(ApiException answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.StatusCode switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => true,

            // RBAC's refusals name a user who cannot do something: that is the operator's role to mend, not the spec.
            HttpStatusCode.Forbidden => !answer.Message.Contains("\" cannot ", StringComparison.Ordinal),

            // Fields that no schema has, and twice the same key in a list, are no Status of their own in server-side apply (kubernetes/kubernetes#122480).
            HttpStatusCode.InternalServerError => answer.Message.Contains("failed to create typed patch object", StringComparison.Ordinal),
            _ => false,
        };
    }
}
