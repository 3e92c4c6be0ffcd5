using KafkaLogstash.Runtime;

namespace KafkaLogstash.Tests.Unit.Runtime;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1", "1000m")]
    [InlineData("0.5", "500m")]
    [InlineData("1Gi", "1024Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1e3", "1k")]
    [InlineData("1E", "1000P")]
    [InlineData("5e-1", "500m")]
    [InlineData("+1", "1")]
    [InlineData("-1", "-1000m")]
    [InlineData("0", "0Mi")]
    [InlineData("123456789012345678901", "123456789012345678901000m")]
    public void The_same_size_in_other_words(string one, string other) => Assert.True(Quantity.AreEqual(one, other));

    [Theory]
    [InlineData("1", "1001m")]
    [InlineData("1G", "1Gi")]
    [InlineData("", "")]
    [InlineData("Mi", "Mi")]
    [InlineData("1 Mi", "1Mi")]
    [InlineData("1KiB", "1KiB")]
    [InlineData("abc", "abc")]
    [InlineData("1e99", "1e99")]
    public void Another_size_or_no_quantity_at_all(string one, string other) => Assert.False(Quantity.AreEqual(one, other));
}
