namespace KafkaLogstash.Logstash.Writing;

/// <summary>Text, or the reasons why there is none.</summary>
/// <param name="Text">The config text; null exactly when something was refused.</param>
/// <param name="Refusals">What could not be written.</param>
public sealed record WriteResult(string? Text, IReadOnlyList<WriteRefusal> Refusals);

/// <summary>Something that the config language can't say.</summary>
/// <param name="Path">Where it would stand, for example <c>input.kafka.topics[0]</c>, or the name of a body.</param>
/// <param name="Reason">Why it can't be written.</param>
/// <param name="Message">The reason in words, with what to do. It never repeats the value, which may be a secret.</param>
public sealed record WriteRefusal(string Path, RefusalReason Reason, string Message)
{
    /// <summary>For <see cref="RefusalReason.InvalidBody"/>: the errors of the body, with places in its own text.</summary>
    public IReadOnlyList<ConfigError> Errors { get; init; } = [];
}

/// <summary>Why something can't be written.</summary>
public enum RefusalReason
{
    /// <summary>A value with both kinds of quotation marks, where <c>config.support_escapes</c> is off.</summary>
    BothQuotes,

    /// <summary>A quoted value can't end in a backslash, whatever the settings are.</summary>
    TrailingBackslash,

    /// <summary>The value holds <c>${NAME}</c>, which Logstash would replace; it knows no way to escape it.</summary>
    Placeholder,

    /// <summary>The text between quotes or slashes holds the delimiter without a backslash before it.</summary>
    DelimiterInside,

    /// <summary>A bare name, bareword, number, placeholder or field reference has characters that it can't have.</summary>
    InvalidToken,

    /// <summary>A value of this kind can't stand in this place.</summary>
    WrongPlace,

    /// <summary>In a condition, this array reads as a field reference, as arrays of one plain element do.</summary>
    OneElementArray,

    /// <summary>A hash with a key twice, which Logstash refuses.</summary>
    DuplicateKey,

    /// <summary>A branch without a condition.</summary>
    NoArms,

    /// <summary>Deeper than the parser reads.</summary>
    TooDeep,

    /// <summary>A body that was to be inserted is not valid by itself.</summary>
    InvalidBody,

    /// <summary>The text would be read as something else, for example a plugin called <c>else</c> right after a branch.</summary>
    ReadsDifferently,
}
