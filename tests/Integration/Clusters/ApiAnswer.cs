using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>What an API server answered.</summary>
/// <param name="Request">Verb and path of the request.</param>
/// <param name="Code">HTTP status code.</param>
/// <param name="Text">Body of the answer.</param>
/// <param name="Warnings">Headers that warn of something.</param>
public sealed record ApiAnswer(string Request, int Code, string Text, IReadOnlyList<string> Warnings)
{
    /// <summary>The object that a successful request is answered with.</summary>
    public JsonNode Body
    {
        get
        {
            Assert.True(Code is >= 200 and < 300, ToString());
            return JsonNode.Parse(Text)!;
        }
    }

    /// <summary>Checks that the request was refused.</summary>
    /// <returns>The message of the refusal.</returns>
    public string Refused(int code, string reason)
    {
        Assert.True(Code == code, $"{this}\n(and not with {code})");
        var status = JsonNode.Parse(Text)!;
        Assert.Equal("Status", status["kind"]!.GetValue<string>());
        Assert.Equal("Failure", status["status"]!.GetValue<string>());
        Assert.Equal(code, status["code"]!.GetValue<int>());
        Assert.Equal(reason, status["reason"]!.GetValue<string>());
        return status["message"]!.GetValue<string>();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Request} was answered with {Code}: {Text}";
}
