namespace KafkaLogstash.Logstash.Syntax;

/// <summary>A section's kind. Sections may repeat and come in any order.</summary>
public enum SectionKind
{
    /// <summary>Where events come from.</summary>
    Input,

    /// <summary>What happens to them.</summary>
    Filter,

    /// <summary>Where they go.</summary>
    Output,
}

/// <summary>A whole config: any number of sections, none included.</summary>
/// <param name="Sections">The sections in the order of the text.</param>
public sealed record ConfigDocument(SyntaxList<SectionSyntax> Sections) : SyntaxNode;

/// <summary>One section.</summary>
/// <param name="Kind">Its keyword.</param>
/// <param name="Items">Plugins and branches, in order.</param>
public sealed record SectionSyntax(SectionKind Kind, SyntaxList<ItemSyntax> Items) : SyntaxNode;
