using KafkaLogstash.LocalCluster.Node;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Node;

public sealed class ExpansionTests
{
    [Theory]
    [InlineData("$(A)-$(B)", "one-two")]
    [InlineData("$(MISSING)", "$(MISSING)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$A $ $(A", "$A $ $(A")]
    [InlineData("", "")]
    public void References_to_known_names_are_replaced_and_all_else_stays(string text, string expected) =>
        Assert.Equal(expected, Expansion.Expand(text, new Dictionary<string, string> { ["A"] = "one", ["B"] = "two" }));
}
