using CsCheck;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class TextLinesTests
{
    [Fact]
    public void Columns_count_characters_not_halves_of_them()
    {
        var lines = new TextLines("a🎉b\r\n🎉🎉c");

        Assert.Equal(new TextPosition(1, 3), lines.PositionOf(3));
        Assert.Equal(new TextPosition(2, 3), lines.PositionOf(10));
        Assert.Equal("a🎉b", lines.LineAt(1));
        Assert.True(lines.LineAt(3).IsEmpty);
    }

    [Fact]
    public void A_place_outside_of_the_text_is_the_nearest_one_in_it()
    {
        var lines = new TextLines("ab\ncd");

        Assert.Equal(2, lines.OffsetOf(new TextPosition(1, 9)));
        Assert.Equal(5, lines.OffsetOf(new TextPosition(9, int.MaxValue)));
        Assert.Equal(0, lines.OffsetOf(new TextPosition(0, 0)));
        Assert.Equal(new TextPosition(2, 3), lines.PositionOf(99));
    }

    [Fact]
    public void An_offset_survives_becoming_a_place() =>
        Gen.OneOf(Gen.Char["ab\n"].Select(c => c.ToString()), Gen.Const("é"), Gen.Const("🎉")).Array[0, 40].Select(string.Concat).Seeded().Sample(
            text =>
            {
                var lines = new TextLines(text);
                for (var at = 0; at <= text.Length; at++)
                {
                    if (at == text.Length || !char.IsLowSurrogate(text[at]))
                    {
                        Assert.Equal(at, lines.OffsetOf(lines.PositionOf(at)));
                    }
                }
            },
            iter: 500);
}
