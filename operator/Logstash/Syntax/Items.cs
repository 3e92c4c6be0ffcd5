namespace KafkaLogstash.Logstash.Syntax;

/// <summary>What a section or a block holds: a plugin or a branch.</summary>
public abstract record ItemSyntax : SyntaxNode;

/// <summary>A plugin with its attributes.</summary>
/// <param name="Name">The plugin's name. Logstash does not strip quotes here, so a quoted plugin name parses but finds no plugin.</param>
/// <param name="Attributes">The attributes in order; a name may repeat.</param>
public sealed record PluginSyntax(NameSyntax Name, SyntaxList<AttributeSyntax> Attributes) : ItemSyntax;

/// <summary><c>name =&gt; value</c> inside a plugin.</summary>
/// <param name="Name">The option's name.</param>
/// <param name="Value">Its value.</param>
public sealed record AttributeSyntax(NameSyntax Name, ValueSyntax Value) : SyntaxNode;

/// <summary>How a name or string is quoted.</summary>
public enum QuoteKind
{
    /// <summary>Not at all.</summary>
    Bare,

    /// <summary><c>"</c></summary>
    DoubleQuoted,

    /// <summary><c>'</c></summary>
    SingleQuoted,
}

/// <summary>The name of a plugin or an attribute.</summary>
/// <param name="Text">The name without quotes. Unquoted: letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Quote">How it is quoted.</param>
public sealed record NameSyntax(string Text, QuoteKind Quote = QuoteKind.Bare) : SyntaxNode;

/// <summary><c>if</c>, any number of <c>else if</c>, perhaps <c>else</c>.</summary>
/// <param name="Arms">The conditional blocks, at least one.</param>
/// <param name="Else">The block of <c>else</c>, or null where there is none.</param>
public sealed record BranchSyntax(SyntaxList<BranchArmSyntax> Arms, BlockSyntax? Else = null) : ItemSyntax;

/// <summary>A condition and its block.</summary>
/// <param name="Condition">When the block runs.</param>
/// <param name="Block">What runs.</param>
public sealed record BranchArmSyntax(ConditionSyntax Condition, BlockSyntax Block) : SyntaxNode;

/// <summary>Items in braces.</summary>
/// <param name="Items">Plugins and branches, in order.</param>
public sealed record BlockSyntax(SyntaxList<ItemSyntax> Items) : SyntaxNode;
