using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>An IP address without a zone.</summary>
internal sealed class IpValue(IPAddress address) : CelValue
{
    public IPAddress Address { get; } = address;

    public override CelType Type => CelType.Ip;

    public override ulong Size => (ulong)Address.GetAddressBytes().Length;

    public override string ToString() => Address.ToString();
}

/// <summary>An address and how many of its bits name a network.</summary>
internal sealed class CidrValue(IPAddress address, int bits) : CelValue
{
    public IPAddress Address { get; } = address;

    public int Bits { get; } = bits;

    public override CelType Type => CelType.Cidr;

    public override ulong Size => (ulong)((Bits + 7) / 8);

    /// <summary>The address with the bits of the host cleared.</summary>
    public IPAddress Network
    {
        get
        {
            var bytes = Address.GetAddressBytes();
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] &= (byte)(0xff << Math.Clamp(8 - (Bits - (i * 8)), 0, 8));
            }

            return new IPAddress(bytes);
        }
    }

    public override string ToString() => $"{Address}/{Bits.ToString(CultureInfo.InvariantCulture)}";

    public bool Contains(IPAddress other) =>
        other.AddressFamily == Address.AddressFamily && new CidrValue(other, Bits).Network.Equals(Network);
}

/// <summary><c>ip()</c>, <c>cidr()</c> and what they tell.</summary>
internal static class NetworkLibrary
{
    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Global("ip", "string_to_ip", [CelType.String], CelType.Ip, values => ParseIp(((StringValue)values[0]).Value)),
        Overload.Global("isIP", "is_ip", [CelType.String], CelType.Bool, values => BoolValue.Of(ParseIp(((StringValue)values[0]).Value) is IpValue)),
        Overload.Global("ip.isCanonical", "ip_is_canonical", [CelType.String], CelType.Bool, values =>
            ParseIp(((StringValue)values[0]).Value) is var parsed && parsed is IpValue ip ? BoolValue.Of(ip.ToString() == ((StringValue)values[0]).Value) : parsed),
        Overload.Member("family", "ip_family", [CelType.Ip], CelType.Int, values => new IntValue(Address(values[0]).AddressFamily == AddressFamily.InterNetwork ? 4 : 6)),
        Test("isUnspecified", address => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)),
        Test("isLoopback", IPAddress.IsLoopback),
        Test("isLinkLocalMulticast", address => address.GetAddressBytes() is [224, 0, 0, _] or [0xff, 2 or 18 or 34 or 50, ..]),
        Test("isLinkLocalUnicast", IsLinkLocalUnicast),
        Test("isGlobalUnicast", address => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
            && !IPAddress.IsLoopback(address) && !IsMulticast(address) && !IsLinkLocalUnicast(address)),
        Overload.Global("cidr", "string_to_cidr", [CelType.String], CelType.Cidr, values => ParseCidr(((StringValue)values[0]).Value)),
        Overload.Global("isCIDR", "is_cidr", [CelType.String], CelType.Bool, values => BoolValue.Of(ParseCidr(((StringValue)values[0]).Value) is CidrValue)),
        Overload.Member("containsIP", "cidr_contains_ip_ip", [CelType.Cidr, CelType.Ip], CelType.Bool, values => ContainsIp((CidrValue)values[0], values[1])),
        Overload.Member("containsIP", "cidr_contains_ip_string", [CelType.Cidr, CelType.String], CelType.Bool, values =>
            ContainsIp((CidrValue)values[0], ParseIp(((StringValue)values[1]).Value))),
        Overload.Member("containsCIDR", "cidr_contains_cidr", [CelType.Cidr, CelType.Cidr], CelType.Bool, values => ContainsCidr((CidrValue)values[0], values[1])),
        Overload.Member("containsCIDR", "cidr_contains_cidr_string", [CelType.Cidr, CelType.String], CelType.Bool, values =>
            ContainsCidr((CidrValue)values[0], ParseCidr(((StringValue)values[1]).Value))),
        Overload.Member("ip", "cidr_ip", [CelType.Cidr], CelType.Ip, values => new IpValue(((CidrValue)values[0]).Address)),
        Overload.Member("prefixLength", "cidr_prefix_length", [CelType.Cidr], CelType.Int, values => new IntValue(((CidrValue)values[0]).Bits)),
        Overload.Member("masked", "cidr_masked", [CelType.Cidr], CelType.Cidr, values =>
            new CidrValue(((CidrValue)values[0]).Network, ((CidrValue)values[0]).Bits)),
    ];

    private static IPAddress Address(CelValue value) => ((IpValue)value).Address;

    private static Overload Test(string function, Func<IPAddress, bool> test) =>
        Overload.Member(function, $"ip_{function}", [CelType.Ip], CelType.Bool, values => BoolValue.Of(test(Address(values[0]))));

    private static bool IsMulticast(IPAddress address) => address.GetAddressBytes() is [>= 224 and < 240, _, _, _] || address.IsIPv6Multicast;

    private static bool IsLinkLocalUnicast(IPAddress address) => address.GetAddressBytes() is [169, 254, _, _] || address.IsIPv6LinkLocal;

    private static CelValue ContainsIp(CidrValue network, CelValue address) =>
        address is IpValue ip ? BoolValue.Of(network.Contains(ip.Address)) : address;

    private static CelValue ContainsCidr(CidrValue network, CelValue other) =>
        other is CidrValue cidr ? BoolValue.Of(cidr.Bits >= network.Bits && network.Contains(cidr.Address)) : other;

    private static CelValue ParseIp(string text)
    {
        if (!TryParse(text.Split('%')[0], out var address))
        {
            return new ErrorValue($"IP Address {GoText.Quote(text)} parse error during conversion from string: ParseAddr({GoText.Quote(text)}): {(text.Contains(':', StringComparison.Ordinal) || !text.Contains('.', StringComparison.Ordinal) ? "unable to parse IP" : text.Count(c => c == '.') < 3 ? "IPv4 address too short" : "unable to parse IP")}");
        }

        return text.Contains('%', StringComparison.Ordinal) ? new ErrorValue($"IP address {GoText.Quote(text)} with zone value is not allowed")
            : address.IsIPv4MappedToIPv6 ? new ErrorValue($"IPv4-mapped IPv6 address {GoText.Quote(text)} is not allowed")
            : new IpValue(address);
    }

    private static CelValue ParseCidr(string text)
    {
        var slash = text.LastIndexOf('/');
        return slash > 0 && TryParse(text[..slash], out var address) && !address.IsIPv4MappedToIPv6
            && text[(slash + 1)..] is { Length: > 0 } digits && (digits.Length == 1 || digits[0] != '0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= address.GetAddressBytes().Length * 8
            ? new CidrValue(address, bits)
            : new ErrorValue($"network address parse error during conversion from string: netip.ParsePrefix({GoText.Quote(text)}): unable to parse");
    }

    /// <summary>Strictly: four decimal parts without leading zeros, or IPv6.</summary>
    private static bool TryParse(string text, out IPAddress address)
    {
        var isV6 = text.Contains(':', StringComparison.Ordinal);
        var parts = text.Split('.');
        var isStrict = isV6
            ? !text.Contains('[', StringComparison.Ordinal)
            : parts.Length == 4 && parts.All(part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0'));
        if (isStrict && IPAddress.TryParse(text, out var parsed))
        {
            address = parsed;
            return true;
        }

        address = IPAddress.None;
        return false;
    }
}
