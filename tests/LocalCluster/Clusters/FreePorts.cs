using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>Finds ports of 127.0.0.1 that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>Finds several at once, so that they differ.</summary>
    public static IReadOnlyList<int> Find(int count)
    {
        var listeners = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                listeners.Add(listener);
                listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndPoint!).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
