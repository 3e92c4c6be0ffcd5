using Microsoft.Win32.SafeHandles;

namespace KafkaLogstash.Operator.Commands;

/// <summary>
/// Standard output where it goes to another program. It tells when that program reads no more, which .NET's own stream keeps to itself: a command that goes on until it is
/// stopped would go on for nobody. What is written from then on is dropped.
/// </summary>
internal sealed class PipedOutput(Stream pipe) : Stream
{
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Cancelled once a write has failed because nobody reads.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>That of the process; null where it is a terminal or a file.</summary>
    public static PipedOutput? OfProcess()
    {
        const int StandardOutput = 1;
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return null;
        }

        try
        {
            var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return stream.CanSeek ? null : new PipedOutput(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // It was closed before the program began.
            return null;
        }
    }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            pipe.Write(buffer);
        }
        catch (IOException)
        {
            _closed.Cancel();
        }
    }

    /// <inheritdoc />
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pipe.Dispose();
            _closed.Dispose();
        }

        base.Dispose(disposing);
    }
}
