using System.Globalization;
using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

internal enum TokenKind
{
    End,
    Ident,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Symbol,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a string or bytes literal the unescaped content, bytes one to a character.</param>
/// <param name="Offset">Its place, in code points.</param>
internal sealed record Token(TokenKind Kind, string Text, int Offset);

/// <summary>Splits a CEL expression into tokens.</summary>
internal sealed class Lexer
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private readonly Rune[] _runes;
    private readonly List<CompileError> _errors;
    private int _at;

    private Lexer(string source, List<CompileError> errors)
    {
        _runes = [.. source.EnumerateRunes()];
        _errors = errors;
    }

    /// <summary>The tokens of an expression, the last one <see cref="TokenKind.End"/>; errors are added to the list.</summary>
    public static List<Token> Read(string source, List<CompileError> errors)
    {
        var lexer = new Lexer(source, errors);
        var tokens = new List<Token>();
        while (lexer.Next() is { } token)
        {
            tokens.Add(token);
        }

        tokens.Add(new Token(TokenKind.End, "<EOF>", lexer._runes.Length));
        return tokens;
    }

    private int Current => Peek(0);

    private int Peek(int ahead) => _at + ahead < _runes.Length ? _runes[_at + ahead].Value : -1;

    private Token? Next()
    {
        SkipBlanks();
        if (_at >= _runes.Length)
        {
            return null;
        }

        if (StringPrefixLength() is var prefix and >= 0)
        {
            return ReadString(prefix);
        }

        if (IsLetter(Current))
        {
            var start = _at;
            while (IsLetter(Current) || IsDigit(Current))
            {
                _at++;
            }

            return new Token(TokenKind.Ident, Slice(start), start);
        }

        if (IsDigit(Current) || (Current == '.' && IsDigit(Peek(1))))
        {
            return ReadNumber();
        }

        foreach (var symbol in Symbols)
        {
            if (StartsWith(symbol))
            {
                _at += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, _at - symbol.Length);
            }
        }

        _errors.Add(new CompileError(_at, $"Syntax error: token recognition error at: '{_runes[_at]}'"));
        _at++;
        return Next();
    }

    private void SkipBlanks()
    {
        while (_at < _runes.Length)
        {
            if (Current is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (StartsWith("//"))
            {
                while (_at < _runes.Length && Current != '\n')
                {
                    _at++;
                }
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>How many characters of r, b and their capitals stand before a quote; -1 when no string starts here.</summary>
    private int StringPrefixLength()
    {
        for (var length = 0; length <= 2; length++)
        {
            if (Peek(length) is '"' or '\'')
            {
                return length;
            }

            if (Peek(length) is not ('r' or 'R' or 'b' or 'B'))
            {
                return -1;
            }
        }

        return -1;
    }

    private Token ReadString(int prefix)
    {
        var start = _at;
        var flags = Slice(_at, _at + prefix).ToLowerInvariant();
        _at += prefix;
        var quote = new string((char)Current, StartsWith(new string((char)Current, 3)) ? 3 : 1);
        _at += quote.Length;
        var isBytes = flags.Contains('b', StringComparison.Ordinal);
        var content = new StringBuilder();
        while (!StartsWith(quote))
        {
            if (_at >= _runes.Length || (quote.Length == 1 && Current is '\n' or '\r'))
            {
                _errors.Add(new CompileError(start, $"Syntax error: token recognition error at: '{Slice(start)}'"));
                break;
            }

            if (Current == '\\' && !flags.Contains('r', StringComparison.Ordinal))
            {
                ReadEscape(content, isBytes);
            }
            else
            {
                Append(content, _runes[_at], isBytes);
                _at++;
            }
        }

        _at = Math.Min(_at + quote.Length, _runes.Length);
        return new Token(isBytes ? TokenKind.Bytes : TokenKind.String, content.ToString(), start);
    }

    private void ReadEscape(StringBuilder content, bool isBytes)
    {
        var start = _at;
        var kind = Peek(1);
        _at += 2;
        var simple = kind switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' or '\'' or '"' or '`' or '?' => (char)kind,
            _ => '\0',
        };
        var (digits, radix) = kind switch
        {
            'x' or 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            >= '0' and <= '3' => (3, 8),
            _ => (0, 0),
        };
        if (simple != '\0')
        {
            content.Append(simple);
            return;
        }

        _at -= radix == 8 ? 1 : 0;
        var text = Slice(_at, Math.Min(_at + digits, _runes.Length));
        if (radix == 0 || text.Length < digits || !TryParse(text, radix, out var code) || (!isBytes && !Rune.IsValid((int)code)))
        {
            _errors.Add(new CompileError(start, "Syntax error: token recognition error at: '" + Slice(start, Math.Min(start + 2, _runes.Length)) + "'"));
            return;
        }

        _at += digits;
        _ = isBytes && digits <= 3 ? content.Append((char)code) : content.Append(new Rune((int)code).ToString());
    }

    private static bool TryParse(string digits, int radix, out long value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            var number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (number >= radix)
            {
                return false;
            }

            value = (value * radix) + number;
        }

        return true;
    }

    private static void Append(StringBuilder content, Rune rune, bool isBytes)
    {
        if (!isBytes)
        {
            content.Append(rune.ToString());
            return;
        }

        foreach (var unit in Encoding.UTF8.GetBytes(rune.ToString()))
        {
            content.Append((char)unit);
        }
    }

    private Token ReadNumber()
    {
        var start = _at;
        if (Current == '0' && Peek(1) is 'x' or 'X')
        {
            _at += 2;
            while (Current >= 0 && Current < 128 && char.IsAsciiHexDigit((char)Current))
            {
                _at++;
            }

            return Integer(start);
        }

        SkipDigits();
        var isDouble = false;
        if (Current == '.' && IsDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            SkipDigits();
        }

        if (Current is 'e' or 'E' && (IsDigit(Peek(1)) || (Peek(1) is '+' or '-' && IsDigit(Peek(2)))))
        {
            isDouble = true;
            _at += 2;
            SkipDigits();
        }

        return isDouble ? new Token(TokenKind.Double, Slice(start), start) : Integer(start);
    }

    private Token Integer(int start)
    {
        var text = Slice(start);
        if (Current is 'u' or 'U')
        {
            _at++;
            return new Token(TokenKind.Uint, text, start);
        }

        return new Token(TokenKind.Int, text, start);
    }

    private void SkipDigits()
    {
        while (IsDigit(Current))
        {
            _at++;
        }
    }

    private bool StartsWith(string text) => text.Index().All(character => Peek(character.Index) == character.Item);

    private string Slice(int start) => Slice(start, _at);

    private string Slice(int start, int end) => string.Concat(_runes[start..end].Select(rune => rune.ToString()));

    private static bool IsLetter(int rune) => rune is '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private static bool IsDigit(int rune) => rune is >= '0' and <= '9';

    /// <summary>The value of an integer token's text, decimal or hexadecimal.</summary>
    public static bool TryReadInteger(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
