using System.Net;
using KafkaLogstash.LocalCluster.Node;
using k8s.Models;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Node;

public sealed class ServiceNamesTests
{
    [Theory]
    [InlineData("127.70.1.2")]
    [InlineData("127-70-1-2.pod.local-cluster")]
    public void Ready_endpoints_have_addresses_also_where_they_stand_in_names(string address)
    {
        var slice = new V1EndpointSlice { Endpoints = [Endpoint(address, ready: true), Endpoint("127.70.1.3", ready: false), Endpoint("elsewhere.example.com", ready: true)] };

        Assert.Equal([IPAddress.Parse("127.70.1.2")], ServiceNames.ReadyAddresses(slice));
    }

    private static V1Endpoint Endpoint(string address, bool ready) => new() { Addresses = [address], Conditions = new V1EndpointConditions { Ready = ready } };
}
