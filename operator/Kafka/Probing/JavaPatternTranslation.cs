using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Says in .NET's dialect what a regular expression of Java's (java.util.regex.Pattern) says about names of topics. Names consist of ASCII letters, digits,
/// '.', '_' and '-' alone, so that every class of characters, whatever its form in Java (unions, intersections, POSIX names), becomes the plain list of its
/// members among these. Possessive quantifiers become atomic groups, and <c>\Q…\E</c> escapes.
/// </summary>
internal sealed class JavaPatternTranslation
{
    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    private const string Flags = "idmsuxU-";

    private readonly string _pattern;
    private readonly StringBuilder _text = new();
    private readonly Stack<int> _groups = new();
    private int _at;

    /// <summary>Where in <see cref="_text"/> the last thing begins that a quantifier would repeat; -1 where there is none.</summary>
    private int _last = -1;

    private bool _ignoresCase;
    private bool _hasComments;

    private JavaPatternTranslation(string pattern) => _pattern = pattern;

    /// <summary>Translates a pattern.</summary>
    /// <param name="pattern">In Java's dialect.</param>
    /// <returns>The same in .NET's dialect, or null where it holds what can't be said in it or is no pattern.</returns>
    public static string? Translate(string pattern)
    {
        try
        {
            return new JavaPatternTranslation(pattern).Run();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private string Run()
    {
        while (_at < _pattern.Length)
        {
            switch (_pattern[_at])
            {
                case '\\':
                    Escape();
                    break;
                case '[':
                    _at++;
                    Atom(Class(ReadClass()));
                    break;
                case '(':
                    OpenGroup();
                    break;
                case ')':
                    _at++;
                    var start = _groups.Count > 0 ? _groups.Pop() : throw Untranslatable();
                    _text.Append(')');
                    _last = start;
                    break;
                case '*' or '+' or '?' or '{':
                    Quantifier();
                    break;
                case '|':
                    _at++;
                    _text.Append('|');
                    _last = -1;
                    break;
                case '.' or '^' or '$':
                    Atom(_pattern[_at++].ToString());
                    break;
                case var other when _hasComments && (char.IsWhiteSpace(other) || other == '#'):
                    // In a comment anything may stand, and it ends with the line.
                    var end = other == '#' ? _pattern.IndexOf('\n', _at) : _at;
                    _at = end < 0 ? _pattern.Length : end + 1;
                    break;
                case var other:
                    _at++;
                    Atom(Literal(other));
                    break;
            }
        }

        return _groups.Count == 0 ? _text.ToString() : throw Untranslatable();
    }

    private void Atom(string text)
    {
        _last = _text.Length;
        _text.Append(text);
    }

    private void Escape()
    {
        _at++;
        switch (Peek())
        {
            case 'Q':
                _at++;
                foreach (var character in Quoted())
                {
                    Atom(Literal(character));
                }

                break;
            case 'b' or 'B' or 'A' or 'z' or 'Z' or 'G':
                Atom($@"\{_pattern[_at++]}");
                if (_at < _pattern.Length && _pattern[_at] == '{')
                {
                    throw Untranslatable();
                }

                break;
            case >= '1' and <= '9':
                Atom($@"(?:\{_pattern[_at++]})");
                if (_at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]))
                {
                    throw Untranslatable();
                }

                break;
            case 'k':
                var end = _pattern.IndexOf('>', _at);
                Atom(end < 0 ? throw Untranslatable() : $@"\{_pattern[_at..(end + 1)]}");
                _at = end + 1;
                break;
            default:
                Atom(ReadEscapedSet() is { } set ? Class(set) : Literal(ReadEscapedCharacter()));
                break;
        }
    }

    private void OpenGroup()
    {
        _groups.Push(_text.Length);
        _last = -1;
        _at++;
        _text.Append('(');
        if (Peek(orEnd: true) != '?')
        {
            return;
        }

        _at++;
        _text.Append('?');
        if (Peek() is ':' or '=' or '!' or '>' or '<')
        {
            // Lookarounds, atomic and named groups are written alike in both dialects.
            _text.Append(_pattern[_at++]);
            return;
        }

        var on = true;
        while (Peek() is not (':' or ')'))
        {
            var flag = _pattern[_at++];
            on &= flag != '-';
            _ignoresCase |= on && flag == 'i';
            _hasComments |= on && flag == 'x';
            if (!Flags.Contains(flag, StringComparison.Ordinal))
            {
                throw Untranslatable();
            }

            // Flags about Unicode and about line ends have nothing to say about names of topics, and comments are left out.
            if (flag is 'i' or 'm' or 's' or '-')
            {
                _text.Append(flag);
            }
        }

        if (_pattern[_at] == ')')
        {
            // (?i) holds up to the end of the group it is in, and is no group itself.
            _at++;
            var start = _groups.Pop();
            _text.Append(')');
            if (_text.Length - start == "(?)".Length)
            {
                // None of the flags has a meaning here.
                _text.Length = start;
            }
        }
        else
        {
            _at++;
            _text.Append(':');
        }
    }

    private void Quantifier()
    {
        if (_last < 0)
        {
            throw Untranslatable();
        }

        var end = _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) : _at;
        _text.Append(_pattern, _at, (end < 0 ? throw Untranslatable() : end + 1) - _at);
        _at = end + 1;
        switch (Peek(orEnd: true))
        {
            case '?':
                _at++;
                _text.Append('?');
                break;
            case '+':
                _at++;
                _text.Insert(_last, "(?>").Append(')');
                break;
            default:
                break;
        }
    }

    /// <summary>Reads a class from behind its opening bracket up to its closing one.</summary>
    private UInt128 ReadClass()
    {
        var negated = Peek() == '^';
        _at += negated ? 1 : 0;
        UInt128? intersection = null;
        var members = UInt128.Zero;
        for (var first = true; ; first = false)
        {
            var next = Peek();
            if (next == ']' && !first)
            {
                _at++;
                break;
            }

            if (next == '[')
            {
                _at++;
                members |= ReadClass();
            }
            else if (next == '&' && Follows("&&"))
            {
                _at += 2;
                intersection = (intersection ?? UInt128.MaxValue) & members;
                members = UInt128.Zero;
            }
            else if (Follows(@"\Q"))
            {
                _at += 2;
                members = Quoted().Aggregate(members, (set, character) => set | One(character));
            }
            else
            {
                members |= ReadClassMember();
            }
        }

        var result = intersection is { } others ? others & members : members;
        result = _ignoresCase ? WithBothCases(result) : result;
        return negated ? ~result : result;
    }

    /// <summary>A character, a range of them, or a set by name.</summary>
    private UInt128 ReadClassMember()
    {
        char from;
        if (Peek() == '\\')
        {
            _at++;
            if (ReadEscapedSet() is { } set)
            {
                return set;
            }

            from = ReadEscapedCharacter();
        }
        else
        {
            from = _pattern[_at++];
        }

        if (Peek() != '-' || _at + 1 >= _pattern.Length || _pattern[_at + 1] is ']' or '[')
        {
            return One(from);
        }

        _at++;
        char to;
        if (Peek() == '\\')
        {
            _at++;
            to = ReadEscapedCharacter();
        }
        else
        {
            to = _pattern[_at++];
        }

        return from <= to ? Where(character => character >= from && character <= to) : throw Untranslatable();
    }

    /// <summary>A set that an escape stands for, from behind the backslash; null where it stands for a single character, and nothing is read.</summary>
    private UInt128? ReadEscapedSet()
    {
        var letter = Peek();
        if (letter is 'p' or 'P')
        {
            _at++;
            var end = Peek() == '{' ? _pattern.IndexOf('}', _at) : _at;
            var name = end < 0 ? throw Untranslatable() : _pattern[_at..(end + 1)].Trim('{', '}');
            _at = end + 1;
            return letter == 'p' ? Named(name) : ~Named(name);
        }

        UInt128? set = char.ToLowerInvariant(letter) switch
        {
            'd' => Where(char.IsAsciiDigit),
            'w' => Where(character => char.IsAsciiLetterOrDigit(character) || character == '_'),
            's' or 'h' or 'v' => UInt128.Zero,
            _ => null,
        };
        if (set is null)
        {
            return null;
        }

        _at++;
        return char.IsAsciiLetterUpper(letter) ? ~set : set;
    }

    /// <summary>The members, among ASCII, of a POSIX class, of a category of Unicode or of a property that Java knows.</summary>
    private static UInt128 Named(string name) => name switch
    {
        "Lower" or "Ll" or "IsLl" or "IsLowercase" or "javaLowerCase" => Where(char.IsAsciiLetterLower),
        "Upper" or "Lu" or "IsLu" or "IsUppercase" or "javaUpperCase" => Where(char.IsAsciiLetterUpper),
        "Alpha" or "L" or "IsL" or "IsAlphabetic" or "IsLatin" => Where(char.IsAsciiLetter),
        "Digit" or "N" or "Nd" or "IsN" or "IsNd" or "IsDigit" => Where(char.IsAsciiDigit),
        "Alnum" => Where(char.IsAsciiLetterOrDigit),
        "XDigit" => Where(char.IsAsciiHexDigit),
        "Punct" or "P" or "IsP" or "IsPunctuation" => Where(character => character is '.' or '_' or '-'),
        "ASCII" or "Graph" or "Print" => UInt128.MaxValue,
        "Blank" or "Space" or "Cntrl" => UInt128.Zero,
        _ => throw Untranslatable(),
    };

    /// <summary>The character that an escape stands for, from behind the backslash.</summary>
    private char ReadEscapedCharacter()
    {
        var letter = Peek();
        _at++;
        return letter switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'a' => '\a',
            'e' => '\e',
            'c' => (char)(ReadAny() ^ 64),
            'x' when Peek() == '{' => Code(_pattern.IndexOf('}', _at) is var end and >= 0 ? end + 1 - _at : throw Untranslatable(), 16),
            'x' => Code(2, 16),
            'u' => Code(4, 16),
            '0' => Code(_pattern.Skip(_at).Take(Peek() <= '3' ? 3 : 2).TakeWhile(character => character is >= '0' and <= '7').Count(), 8),
            _ when char.IsAsciiLetterOrDigit(letter) => throw Untranslatable(),
            _ => letter,
        };
    }

    private char Code(int length, int numberBase)
    {
        if (length == 0 || _at + length > _pattern.Length)
        {
            throw Untranslatable();
        }

        var digits = _pattern.Substring(_at, length).Trim('{', '}');
        _at += length;
        try
        {
            return (char)checked((ushort)Convert.ToInt32(digits, numberBase));
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw Untranslatable();
        }
    }

    private string Quoted()
    {
        var end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        var text = end < 0 ? _pattern[_at..] : _pattern[_at..end];
        _at = end < 0 ? _pattern.Length : end + 2;
        return text;
    }

    private char ReadAny()
    {
        var next = Peek();
        _at++;
        return next;
    }

    private char Peek(bool orEnd = false) => _at < _pattern.Length ? _pattern[_at] : orEnd ? '\0' : throw Untranslatable();

    private bool Follows(string text) => string.CompareOrdinal(_pattern, _at, text, 0, text.Length) == 0;

    private static string Literal(char character) => character is ']' or '}' ? $@"\{character}" : Regex.Escape(character.ToString());

    private static string Class(UInt128 set)
    {
        var members = NameCharacters.Where(character => (set & One(character)) != UInt128.Zero).ToArray();
        return members.Length switch
        {
            0 => "(?!)",
            1 => Literal(members[0]),
            _ => $"[{string.Concat(members.Select(character => character == '-' ? @"\-" : character.ToString(CultureInfo.InvariantCulture)))}]",
        };
    }

    private static UInt128 WithBothCases(UInt128 set) => Where(character =>
        (set & (One(char.ToLowerInvariant(character)) | One(char.ToUpperInvariant(character)))) != UInt128.Zero);

    private static UInt128 Where(Func<char, bool> condition) =>
        NameCharacters.Where(condition).Aggregate(UInt128.Zero, (set, character) => set | One(character));

    private static UInt128 One(char character) => character < 128 ? UInt128.One << character : UInt128.Zero;

    private static FormatException Untranslatable() => new("The pattern can't be said in .NET's dialect.");
}
