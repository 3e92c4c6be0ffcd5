using System.Globalization;
using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Conversions: <c>int</c>, <c>uint</c>, <c>double</c>, <c>string</c>, <c>bytes</c>, <c>bool</c>, <c>duration</c>, <c>timestamp</c>.</summary>
internal static class ConversionLibrary
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<Overload> Overloads =>
    [
        To("bool", CelType.Bool, CelType.Bool, value => value),
        To("bool", CelType.String, CelType.Bool, value => ((StringValue)value).Value switch
        {
            "1" or "t" or "T" or "TRUE" or "true" or "True" => BoolValue.True,
            "0" or "f" or "F" or "FALSE" or "false" or "False" => BoolValue.False,
            _ => NotConvertible(CelType.Bool),
        }),
        To("bytes", CelType.Bytes, CelType.Bytes, value => value),
        To("bytes", CelType.String, CelType.Bytes, value => new BytesValue(Encoding.UTF8.GetBytes(((StringValue)value).Value))),
        To("double", CelType.Double, CelType.Double, value => value),
        To("double", CelType.Int, CelType.Double, value => new DoubleValue(((IntValue)value).Value)),
        To("double", CelType.Uint, CelType.Double, value => new DoubleValue(((UintValue)value).Value)),
        To("double", CelType.String, CelType.Double, value =>
            double.TryParse(((StringValue)value).Value, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out var number)
                ? new DoubleValue(number)
                : NotConvertible(CelType.Double)),
        To("int", CelType.Int, CelType.Int, value => value),
        To("int", CelType.Double, CelType.Int, value => ((DoubleValue)value).Value is > -9.2233720368547758e18 and < 9.2233720368547758e18
            ? new IntValue((long)((DoubleValue)value).Value)
            : new ErrorValue("integer overflow")),
        To("int", CelType.Uint, CelType.Int, value => ((UintValue)value).Value <= long.MaxValue
            ? new IntValue((long)((UintValue)value).Value)
            : new ErrorValue("integer overflow")),
        To("int", CelType.String, CelType.Int, value => long.TryParse(((StringValue)value).Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new IntValue(number)
            : NotConvertible(CelType.Int)),
        To("int", CelType.Timestamp, CelType.Int, value => new IntValue(((TimestampValue)value).Seconds)),
        To("int", CelType.Duration, CelType.Int, value => new IntValue(((DurationValue)value).Nanoseconds)),
        To("uint", CelType.Uint, CelType.Uint, value => value),
        To("uint", CelType.Int, CelType.Uint, value => ((IntValue)value).Value >= 0
            ? new UintValue((ulong)((IntValue)value).Value)
            : new ErrorValue("unsigned integer overflow")),
        To("uint", CelType.Double, CelType.Uint, value => ((DoubleValue)value).Value is >= 0 and < 1.8446744073709552e19
            ? new UintValue((ulong)((DoubleValue)value).Value)
            : new ErrorValue("unsigned integer overflow")),
        To("uint", CelType.String, CelType.Uint, value => ulong.TryParse(((StringValue)value).Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new UintValue(number)
            : NotConvertible(CelType.Uint)),
        .. ToStringFrom(CelType.String, CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.Duration, CelType.Timestamp, CelType.Ip, CelType.Cidr),
        Overload.Global("string", "bytes_to_string", [CelType.Bytes], CelType.String, values => Decode(((BytesValue)values[0]).Value)),
        To("duration", CelType.Duration, CelType.Duration, value => value),
        To("duration", CelType.Int, CelType.Duration, value => new DurationValue(((IntValue)value).Value)),
        To("duration", CelType.String, CelType.Duration, value => GoTime.TryParseDuration(((StringValue)value).Value, out var nanoseconds)
            ? new DurationValue(nanoseconds)
            : NotConvertible(CelType.Duration)),
        To("timestamp", CelType.Timestamp, CelType.Timestamp, value => value),
        To("timestamp", CelType.Int, CelType.Timestamp, value => TimeLibrary.Timestamp(((IntValue)value).Value, 0)),
        To("timestamp", CelType.String, CelType.Timestamp, value => GoTime.TryParseTimestamp(((StringValue)value).Value, out var seconds, out var nanoseconds)
            ? TimeLibrary.Timestamp(seconds, nanoseconds)
            : NotConvertible(CelType.Timestamp)),
    ];

    private static Overload To(string function, CelType from, CelType to, Func<CelValue, CelValue> convert) =>
        Overload.Global(function, $"{from}_to_{to}", [from], to, values => convert(values[0]));

    private static IEnumerable<Overload> ToStringFrom(params CelType[] types) =>
        types.Select(type => To("string", type, CelType.String, value => new StringValue(value.ToString()!)));

    private static ErrorValue NotConvertible(CelType type) => new($"type conversion error from 'string' to '{TypeValues.Of(type)}'");

    private static CelValue Decode(byte[] bytes)
    {
        try
        {
            return new StringValue(StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return new ErrorValue("invalid UTF-8 in bytes, cannot convert to string");
        }
    }
}
