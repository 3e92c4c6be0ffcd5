using System.Net;
using System.Net.Sockets;
using KafkaLogstash.LocalCluster.Naming;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Naming;

public sealed class ClusterNamesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("orders-bridge")]
    [InlineData("orders-bridge.shop")]
    [InlineData("orders-bridge.shop.svc")]
    [InlineData("orders-bridge.shop.svc.cluster.local")]
    [InlineData("orders-bridge.shop.svc.cluster.local.")]
    [InlineData("Orders-Bridge.Shop")]
    public async Task A_service_is_known_by_all_its_names(string name)
    {
        await File.WriteAllTextAsync(_file, "127.70.1.2 orders-bridge.shop.svc.cluster.local\n", Cancellation);

        var found = await new ClusterNames(_file, "shop").ResolveAsync(name, Cancellation);

        Assert.Equal([IPAddress.Parse("127.70.1.2")], found);
    }

    [Fact]
    public async Task A_bare_name_is_that_of_the_pods_own_namespace()
    {
        await File.WriteAllTextAsync(_file, "127.70.1.2 web.shop.svc.cluster.local\n127.70.1.3 web.other.svc.cluster.local\n", Cancellation);

        Assert.Equal([IPAddress.Parse("127.70.1.3")], await new ClusterNames(_file, "other").ResolveAsync("web", Cancellation));
    }

    [Fact]
    public async Task A_service_has_the_addresses_of_all_its_pods()
    {
        await File.WriteAllTextAsync(_file, HostsFile.Write([Host("b", 3, 4), Host("a", 5)]), Cancellation);

        Assert.Equal([IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4")], await new ClusterNames(_file, "shop").ResolveAsync("b", Cancellation));
        Assert.Equal(
            """
            127.0.0.1 localhost
            127.0.0.5 a.shop.svc.cluster.local a.shop.svc a.shop
            127.0.0.3 b.shop.svc.cluster.local b.shop.svc b.shop
            127.0.0.4 b.shop.svc.cluster.local b.shop.svc b.shop

            """,
            await File.ReadAllTextAsync(_file, Cancellation));
    }

    [Fact]
    public async Task A_service_without_ready_pods_is_an_unknown_host()
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => new ClusterNames(_file, "shop").ResolveAsync("orders-bridge.shop.svc", Cancellation));

        Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
        Assert.Contains("orders-bridge.shop.svc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_and_names_of_this_machine_stay_what_they_are()
    {
        var names = new ClusterNames(_file, "shop");

        Assert.Equal([IPAddress.Parse("127.0.0.9")], await names.ResolveAsync("127.0.0.9", Cancellation));
        Assert.Contains(IPAddress.Loopback, await names.ResolveAsync("localhost", Cancellation));
    }

    [Fact]
    public async Task An_address_that_refuses_leads_to_the_next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await File.WriteAllTextAsync(_file, HostsFile.Write([Host("web", 2, 3, 4, 1)]), Cancellation);

        using var socket = await new ClusterNames(_file, "shop").ConnectAsync("web", port, Cancellation);

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), socket.RemoteEndPoint);
    }

    private static (IReadOnlyList<string> Names, IReadOnlyCollection<IPAddress> Addresses) Host(string service, params byte[] last) =>
        (ClusterNames.NamesOf(service, "shop"), [.. last.Select(number => new IPAddress([127, 0, 0, number]))]);
}
