using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The type of an event.</summary>
public enum EventType
{
    /// <summary>Something happened as it should.</summary>
    Normal,

    /// <summary>Something that a person should look at.</summary>
    Warning,
}

/// <summary>Tells people what happened to an object, through <c>events.k8s.io/v1</c>.</summary>
public interface IEventRecorder
{
    /// <summary>
    /// Records an event. Repeats of the same object, type, reason, action and note become one series with a count. It never waits and never fails:
    /// where the API server is slow or refuses, events are lost and counted.
    /// </summary>
    /// <param name="regarding">The object the event is about.</param>
    /// <param name="type">Normal or warning.</param>
    /// <param name="reason">One word in UpperCamelCase for programs, at most 128 characters.</param>
    /// <param name="action">What was tried, one word in UpperCamelCase, at most 128 characters.</param>
    /// <param name="note">A sentence for people. What exceeds 1024 bytes is cut off.</param>
    void Record(IKubernetesObject<V1ObjectMeta> regarding, EventType type, string reason, string action, string note);
}
