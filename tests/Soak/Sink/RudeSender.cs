using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>How a sender misbehaves.</summary>
internal enum Rudeness
{
    /// <summary>An HTTP request of which half comes, and then a reset.</summary>
    HalfRequest,

    /// <summary>An HTTP request that trickles in.</summary>
    SlowRequest,

    /// <summary>A whole HTTP request, after which the sender closes its half of the connection.</summary>
    HalfClosedRequest,

    /// <summary>A Lumberjack window of which half comes, and then a reset.</summary>
    HalfWindow,

    /// <summary>A Lumberjack window that trickles in.</summary>
    SlowWindow,

    /// <summary>Whole Lumberjack windows, after which the sender closes its half of the connection.</summary>
    HalfClosedWindows,

    /// <summary>Whole Lumberjack windows whose acknowledgements are never read, and then a reset.</summary>
    DeafWindows,
}

/// <summary>
/// Sends once and does not come again, in one of the ways in which senders misbehave. What is acknowledged counts here too; of the rest nothing is known.
/// </summary>
/// <param name="sender">Its number.</param>
/// <param name="ledger">Is told what is sent and acknowledged.</param>
/// <param name="findings">Is told what must not be.</param>
internal sealed class RudeSender(int sender, SinkLedger ledger, Findings findings)
{
    /// <summary>The most events that are under way for one of them.</summary>
    public const int MostUnderWay = Windows * Count;

    private const int Count = 50;
    private const int Windows = 3;

    /// <summary>However rude: it is answered or cut off within this time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Misbehaves.</summary>
    /// <param name="how">In which way.</param>
    /// <param name="bridge">Towards whom.</param>
    /// <param name="length">How long it takes its time.</param>
    public async Task RunAsync(Rudeness how, ISinkUnderTest bridge, TimeSpan length)
    {
        if ((how < Rudeness.HalfWindow ? bridge.Http : bridge.Lumberjack) is not { } address)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(address, limit.Token);
            await (how < Rudeness.HalfWindow ? RequestAsync(how, client, address, length, limit.Token) : WindowsAsync(how, client, length, limit.Token));
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // Cut off, or the bridge went.
        }
        catch (OperationCanceledException)
        {
            findings.Add("rude sender hangs", $"{how}: neither answered nor cut off within {Patience.TotalSeconds} s");
        }
    }

    private async Task RequestAsync(Rudeness how, TcpClient client, IPEndPoint address, TimeSpan length, CancellationToken cancellationToken)
    {
        var first = ledger.Begin(sender, Count);
        var body = string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', Enumerable.Range(first, Count).Select(number => Encoding.UTF8.GetString(SinkEvents.Write(sender, number))))}]");
        var request = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /events HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        var stream = client.GetStream();
        switch (how)
        {
            case Rudeness.HalfRequest:
                await stream.WriteAsync(request.AsMemory(..^(body.Length / 2)), cancellationToken);
                await Task.Delay(length, cancellationToken);
                Reset(client);
                return;
            case Rudeness.SlowRequest:
                await TrickleAsync(stream, request, length, cancellationToken);
                break;
            default:
                await stream.WriteAsync(request, cancellationToken);
                client.Client.Shutdown(SocketShutdown.Send);
                break;
        }

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, cancellationToken);
        if (Encoding.ASCII.GetString(answer.ToArray()) is ['H', 'T', 'T', 'P', ..] text)
        {
            var status = text.Split(' ')[1];
            if (status == "200")
            {
                ledger.Acknowledge(sender, first, Count);
            }
            else if (status is not ("429" or "503"))
            {
                findings.Add("dropped by Logstash", $"{Count} events of a sender that is rude ({how}), for the status {status}");
            }
        }
    }

    private async Task WindowsAsync(Rudeness how, TcpClient client, TimeSpan length, CancellationToken cancellationToken)
    {
        var stream = client.GetStream();
        var windows = how is Rudeness.HalfWindow or Rudeness.SlowWindow ? 1 : Windows;
        var first = ledger.Begin(sender, windows * Count);
        for (var window = 0; window < windows; window++)
        {
            var bytes = LumberjackFrames.Window(sender, first + (window * Count), Count, compressed: length.Milliseconds % 2 == 0);
            switch (how)
            {
                case Rudeness.HalfWindow:
                    await stream.WriteAsync(bytes.AsMemory(..(bytes.Length / 2)), cancellationToken);
                    break;
                case Rudeness.SlowWindow:
                    await TrickleAsync(stream, bytes, length, cancellationToken);
                    break;
                default:
                    await stream.WriteAsync(bytes, cancellationToken);
                    break;
            }
        }

        switch (how)
        {
            case Rudeness.HalfWindow or Rudeness.DeafWindows:
                await Task.Delay(length, cancellationToken);
                Reset(client);
                return;
            case Rudeness.HalfClosedWindows:
                client.Client.Shutdown(SocketShutdown.Send);
                break;
        }

        var frame = new byte[LumberjackFrames.AcknowledgementLength];
        for (var window = 0; window < windows;)
        {
            await stream.ReadExactlyAsync(frame, cancellationToken);
            if (LumberjackFrames.Acknowledged(frame) is not { } number || (number != 0 && number != Count))
            {
                findings.Add("protocol broken", $"{Convert.ToHexString(frame)} to a sender that is rude ({how})");
                return;
            }

            if (number == Count)
            {
                ledger.Acknowledge(sender, first + (window * Count), Count);
                window++;
            }
        }
    }

    private static async Task TrickleAsync(NetworkStream stream, byte[] bytes, TimeSpan length, CancellationToken cancellationToken)
    {
        const int Drops = 20;
        for (var drop = 0; drop < Drops; drop++)
        {
            await stream.WriteAsync(bytes.AsMemory(drop, 1), cancellationToken);
            await Task.Delay(length / Drops, cancellationToken);
        }

        await stream.WriteAsync(bytes.AsMemory(Drops), cancellationToken);
    }

    private static void Reset(TcpClient client)
    {
        client.LingerState = new(enable: true, 0);
        client.Close();
    }
}
