using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Settings;

namespace KafkaLogstash.Tests.Unit.Operator;

/// <summary>Several kubeconfig files are one, as for kubectl.</summary>
public sealed class ClusterAddressTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kubeconfig-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_context_may_join_what_stands_in_several_files()
    {
        var contexts = Write("a/contexts", "current-context: shop\ncontexts: [{name: shop, context: {cluster: eu, user: alice, namespace: shop}}]");
        var clusters = Write("b/clusters", "clusters: [{name: eu, cluster: {server: 'https://eu.example.com:6443'}}]");
        var users = Write("c/users", "users: [{name: alice, user: {client-certificate: alice.crt, client-key: keys/alice.key}}]");
        var more = Write("d/more", "current-context: other\nclusters: [{name: eu, cluster: {server: 'https://else.example.com'}}]\nusers: [{name: alice, user: {token: none}}]");

        var found = ClusterAddress.Load([contexts, clusters, users, more], null);

        Assert.Equal(("https://eu.example.com:6443", "shop"), (found.Host.TrimEnd('/'), found.Namespace));
        Assert.Equal(Path.Combine(_folder.FullName, "c", "alice.crt"), found.ClientCertificateFilePath);
        Assert.Equal(Path.Combine(_folder.FullName, "c", "keys/alice.key"), found.ClientKeyFilePath);
        Assert.Null(found.AccessToken);
    }

    [Fact]
    public void What_is_in_none_of_them_is_named_with_all()
    {
        var contexts = Write("a/contexts", "contexts: [{name: shop, context: {cluster: eu, user: alice}}]");
        var clusters = Write("b/clusters", "clusters: [{name: us, cluster: {server: 'https://us.example.com'}}]");

        var refusal = Assert.Throws<SettingsException>(() => ClusterAddress.Load([contexts, clusters], "shop"));

        Assert.Contains($"{contexts}, {clusters}", refusal.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var file = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"apiVersion: v1\nkind: Config\n{content}\n");
        return file;
    }
}
