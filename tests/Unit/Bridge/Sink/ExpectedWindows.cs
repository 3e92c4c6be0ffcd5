using System.Buffers.Binary;
using System.IO.Compression;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>What a stream of bytes is by the description of Lumberjack alone: the windows that are complete before the first thing that is wrong.</summary>
/// <param name="Acknowledgements">What they are to be acknowledged by.</param>
/// <param name="Events">How many events they have.</param>
/// <param name="IsBroken">Whether something is wrong after them; not where the stream ends early.</param>
internal sealed record ExpectedWindows(IReadOnlyList<(char Version, uint Sequence)> Acknowledgements, int Events, bool IsBroken)
{
    private const int MostEvents = 1 << 18;

    /// <summary>Reads a stream.</summary>
    /// <param name="bytes">The whole of it.</param>
    /// <param name="mostBytes">The most bytes of a frame.</param>
    public static ExpectedWindows Of(byte[] bytes, int mostBytes)
    {
        var (acknowledgements, events) = (new List<(char, uint)>(), 0);
        var reader = new Reader(bytes, mostBytes);
        try
        {
            while (!reader.IsAtEnd)
            {
                var (version, type) = reader.Head();
                Demand(type == 'W');
                var count = reader.Number();
                Demand(count <= MostEvents);
                var sequences = new List<uint>();
                while (sequences.Count < count)
                {
                    reader.Frame(sequences, (int)count);
                }

                events += sequences.Count;
                acknowledgements.Add((version, sequences.Count == 0 ? 0 : sequences.Aggregate((highest, next) => (int)(next - highest) > 0 ? next : highest)));
            }

            return new(acknowledgements, events, IsBroken: false);
        }
        catch (EndOfStreamException)
        {
            return new(acknowledgements, events, IsBroken: false);
        }
        catch (InvalidDataException)
        {
            return new(acknowledgements, events, IsBroken: true);
        }
    }

    private static void Demand(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException();
        }
    }

    private sealed class Reader(byte[] bytes, int mostBytes)
    {
        private int _position;

        public bool IsAtEnd => _position == bytes.Length;

        public (char Version, char Type) Head()
        {
            var head = Take(2);
            Demand(head[0] is (byte)'1' or (byte)'2');
            return ((char)head[0], (char)head[1]);
        }

        public uint Number() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

        public void Frame(List<uint> sequences, int count)
        {
            switch (Head().Type)
            {
                case 'J':
                    Json(sequences);
                    break;
                case 'D':
                    Pairs(sequences);
                    break;
                case 'C':
                    Inflated(Take(Length())).All(sequences, count);
                    break;
                default:
                    throw new InvalidDataException();
            }
        }

        private void Json(List<uint> sequences)
        {
            var sequence = Number();
            Take(Length());
            sequences.Add(sequence);
        }

        private void Pairs(List<uint> sequences)
        {
            var sequence = Number();
            var pairs = Number();
            Demand(pairs is > 0 and <= 1024);
            for (var i = 0; i < pairs * 2; i++)
            {
                var length = Number();
                Demand(length <= mostBytes);
                Take((int)length);
            }

            sequences.Add(sequence);
        }

        /// <summary>What was inflated: frames of one kind to the end, and no more of them than their window has.</summary>
        private void All(List<uint> sequences, int count)
        {
            Demand(!IsAtEnd);
            try
            {
                var kind = bytes.Length > 1 ? (char)bytes[1] : ' ';
                while (!IsAtEnd)
                {
                    var type = Head().Type;
                    Demand(type == kind && sequences.Count < count);
                    switch (type)
                    {
                        case 'J':
                            Json(sequences);
                            break;
                        case 'D':
                            Pairs(sequences);
                            break;
                        default:
                            throw new InvalidDataException();
                    }
                }
            }
            catch (EndOfStreamException)
            {
                throw new InvalidDataException();
            }
        }

        private Reader Inflated(ReadOnlySpan<byte> compressed)
        {
            using var zlib = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            using var inflated = new MemoryStream();
            var buffer = new byte[4096];
            while (zlib.Read(buffer) is > 0 and var read)
            {
                inflated.Write(buffer, 0, read);
                Demand(inflated.Length <= mostBytes);
            }

            return new(inflated.ToArray(), mostBytes);
        }

        private int Length()
        {
            var length = Number();
            Demand(length > 0 && length <= mostBytes);
            return (int)length;
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if (bytes.Length - _position < count)
            {
                throw new EndOfStreamException();
            }

            _position += count;
            return bytes.AsSpan(_position - count, count);
        }
    }
}
