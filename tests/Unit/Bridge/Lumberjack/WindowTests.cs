using System.IO.Compression;
using System.Text;
using CsCheck;
using KafkaLogstash.Bridge.Lumberjack;

namespace KafkaLogstash.Tests.Unit.Bridge.Lumberjack;

/// <summary>Windows, byte by byte.</summary>
public sealed class WindowTests
{
    [Fact]
    public void A_window_of_two_events_is_a_window_frame_and_two_json_frames() =>
        Assert.Equal(
            "325700000002"
            + "324A0000000100000007" + Convert.ToHexString("""{"a":1}"""u8)
            + "324A0000000200000002" + Convert.ToHexString("{}"u8),
            Convert.ToHexString(Bytes(Fill("""{"a":1}""", "{}"))));

    [Fact]
    public void Compressed_the_window_frame_stays_outside()
    {
        var window = Fill("""{"a":1}""", "{}");
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        WindowCompression.Write(window, level: 3, output);

        var bytes = output.WrittenSpan.ToArray();
        Assert.Equal("325700000002" + "3243" + (bytes.Length - 12).ToString("X8"), Convert.ToHexString(bytes[..12]));
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(bytes[12..]), CompressionMode.Decompress))
        {
            zlib.CopyTo(inflated);
        }

        Assert.Equal(Convert.ToHexString(Bytes(window)[6..]), Convert.ToHexString(inflated.ToArray()));
    }

    [Fact]
    public void Events_of_any_length_come_out_as_they_went_in() =>
        Gen.Int[1, 200_000].Array[1, 12].Seeded().Sample(
            lengths =>
            {
                var pool = new BlockPool(1 << 20);
                var window = new Window(pool);
                for (var i = 0; i < lengths.Length; i++)
                {
                    // What is reserved is an upper bound.
                    window.Reserve(lengths[i] + i)[..lengths[i]].Fill((byte)('a' + i));
                    window.Add(lengths[i]);
                }

                window.Seal();

                Assert.Equal(lengths.Length, window.Count);
                Assert.Equal(lengths.Sum(length => length + 10L), window.Bytes);
                Assert.Equal(window.Bytes + 6, Bytes(window).Length);
                Assert.Equal(
                    lengths.Select((length, i) => (length, (byte)('a' + i))),
                    window.Events().Select(item => (item.Length, item.Span[0])));
                window.Release();
            },
            iter: 100);

    private static Window Fill(params IEnumerable<string> events)
    {
        var window = new Window(new BlockPool(1 << 20));
        foreach (var text in events)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            bytes.CopyTo(window.Reserve(bytes.Length));
            window.Add(bytes.Length);
        }

        window.Seal();
        return window;
    }

    private static byte[] Bytes(Window window) => [.. window.Blocks.SelectMany(block => block)];
}
