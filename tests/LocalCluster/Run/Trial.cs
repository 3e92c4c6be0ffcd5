using System.Diagnostics;
using k8s;
using KafkaLogstash.LocalCluster.Clusters;
using Spectre.Console;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>
/// A trial of the whole product on one machine: the cluster, the operator and the samples; says what is real and what stands in, shows progress, and checks
/// that records flow.
/// </summary>
internal sealed class Trial(IAnsiConsole console, string repository, string configuration)
{
    private const int Records = 100;

    private const string TakenByLogstash = "kafka_logstash_bridge_source_events_total";
    private const string TakenByKafka = "kafka_logstash_bridge_sink_events_total";

    // A state is worth a line only when it stays.
    private static readonly TimeSpan NewsAge = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs the trial.</summary>
    /// <param name="once">Whether it ends by itself once everything was checked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit status: 0 if everything worked.</returns>
    public async Task<int> RunAsync(bool once, CancellationToken cancellationToken)
    {
        var program = Path.Combine(repository, "operator", "Operator", "bin", configuration, "net10.0", "kafka-logstash-operator.dll");
        if (!File.Exists(program))
        {
            throw new RunException($"The operator is not built: {program} does not exist. 'make build' builds it.");
        }

        var folder = Path.Combine(repository, "artifacts", "run");
        Directory.CreateDirectory(folder);
        await using var cluster = await LocalKubernetes.StartAsync(new LocalKubernetesOptions { KafkaBrokers = 1 }, cancellationToken);
        ShowParts(cluster);

        var kubeconfig = Path.Combine(folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.Cluster.Kubeconfig, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        try
        {
            return await WithClusterAsync(cluster, program, kubeconfig, folder, once, cancellationToken);
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    private async Task<int> WithClusterAsync(LocalKubernetes cluster, string program, string kubeconfig, string folder, bool once, CancellationToken cancellationToken)
    {
        var kafka = cluster.Kafka ?? throw new RunException("The local cluster has no Kafka.");
        using var kubernetes = new Kubernetes(cluster.Cluster.AdminConfiguration);
        using var client = new SampleClient(kubernetes, kafka.BootstrapServers);
        await client.ApplyDefinitionAsync(Yaml.Read(await File.ReadAllTextAsync(Path.Combine(repository, "crds", "kafkalogstashconnections.yaml"), cancellationToken))[0], cancellationToken);
        Done("The custom resource definition is served");

        await using var process = OperatorProcess.Start(program, kubeconfig, FreePorts.Find(1)[0], Path.Combine(folder, "operator.log"));
        await process.WaitUntilReadyAsync(TimeSpan.FromSeconds(60), cancellationToken);
        Done($"The operator runs (log: {Relative(process.LogFile)})");

        var samples = new List<Sample>();
        var topics = new HashSet<string>(StringComparer.Ordinal);
        var all = Sample.ReadAll(Path.Combine(repository, "config", "samples"));
        foreach (var group in all.Where(sample => sample.Missing is not null).GroupBy(sample => sample.Missing))
        {
            console.MarkupLineInterpolated($"  [grey]–[/] Left out, because they need {group.Key}: {string.Join(", ", group.Select(sample => sample.File))}");
        }

        foreach (var sample in all.Where(sample => sample.Missing is null))
        {
            var here = sample.At(kafka.BootstrapServers);
            foreach (var topic in here.InputTopics.Concat(here.DeadLetterTopics).Append(here.OutputTopicPrefix?.EndsWith('-') == false ? here.OutputTopicPrefix : null).OfType<string>().Where(topics.Add))
            {
                kafka.CreateTopic(topic, 4);
            }

            await client.ApplyAsync(here, cancellationToken);
            samples.Add(here);
            Done($"Applied {sample.File}, with this Kafka's address{(sample.HasLogin ? " and without a login" : "")}");
        }

        if (samples.Count == 0)
        {
            throw new RunException("No sample in config/samples can run here.");
        }

        var ready = await WaitForReadyAsync(client, samples, cancellationToken);
        var flowing = ready && await WaitForRecordsAsync(client, samples, cancellationToken);
        if (once)
        {
            console.MarkupLine(flowing ? "[green]Everything works.[/]" : "[red]Not everything works: see above.[/]");
            return flowing ? 0 : 1;
        }

        ShowCommands(kubeconfig, samples[0]);
        await UntilCancelledAsync(cancellationToken);
        console.MarkupLine("Stopping …");
        return 0;
    }

    private async Task<bool> WaitForReadyAsync(SampleClient client, List<Sample> samples, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        var states = new Dictionary<string, (string Message, TimeSpan Since, bool IsSaid)>(StringComparer.Ordinal);
        var waiting = samples.ToList();
        while (waiting.Count > 0 && since.Elapsed < ReadyLimit)
        {
            foreach (var sample in waiting.ToList())
            {
                var state = await client.StateAsync(sample, cancellationToken);
                if (state.Ready)
                {
                    waiting.Remove(sample);
                    Done($"{sample.Name} is Ready after {since.Elapsed.TotalSeconds:0.0} s: {state.Message}");
                }
                else if (!states.TryGetValue(sample.Name, out var known) || known.Message != state.Message)
                {
                    states[sample.Name] = (state.Message, since.Elapsed, IsSaid: false);
                }
                else if (!known.IsSaid && since.Elapsed - known.Since > NewsAge)
                {
                    states[sample.Name] = known with { IsSaid = true };
                    console.MarkupLineInterpolated($"  [grey]…[/] {sample.Name}: {state.Reason}: {state.Message}");
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }

        foreach (var sample in waiting)
        {
            console.MarkupLineInterpolated($"  [red]✗[/] {sample.Name} did not get Ready within {ReadyLimit.TotalSeconds:0} s");
        }

        return waiting.Count == 0;
    }

    /// <summary>Sends records to what is read, and waits until Logstash has passed them on and Kafka has what is written.</summary>
    private async Task<bool> WaitForRecordsAsync(SampleClient client, List<Sample> samples, CancellationToken cancellationToken)
    {
        foreach (var topic in samples.SelectMany(sample => sample.InputTopics).Distinct(StringComparer.Ordinal))
        {
            await client.SendAsync(topic, Records, cancellationToken);
            Done($"Sent {Records} records to the topic {topic}");
        }

        foreach (var sample in samples)
        {
            if (sample.HttpPort is { } port)
            {
                await client.PostAsync(sample, port, Records, cancellationToken);
                Done($"Posted {Records} records to the HTTP input of {sample.Name}");
            }
        }

        var well = true;
        foreach (var sample in samples)
        {
            var wished = (long)Records * (sample.InputTopics.Count + (sample.HttpPort is null ? 0 : 1));
            if (sample.IsBridged && sample.InputTopics.Count > 0)
            {
                well &= await WaitForAsync(
                    $"{sample.Name}: from Kafka, over the bridge, Logstash took", (long)Records * sample.InputTopics.Count, () => client.BridgedAsync(sample, TakenByLogstash, cancellationToken), cancellationToken);
            }

            well &= await WaitForAsync($"{sample.Name}: Logstash passed on", wished, () => client.EventsOutAsync(sample, cancellationToken), cancellationToken);
            if (sample.OutputTopicPrefix is { } topic)
            {
                if (sample.IsBridged)
                {
                    well &= await WaitForAsync($"{sample.Name}: from Logstash, over the bridge, Kafka took", 1, () => client.BridgedAsync(sample, TakenByKafka, cancellationToken), cancellationToken);
                }

                well &= await WaitForAsync($"{sample.Name}: {topic}{(topic.EndsWith('-') ? "…" : "")} holds", 1, () => Task.FromResult(client.Count(topic)), cancellationToken);
            }
        }

        return well;
    }

    private async Task<bool> WaitForAsync(string what, long wished, Func<Task<long>> count, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        long seen;
        while ((seen = await count()) < wished)
        {
            if (since.Elapsed > TimeSpan.FromSeconds(60))
            {
                console.MarkupLineInterpolated($"  [red]✗[/] {what} {seen} records; at least {wished} were expected");
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }

        Done($"{what} {seen} records");
        return true;
    }

    private void ShowParts(LocalKubernetes cluster)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("").AddColumn("");
        var home = Environment.GetEnvironmentVariable("LOGSTASH_HOME");
        foreach (var (name, real, what) in new[]
        {
            ("operator", true, "this project's own program, as a process of its own"),
            ("bridge", true, "this project's own program, a process for each of its pods"),
            ("API server", cluster.Cluster.Embedded is null, cluster.Cluster.Description),
            ("controllers, node", cluster.Cluster.HasControllers, cluster.Cluster.HasControllers ? "the cluster's own" : "deployments become pods, pods become processes with loopback addresses"),
            ("Kafka", false, $"librdkafka's mock cluster: the real protocol over TCP, in memory, {cluster.Kafka?.BootstrapServers}"),
            ("Logstash", !string.IsNullOrEmpty(home), string.IsNullOrEmpty(home)
                ? "speaks Kafka, Beats and HTTP and the node API, runs a few filters; LOGSTASH_HOME=<folder> takes a real one"
                : $"the one in {home}"),
        })
        {
            table.AddRow(new Markup($"  {Markup.Escape(name)}"), new Markup(real ? "[green]real[/]" : "[yellow]stand-in[/]"), new Markup(Markup.Escape(what)));
        }

        console.MarkupLine("[bold]The Kafka–Logstash Operator on this machine[/]");
        console.Write(table);
        console.WriteLine();
    }

    private void ShowCommands(string kubeconfig, Sample sample)
    {
        var (ns, name) = (sample.Namespace, sample.Name);
        string[] commands =
        [
            $"export KUBECONFIG={kubeconfig}",
            $"export PATH={Path.Combine(repository, ".tools", "bin")}:$PATH",
            "kubectl get klc -A",
            "kubectl get klc -A -o wide -w",
            $"kubectl -n {ns} describe klc {name}",
            $"kubectl -n {ns} get deployments,configmaps,secrets,pods",
            $"kubectl -n {ns} logs deployment/{name}-logstash",
            $"kubectl -n {ns} scale klc {name} --replicas 2",
            $"kubectl -n {ns} edit klc {name}",
            "kubectl explain klc.spec.kafka",
        ];
        console.WriteLine();
        console.MarkupLine("[bold]Try[/]");
        foreach (var command in commands)
        {
            // Past the console's line breaks: these lines are copied.
            console.Profile.Out.Writer.WriteLine($"  {command}");
        }

        console.WriteLine();
        console.MarkupLine("Ctrl-C ends it and removes everything.");
    }

    private void Done(string what) => console.MarkupLineInterpolated($"  [green]✓[/] {what}");

    private string Relative(string path) => Path.GetRelativePath(repository, path);

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
