using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Webhook.Reviews;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

public sealed class ReviewWarningsTests
{
    [Fact]
    public void Short_ones_are_passed_on_as_they_are()
    {
        Assert.Equal(["spec.a: one", "spec.b, line 2, column 3: two"], ReviewWarnings.Write([Warning("spec.a", "one"), Warning("spec.b", "two") with { Line = 2, Column = 3 }]));
    }

    [Fact]
    public void A_long_one_is_cut_and_control_characters_are_none_of_a_header()
    {
        var text = Assert.Single(ReviewWarnings.Write([Warning("spec.a", "first\nsecond\u0085\t" + new string('x', 400))]));

        Assert.Equal(ReviewWarnings.MostCharacters, text.Length);
        Assert.StartsWith("spec.a: first second  xxx", text, StringComparison.Ordinal);
        Assert.EndsWith("x…", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, char.IsControl);
    }

    [Fact]
    public void A_character_of_two_halves_is_not_cut_in_half()
    {
        var text = Assert.Single(ReviewWarnings.Write([Warning("f", string.Concat(Enumerable.Repeat("😀", 200)))]));

        Assert.True(text.Length <= ReviewWarnings.MostCharacters);
        Assert.True(char.IsLowSurrogate(text[^2]) && char.IsHighSurrogate(text[^3]));
    }

    [Fact]
    public void Many_are_told_as_far_as_there_is_room_and_the_rest_is_counted()
    {
        var texts = ReviewWarnings.Write([.. Enumerable.Range(0, 40).Select(i => Warning($"spec.field{i}", new string('y', 300)))]);

        Assert.True(texts.Sum(text => text.Length) <= ReviewWarnings.MostCharactersInAll);
        Assert.Equal(16, texts.Count);
        Assert.Equal("… and 25 more: kafka-logstash-operator lint shows them all.", texts[^1]);
    }

    private static ConnectionFinding Warning(string field, string message) => new(Severity.Warning, "no-effect", field, message);
}
