using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>
/// Regular expressions in RE2's syntax, run by .NET's non-backtracking engine. What RE2 does not know (look-around, back-references)
/// is refused; its ASCII classes, <c>$</c>, POSIX classes and named groups are translated.
/// </summary>
internal static class Re2
{
    private const int MaxRepeat = 1000;
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);

    /// <summary>Compiles a pattern.</summary>
    /// <returns>The expression, or null and an error in Go's words.</returns>
    public static Regex? TryCompile(string pattern, out string error)
    {
        error = "";
        if (Compiled.TryGetValue(pattern, out var known))
        {
            return known;
        }

        try
        {
            var regex = Build(new Translation(pattern).ToDotNet());
            return Compiled.GetOrAdd(pattern, regex);
        }
        catch (ArgumentException exception)
        {
            error = exception is PatternException ? exception.Message : $"error parsing regexp: {exception.Message}";
            return null;
        }
    }

    private static Regex Build(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (NotSupportedException)
        {
            // Too many states for the non-backtracking engine; the time limit bounds the other one.
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
    }

    private sealed class PatternException(string problem, string part) : ArgumentException($"error parsing regexp: {problem}: `{part}`");

    private sealed class Translation(string pattern)
    {
        private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
        {
            ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7f", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1f\x7f",
            ["digit"] = "0-9", ["graph"] = "!-~", ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~", ["space"] = @"\t-\r ",
            ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
        };

        private readonly StringBuilder _result = new();
        private int _at;
        private int _open;
        private bool _multiline;

        public string ToDotNet()
        {
            while (_at < pattern.Length)
            {
                Step();
            }

            return _open > 0 ? throw new PatternException("missing closing )", pattern) : _result.ToString();
        }

        private void Step()
        {
            var character = pattern[_at];
            switch (character)
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    Group();
                    break;
                case ')':
                    _open--;
                    _ = _open < 0 ? throw new PatternException("unexpected )", pattern) : _result.Append(')');
                    _at++;
                    break;
                case '$':
                    _result.Append(_multiline ? "(?=\\n|\\z)" : "\\z");
                    _at++;
                    break;
                case '*' or '+' or '?' when _at == 0 || pattern[_at - 1] is '(' or '|':
                    throw new PatternException("missing argument to repetition operator", character.ToString());
                case '{':
                    Repeat();
                    break;
                default:
                    _result.Append(character);
                    _at++;
                    break;
            }
        }

        private void Group()
        {
            _open++;
            if (!pattern.AsSpan(_at).StartsWith("(?"))
            {
                _result.Append('(');
                _at++;
                return;
            }

            var rest = pattern[_at..];
            if (rest.StartsWith("(?P<", StringComparison.Ordinal) || (rest.StartsWith("(?<", StringComparison.Ordinal) && !IsLookBehind(rest)))
            {
                _at += rest.IndexOf('<', StringComparison.Ordinal) + 1;
                _result.Append("(?<");
                return;
            }

            var end = rest.IndexOfAny([':', ')'], 2);
            var flags = end < 0 ? rest : rest[2..end];
            if (end < 0 || flags.Any(flag => !"imsU-".Contains(flag, StringComparison.Ordinal)))
            {
                throw new PatternException("invalid or unsupported Perl syntax", rest[..Math.Min(3, rest.Length)]);
            }

            _multiline |= flags.Split('-')[0].Contains('m', StringComparison.Ordinal);
            _result.Append("(?").Append(flags.Replace("U", "", StringComparison.Ordinal)).Append(rest[end]);
            _open -= rest[end] == ')' ? 1 : 0;
            _at += end + 1;
        }

        private static bool IsLookBehind(string rest) => rest.Length > 3 && rest[3] is '=' or '!';

        private void Repeat()
        {
            var end = pattern.IndexOf('}', _at);
            var bounds = end < 0 ? [] : pattern[(_at + 1)..end].Split(',');
            if (bounds.Length is 0 or > 2 || bounds[0].Length == 0 || bounds.Any(bound => !bound.All(char.IsAsciiDigit)))
            {
                _result.Append("\\{");
                _at++;
                return;
            }

            var text = pattern[_at..(end + 1)];
            if (_at == 0)
            {
                throw new PatternException("missing argument to repetition operator", text);
            }

            if (bounds.Any(bound => bound.Length > 4 || (bound.Length > 0 && int.Parse(bound, CultureInfo.InvariantCulture) > MaxRepeat)))
            {
                throw new PatternException("invalid repeat count", text);
            }

            _result.Append(text);
            _at = end + 1;
        }

        private void Escape(bool inClass)
        {
            if (_at + 1 >= pattern.Length)
            {
                throw new PatternException("trailing backslash at end of expression", "");
            }

            var character = pattern[_at + 1];
            _at += 2;
            _ = character switch
            {
                'd' => _result.Append(inClass ? "0-9" : "[0-9]"),
                'w' => _result.Append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]"),
                's' => _result.Append(inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]"),
                'D' => _result.Append(inClass ? @"\x00-/:-\uffff" : "[^0-9]"),
                'W' => _result.Append(inClass ? @"\x00-/:-@\[-^`{-\uffff" : "[^0-9A-Za-z_]"),
                'S' => _result.Append(inClass ? @"\x00-\x08\x0b\x0e-\x1f!-\uffff" : @"[^\t\n\f\r ]"),
                'p' or 'P' => Category(character),
                'Q' => Literal(),
                'z' or 'A' or 'b' or 'B' or 'a' or 'f' or 'n' or 'r' or 't' or 'v' => _result.Append('\\').Append(character),
                'x' => Hex(),
                >= '1' and <= '9' => throw new PatternException("invalid escape sequence", $"\\{character}"),
                '0' => _result.Append("\\x00"),
                _ when char.IsAsciiLetter(character) => throw new PatternException("invalid escape sequence", $"\\{character}"),
                _ => _result.Append(Regex.Escape(character.ToString()) is var escaped && character is '-' or ']' ? $"\\{character}" : escaped),
            };
        }

        private StringBuilder Category(char kind)
        {
            if (_at < pattern.Length && pattern[_at] != '{')
            {
                return _result.Append($"\\{kind}{{{pattern[_at++]}}}");
            }

            return _result.Append('\\').Append(kind);
        }

        private StringBuilder Literal()
        {
            var end = pattern.IndexOf("\\E", _at, StringComparison.Ordinal);
            var text = end < 0 ? pattern[_at..] : pattern[_at..end];
            _at = end < 0 ? pattern.Length : end + 2;
            return _result.Append(Regex.Escape(text));
        }

        private StringBuilder Hex()
        {
            if (_at < pattern.Length && pattern[_at] == '{')
            {
                var end = pattern.IndexOf('}', _at);
                if (end < 0 || !int.TryParse(pattern.AsSpan(_at + 1, end - _at - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
                    || !Rune.IsValid(code))
                {
                    throw new PatternException("invalid escape sequence", "\\x{");
                }

                _at = end + 1;
                return _result.Append(string.Concat(new Rune(code).ToString().Select(unit => $"\\u{(int)unit:x4}")));
            }

            return _result.Append("\\x");
        }

        private void Class()
        {
            var start = _at;
            _result.Append('[');
            _at++;
            if (_at < pattern.Length && pattern[_at] == '^')
            {
                _result.Append('^');
                _at++;
            }

            for (var first = true; _at < pattern.Length; first = false)
            {
                var character = pattern[_at];
                if (character == ']' && !first)
                {
                    _result.Append(']');
                    _at++;
                    return;
                }

                if (character == '\\')
                {
                    Escape(inClass: true);
                }
                else if (character == '[' && pattern.AsSpan(_at).StartsWith("[:"))
                {
                    Posix();
                }
                else
                {
                    _result.Append(character is '[' or ']' ? $"\\{character}" : character.ToString());
                    _at++;
                }
            }

            throw new PatternException("missing closing ]", pattern[start..]);
        }

        private void Posix()
        {
            var end = pattern.IndexOf(":]", _at, StringComparison.Ordinal);
            if (end < 0 || !PosixClasses.TryGetValue(pattern[(_at + 2)..end], out var characters))
            {
                throw new PatternException("invalid character class range", end < 0 ? pattern[_at..] : pattern[_at..(end + 2)]);
            }

            _result.Append(characters);
            _at = end + 2;
        }
    }
}
