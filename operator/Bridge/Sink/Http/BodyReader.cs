using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using KafkaLogstash.Bridge.Sink.Producing;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.Bridge.Sink.Http;

/// <summary>What became of reading a body.</summary>
internal enum BodyOutcome
{
    /// <summary>It is there.</summary>
    Read,

    /// <summary>It is longer than allowed.</summary>
    TooLarge,

    /// <summary>Too much waits for Kafka.</summary>
    NoRoom,

    /// <summary>Its compression is broken, or it ends early.</summary>
    Broken,
}

/// <summary>Reads bodies of requests, compressed or not, into a batch. Memory is taken as bytes come, and no more of them than are allowed.</summary>
internal static class BodyReader
{
    /// <summary>How much is inflated at once.</summary>
    private const int Step = 64 * 1024;

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="encoding">How it is compressed; null for not.</param>
    /// <param name="most">The most bytes, after decompression.</param>
    /// <param name="share">Counts them.</param>
    /// <param name="output">Where they go.</param>
    public static async ValueTask<BodyOutcome> ReadAsync(HttpRequest request, ContentCoding encoding, long most, PendingBytes.Share share, EventBuffer output)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        if (encoding == ContentCoding.Identity)
        {
            // Up to a step on trust, more when it has come.
            output.Reserve((int)Math.Min(request.ContentLength ?? Step, 16 * Step));
            return await CopyAsync(request.BodyReader, most, share, output, cancellationToken);
        }

        try
        {
            await using var inflating = await InflateAsync(request.BodyReader, encoding, cancellationToken);
            while (true)
            {
                var read = await inflating.ReadAsync(output.GetMemory(Step), cancellationToken);
                if (read == 0)
                {
                    return await EndAsync(request.BodyReader, most, cancellationToken);
                }

                if (output.Length + (long)read > most)
                {
                    return BodyOutcome.TooLarge;
                }

                if (!share.TryAdd(read))
                {
                    return BodyOutcome.NoRoom;
                }

                output.Advance(read);
            }
        }
        catch (InvalidDataException)
        {
            return BodyOutcome.Broken;
        }
    }

    private static async ValueTask<BodyOutcome> CopyAsync(PipeReader body, long most, PendingBytes.Share share, EventBuffer output, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            var length = result.Buffer.Length;
            var outcome = output.Length + length > most ? BodyOutcome.TooLarge : length > 0 && !share.TryAdd(length) ? BodyOutcome.NoRoom : BodyOutcome.Read;
            if (outcome != BodyOutcome.Read)
            {
                // The server reads on for a while and throws it away, so that the client comes to read its answer.
                body.AdvanceTo(result.Buffer.End);
                return outcome;
            }

            result.Buffer.CopyTo(output.GetSpan((int)length));
            output.Advance((int)length);
            body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return BodyOutcome.Read;
            }
        }
    }

    /// <summary>Reads on to the body's end: a format may have its own end before, and a body that breaks off after that is still not all that was sent.</summary>
    private static async ValueTask<BodyOutcome> EndAsync(PipeReader body, long most, CancellationToken cancellationToken)
    {
        for (var left = most; left >= 0;)
        {
            var result = await body.ReadAsync(cancellationToken);
            left -= result.Buffer.Length;
            body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return BodyOutcome.Read;
            }
        }

        return BodyOutcome.TooLarge;
    }

    private static async ValueTask<Stream> InflateAsync(PipeReader body, ContentCoding encoding, CancellationToken cancellationToken)
    {
        var first = await body.ReadAtLeastAsync(2, cancellationToken);
        var head = first.Buffer.Slice(0, Math.Min(2, first.Buffer.Length)).ToArray();
        body.AdvanceTo(first.Buffer.Start);
        var stream = body.AsStream(leaveOpen: true);
        return encoding == ContentCoding.Gzip ? new GZipStream(stream, CompressionMode.Decompress)

            // RFC 9110 means zlib's format by "deflate"; some send it without its header (RFC 1950, 2.2).
            : head is [var method, var check] && (method & 0x0F) == 8 && ((method << 8) | check) % 31 == 0 ? new ZLibStream(stream, CompressionMode.Decompress)
            : new DeflateStream(stream, CompressionMode.Decompress);
    }
}

/// <summary>How a body is compressed.</summary>
internal enum ContentCoding
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>deflate, with or without zlib's header.</summary>
    Deflate,
}
