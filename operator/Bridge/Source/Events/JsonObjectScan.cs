using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace KafkaLogstash.Bridge.Source.Events;

/// <summary>How a record's text can become an event.</summary>
internal enum JsonShape
{
    /// <summary>No JSON object that Logstash can read.</summary>
    Text,

    /// <summary>A JSON object that can be passed on as it is.</summary>
    Object,

    /// <summary>A JSON object with members that the beats input would take for something else; they have to be moved out of its way.</summary>
    Delicate,
}

/// <summary>What a look through a record's text has found.</summary>
/// <param name="Shape">How it can become an event.</param>
/// <param name="HasTimestamp">Whether it has an <c>@timestamp</c> of its own.</param>
/// <param name="IsEmpty">Whether it is an object without members.</param>
/// <param name="MoveMessage">Whether its <c>message</c> has to be moved out of the beats input's way.</param>
/// <param name="MoveLine">Whether its <c>line</c> has to be.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct JsonScan(JsonShape Shape, bool HasTimestamp, bool IsEmpty, bool MoveMessage, bool MoveLine);

/// <summary>
/// Looks through a record's text, once, without keeping anything: whether it is a JSON object (RFC 8259) that the beats input can read, and whether it can go there as it is.
/// One text that it can't read makes the beats input close the connection, and the window come again for ever.
/// </summary>
/// <remarks>
/// By hand, because every record passes here: no token is told apart but the members of the object itself, and strings are crossed with vector instructions. It takes about
/// a third of the time of a general reader; the tests hold it to one, text by text.
/// </remarks>
internal ref struct JsonObjectScan
{
    /// <summary>Objects nested deeper than 1000 are refused by Jackson, Logstash's JSON parser (StreamReadConstraints); well below it, for what is wrapped around an event.</summary>
    public const int DeepestNesting = 900;

    /// <summary>Jackson refuses longer numbers.</summary>
    public const int LongestNumber = 1000;

    /// <summary>And longer names.</summary>
    public const int LongestName = 50_000;

    private static readonly SearchValues<byte> EndOfPlainText = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private readonly ReadOnlySpan<byte> _json;
    private int _at;
    private bool _timestamp;
    private bool _metadata;
    private bool _message;
    private bool _otherMessage;
    private bool _line;
    private bool _hasMembers;

    /// <summary>Whether a member is there that ends the connection beside a message.</summary>
    private bool _poisonsMessage;

    /// <summary>The member of the object itself that is being crossed.</summary>
    private EventMember _within;

    private JsonObjectScan(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>The byte that is next; 0, which no JSON has outside of strings, at the end.</summary>
    private readonly byte Next => _at < _json.Length ? _json[_at] : (byte)0;

    /// <summary>Looks through a text.</summary>
    /// <param name="json">UTF-8, without white space around it.</param>
    public static JsonScan Scan(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2 || json[0] != '{' || !Utf8.IsValid(json))
        {
            return default;
        }

        var scan = new JsonObjectScan(json);
        return scan.Object() ? scan.Result() : default;
    }

    private readonly JsonScan Result()
    {
        var moveMessage = _otherMessage || (_message && _poisonsMessage);
        var moveLine = _line && (moveMessage || !_message);
        return new(_metadata || moveMessage || moveLine ? JsonShape.Delicate : JsonShape.Object, _timestamp, !_hasMembers, moveMessage, moveLine);
    }

    /// <summary>Crosses the whole text.</summary>
    private bool Object()
    {
        // One bit for each level: whether it is an object.
        Span<ulong> objects = stackalloc ulong[(DeepestNesting / 64) + 1];
        var depth = 0;
        var valueIsDue = true;
        while (true)
        {
            SkipWhiteSpace();
            var next = Next;
            if (valueIsDue)
            {
                // An element of the tags.
                _poisonsMessage |= depth == 2 && _within == EventMember.Tags && next != '"';
                switch (next)
                {
                    case (byte)'{' or (byte)'[':
                        if (++depth > DeepestNesting)
                        {
                            return false;
                        }

                        _at++;
                        SkipWhiteSpace();
                        var isObject = next == '{';
                        Mark(objects, depth, isObject);
                        if (Next == (isObject ? '}' : ']'))
                        {
                            valueIsDue = false;
                        }
                        else if (isObject && !Name(depth))
                        {
                            return false;
                        }

                        continue;
                    case (byte)'"':
                        if (!String())
                        {
                            return false;
                        }

                        break;
                    default:
                        if (!NumberOrWord(next))
                        {
                            return false;
                        }

                        break;
                }

                valueIsDue = false;
                continue;
            }

            var inObject = (objects[depth >> 6] & (1UL << (depth & 63))) != 0;
            if (next == ',')
            {
                _at++;
                SkipWhiteSpace();
                if (inObject && !Name(depth))
                {
                    return false;
                }

                valueIsDue = true;
            }
            else if (next == (inObject ? '}' : ']'))
            {
                _at++;
                if (--depth == 0)
                {
                    return _at == _json.Length;
                }
            }
            else
            {
                return false;
            }
        }
    }

    private static void Mark(Span<ulong> objects, int depth, bool isObject)
    {
        var bit = 1UL << (depth & 63);
        objects[depth >> 6] = isObject ? objects[depth >> 6] | bit : objects[depth >> 6] & ~bit;
    }

    /// <summary>Crosses a member's name and the colon behind it.</summary>
    private bool Name(int depth)
    {
        var start = _at;
        if (Next != '"' || !String() || _at - start - 2 > LongestName)
        {
            return false;
        }

        var quoted = _json[start.._at];
        SkipWhiteSpace();
        if (Next != ':')
        {
            return false;
        }

        _at++;
        if (depth == 1)
        {
            SkipWhiteSpace();
            Note(EventMembers.Of(quoted));
        }
        else if (depth == 2 && _within == EventMember.Beat && (EventMembers.IsNamed(quoted, "id"u8) || EventMembers.IsNamed(quoted, "resource_id"u8)))
        {
            SkipWhiteSpace();
            _poisonsMessage |= Next is not ((byte)'"' or (byte)'n');
        }

        return true;
    }

    /// <summary>Notes a member of the object itself, before its value.</summary>
    private void Note(EventMember member)
    {
        _hasMembers = true;
        _within = member;
        switch (member)
        {
            case EventMember.Timestamp:
                _timestamp = Next != 'n';
                break;
            case EventMember.Metadata:
                _metadata = true;
                break;
            case EventMember.Message:
                _message |= Next == '"';
                _otherMessage |= Next is not ((byte)'"' or (byte)'n');
                break;
            case EventMember.Line:
                _line |= Next != 'n';
                break;
            case EventMember.Bracketed:
                _poisonsMessage = true;
                break;
            case EventMember.Tags:
                _poisonsMessage |= Next is not ((byte)'"' or (byte)'[');
                break;
            case EventMember.Beat:
                _poisonsMessage |= Next is not ((byte)'{' or (byte)'n');
                break;
            case EventMember.Event:
                _poisonsMessage |= Next != '{';
                break;
        }
    }

    private bool String()
    {
        _at++;
        while (true)
        {
            var plain = _json[_at..].IndexOfAny(EndOfPlainText);
            if (plain < 0)
            {
                return false;
            }

            _at += plain;
            switch (_json[_at++])
            {
                case (byte)'"':
                    return true;
                case (byte)'\\':
                    if (!Escape())
                    {
                        return false;
                    }

                    break;
                default:
                    return false;
            }
        }
    }

    private bool Escape()
    {
        switch (Next)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                _at++;
                return true;
            case (byte)'u' when _json.Length - _at > 4:
                var digits = _json.Slice(_at + 1, 4);
                _at += 5;
                return !digits.ContainsAnyExcept(HexDigits);
            default:
                return false;
        }
    }

    private bool NumberOrWord(byte next) => next switch
    {
        (byte)'t' => Word("true"u8),
        (byte)'f' => Word("false"u8),
        (byte)'n' => Word("null"u8),
        _ => Number(),
    };

    private bool Word(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private bool Number()
    {
        var start = _at;
        if (Next == '-')
        {
            _at++;
        }

        if (Next == '0')
        {
            _at++;
        }
        else if (!SomeDigits())
        {
            return false;
        }

        if (Next == '.')
        {
            _at++;
            if (!SomeDigits())
            {
                return false;
            }
        }

        if (Next is (byte)'e' or (byte)'E')
        {
            _at++;
            if (Next is (byte)'+' or (byte)'-')
            {
                _at++;
            }

            if (!SomeDigits())
            {
                return false;
            }
        }

        return _at - start <= LongestNumber;
    }

    private bool SomeDigits()
    {
        var count = _json[_at..].IndexOfAnyExcept(Digits);
        if (count < 0)
        {
            count = _json.Length - _at;
        }

        _at += count;
        return count > 0;
    }

    private void SkipWhiteSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }
}
