using System.Globalization;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Numbers that may be written as a percentage.</summary>
internal static class Share
{
    /// <summary>The number, or that share of <paramref name="total"/>.</summary>
    public static int Of(IntOrString value, int total, bool roundUp)
    {
        var text = value.Value;
        if (!text.EndsWith('%'))
        {
            return int.Parse(text, CultureInfo.InvariantCulture);
        }

        var hundredfold = int.Parse(text[..^1], CultureInfo.InvariantCulture) * (long)total;
        return (int)((hundredfold + (roundUp ? 99 : 0)) / 100);
    }
}
