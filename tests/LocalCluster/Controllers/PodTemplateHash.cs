using System.Text;
using k8s;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Tells pod templates apart.</summary>
internal static class PodTemplateHash
{
    /// <summary>The label that carries the hash.</summary>
    public const string Label = "pod-template-hash";

    // Without vowels no hash spells a word; these are the letters that Kubernetes uses.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A short hash of a template; <paramref name="collisions"/> makes another one of the same template.</summary>
    public static string Of(V1PodTemplateSpec template, int collisions)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(Text(template) + collisions))
        {
            hash = (hash ^ octet) * 16777619u;
        }

        return string.Concat(hash.ToString().Select(digit => Letters[digit % Letters.Length]));
    }

    /// <summary>Whether two templates make the same pods; the label that carries the hash does not count.</summary>
    public static bool AreSame(V1PodTemplateSpec one, V1PodTemplateSpec other) => Text(one) == Text(other);

    private static string Text(V1PodTemplateSpec template)
    {
        var copy = Copies.Of(template);
        copy.Metadata?.Labels?.Remove(Label);
        return KubernetesJson.Serialize(copy);
    }
}
