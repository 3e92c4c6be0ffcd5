using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>Sends batches that are made beforehand, one after the other on each of several connections, as Logstash's workers do.</summary>
internal static class EventSender
{
    /// <summary>Sends by HTTP, as the http output does with <c>json_batch</c>.</summary>
    /// <param name="server">The sink.</param>
    /// <param name="path">Its path.</param>
    /// <param name="event">An event.</param>
    /// <param name="batch">Events in a request.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="requests">Requests on each of them.</param>
    public static Task ByHttpAsync(IPEndPoint server, string path, byte[] @event, int batch, int connections, int requests)
    {
        byte[] body = [(byte)'[', .. Enumerable.Repeat(@event, batch).SelectMany((item, i) => i == 0 ? item : [(byte)',', .. item]), (byte)']'];
        byte[] request = [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: sink\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        return OnEachAsync(server, connections, socket =>
        {
            var answer = new byte[8192];
            for (var i = 0; i < requests; i++)
            {
                SendAll(socket, request);
                var filled = 0;
                while (!IsWhole(answer.AsSpan(0, filled)))
                {
                    filled += Receive(socket, answer.AsSpan(filled));
                }

                if (!answer.AsSpan().StartsWith("HTTP/1.1 200 "u8))
                {
                    throw new InvalidOperationException($"The sink answered: {Encoding.UTF8.GetString(answer, 0, filled)}");
                }
            }
        });
    }

    /// <summary>Sends by Lumberjack, two windows at a time.</summary>
    /// <param name="server">The sink.</param>
    /// <param name="event">An event.</param>
    /// <param name="size">Events in a window.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="windows">Windows on each of them.</param>
    public static Task ByLumberjackAsync(IPEndPoint server, byte[] @event, int size, int connections, int windows)
    {
        var window = new byte[6 + (size * (10 + @event.Length))];
        Frame(window, (byte)'W', size);
        for (var i = 0; i < size; i++)
        {
            var frame = window.AsSpan(6 + (i * (10 + @event.Length)));
            Frame(frame, (byte)'J', i + 1);
            BinaryPrimitives.WriteInt32BigEndian(frame[6..], @event.Length);
            @event.CopyTo(frame[10..]);
        }

        return OnEachAsync(server, connections, socket =>
        {
            var answer = new byte[6];
            for (var (sent, acknowledged) = (0, 0); acknowledged < windows;)
            {
                for (; sent < windows && sent < acknowledged + 2; sent++)
                {
                    SendAll(socket, window);
                }

                for (var filled = 0; filled < answer.Length;)
                {
                    filled += Receive(socket, answer.AsSpan(filled));
                }

                // An acknowledgement of 0 only says that the sink is busy.
                acknowledged += BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(2)) == size ? 1 : 0;
            }
        });
    }

    private static Task OnEachAsync(IPEndPoint server, int connections, Action<Socket> send) => Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(
        () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(server);
            send(socket);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default)));

    private static void Frame(Span<byte> frame, byte type, int number)
    {
        frame[0] = (byte)'2';
        frame[1] = type;
        BinaryPrimitives.WriteInt32BigEndian(frame[2..], number);
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private static int Receive(Socket socket, Span<byte> room) =>
        socket.Receive(room) is var received and > 0 ? received : throw new IOException("The sink closed the connection.");

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = Encoding.ASCII.GetString(answer[..end]);
        var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line ? int.Parse(line[15..]) : 0;
        return answer.Length >= end + 4 + length;
    }
}
