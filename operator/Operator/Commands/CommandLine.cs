using System.CommandLine;
using System.CommandLine.Invocation;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Settings;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Verbs;
using KafkaLogstash.Operator.Verbs.Linting;

namespace KafkaLogstash.Operator.Commands;

/// <summary>The command line.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">Where to read and write.</param>
    /// <param name="cancellationToken">Ends what runs until it is stopped.</param>
    /// <returns>The exit status, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandConsole console, CancellationToken cancellationToken = default)
    {
        var parsed = Build(console).Parse(args);
        var refusal = parsed.Action as ParseErrorAction;
        if (refusal is not null)
        {
            refusal.ShowHelp = args.Count == 0;
        }

        var configuration = new InvocationConfiguration
        {
            Output = console.Output,
            Error = console.Error,

            // The library's own handler of signals waits for the command to end, and a second signal with it.
            ProcessTerminationTimeout = null,
        };
        var code = await parsed.InvokeAsync(configuration, cancellationToken);
        if (refusal is null)
        {
            return code;
        }

        await console.Error.WriteLineAsync("--help tells what there is.");
        return ExitCodes.Unusable;
    }

    private static RootCommand Build(CommandConsole console)
    {
        var root = new RootCommand("Connects Apache Kafka and Logstash on Kubernetes: one KafkaLogstashConnection becomes a running Logstash.")
        {
            Run(console), Render(console), Lint(console), Status(console), Ready(console), Crd(console),
        };
        root.HelpName = "kafka-logstash-operator";
        HelpWithExamples.Install(root);
        return root;
    }

    private static VerbCommand Run(CommandConsole console)
    {
        var file = new Option<string?>("--config") { Description = "A YAML file with settings, named as the flags are, without the dashes." };
        var flags = SettingsTable.All.ToDictionary(
            setting => setting.Name,
            setting => new Option<string?>(setting.Flag) { Description = $"{setting.Description} [{setting.Variable}]{(setting.Default.Length == 0 ? "" : $" (default {setting.Default})")}" },
            StringComparer.Ordinal);
        var command = new VerbCommand("run", "Run the operator: in a cluster, or against the cluster of a kubeconfig.")
        {
            Examples =
            [
                new("against the cluster of your kubeconfig, with a log for people", "kafka-logstash-operator run --log-format plain --leader-election false"),
                new("for two namespaces, without plugins that run programs", "kafka-logstash-operator run --namespaces shop,billing --denied-plugins ruby,exec,pipe"),
            ],
        };
        command.Options.Add(file);
        foreach (var flag in flags.Values)
        {
            command.Options.Add(flag);
        }

        command.SetAction((result, cancellationToken) =>
            RunVerb.RunAsync(setting => result.GetValue(flags[setting.Name]), result.GetValue(file), console.Error, cancellationToken));
        return command;
    }

    private static VerbCommand Render(CommandConsole console)
    {
        var pipeline = new Option<bool>("--pipeline") { Description = "Print just the Logstash config." };
        var command = new VerbCommand(
            "render",
            "Print every object that the operator would make for a connection, without a cluster. Exit status 0: done; 1: a connection has errors; 2: something can't be read.")
        {
            Examples =
            [
                new("the objects for a connection, with the Secret it names", "kafka-logstash-operator render orders.yaml orders-secret.yaml"),
                new("the Logstash config alone, checked by Logstash itself", "kafka-logstash-operator render --pipeline orders.yaml > orders.conf && logstash -t -f orders.conf"),
            ],
        };
        command.Options.Add(pipeline);
        var files = FileOptions.AddTo(command, "The files to render: connections, and the Secrets and ConfigMaps they name.");
        command.SetAction(result => RenderVerb.Run(files.Of(result), result.GetValue(pipeline), console));
        return command;
    }

    private static VerbCommand Lint(CommandConsole console)
    {
        var output = Choice("--output", "How to report: for people, as one JSON array, or as GitHub's workflow commands.", LintOutput.Human);
        output.Aliases.Add("-o");
        var color = Choice("--color", "When to use colours. auto: on a terminal, unless NO_COLOR is set.", ColorChoice.Auto);
        var syntaxOnly = new Option<bool>("--syntax-only") { Description = "Judge the config language alone: what is refused is exactly what Logstash's own grammar refuses." };
        var strict = new Option<bool>("--strict") { Description = "Let warnings change the exit status too." };
        var denied = new Option<string[]>("--denied-plugins")
        {
            Description = "Plugins that nobody may use, separated by commas: ruby, or with their section, output/file.",
            HelpName = "plugins",
        };
        var version = new Option<string>("--logstash-version")
        {
            Description = "The Logstash that plain configs are for. A connection says itself which it is for.",
            HelpName = "version",
            DefaultValueFactory = _ => new LogstashSpec().Version,
        };
        version.Validators.Add(result =>
        {
            if (!LogstashVersion.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError($"--logstash-version must be a full version, for example {new LogstashSpec().Version}.");
            }
        });
        var command = new VerbCommand(
            "lint",
            "Say what is wrong with connections and Logstash configs before they are applied. Exit status 0: no errors; 1: errors (with --strict, warnings too); 2: something can't be read.")
        {
            Examples =
            [
                new("everything in a folder", "kafka-logstash-operator lint deploy/"),
                new("what another program prints", "kubectl kustomize overlays/prod | kafka-logstash-operator lint -"),
                new("configs by hand: does Logstash read them?", "kafka-logstash-operator lint --syntax-only /etc/logstash/conf.d"),
                new("beside the lines of a pull request", "kafka-logstash-operator lint --output github deploy/"),
            ],
        };
        foreach (var option in new Option[] { output, color, syntaxOnly, strict, version, denied })
        {
            command.Options.Add(option);
        }

        var files = FileOptions.AddTo(command, "The files to look at: connections (.yaml, .yml, .json), the ConfigMaps they name, and Logstash configs (.conf).");
        command.SetAction(result => LintVerb.Run(
            files.Of(result),
            new LintOptions
            {
                Output = Chosen<LintOutput>(result.GetValue(output)),
                Color = Chosen<ColorChoice>(result.GetValue(color)),
                SyntaxOnly = result.GetValue(syntaxOnly),
                Strict = result.GetValue(strict),
                Version = LogstashVersion.Parse(result.GetValue(version)!),
                Policy = new ConnectionPolicy { DeniedPlugins = Listed(result.GetValue(denied)) },
            },
            console));
        return command;
    }

    private static VerbCommand Status(CommandConsole console)
    {
        var name = new Argument<string?>("name") { Description = "One connection to show in detail, with its conditions.", Arity = ArgumentArity.ZeroOrOne };
        var ns = new Option<string?>("--namespace", "-n") { Description = "The namespace to look at; all of them without.", HelpName = "namespace" };
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "Look at all namespaces, which is what happens without --namespace too." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on until stopped: on a terminal in place, with rates; elsewhere once for each change." };
        var output = Choice("--output", "How to report: a table, or one JSON array; with --watch, one JSON object a line for each change.", StatusOutput.Table);
        output.Aliases.Add("-o");
        var color = Choice("--color", "When to use colours. auto: on a terminal, unless NO_COLOR is set.", ColorChoice.Auto);
        var kubeconfig = new Option<string?>("--kubeconfig")
        {
            Description = "The kubeconfig file; without it $KUBECONFIG, else the pod's own cluster, else ~/.kube/config.",
            HelpName = "file",
        };
        var context = new Option<string?>("--context") { Description = "The context in the kubeconfig; the current one without.", HelpName = "context" };
        var command = new VerbCommand(
            "status",
            "Show the connections of a cluster in one look, troubled ones first, and what is wrong with them. Exit status 0: all are ready; 1: some are not; 2: the cluster can't be read.")
        {
            Examples =
            [
                new("everything, refreshed in place", "kafka-logstash-operator status --watch"),
                new("one connection, with its conditions", "kafka-logstash-operator status orders -n shop"),
                new("the names of those in trouble", "kafka-logstash-operator status -o json | jq -r '.[] | select(.ready != \"True\") | .name'"),
            ],
        };
        command.Arguments.Add(name);
        foreach (var option in new Option[] { ns, all, watch, output, color, kubeconfig, context })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetValue(ns) is not null)
            {
                result.AddError("--all-namespaces and --namespace exclude each other; leave one out.");
            }
        });
        command.SetAction((result, cancellationToken) => StatusVerb.RunAsync(
            new StatusOptions
            {
                Kubeconfig = result.GetValue(kubeconfig),
                Context = result.GetValue(context),
                Namespace = result.GetValue(ns),
                Name = result.GetValue(name),
                Watch = result.GetValue(watch),
                Output = Chosen<StatusOutput>(result.GetValue(output)),
                Color = Chosen<ColorChoice>(result.GetValue(color)),
            },
            console,
            cancellationToken));
        return command;
    }

    private static VerbCommand Ready(CommandConsole console)
    {
        var address = new Argument<Uri>("address")
        {
            Description = "Where the operator serves health and metrics.",
            HelpName = "url",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8080"),
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                {
                    return url;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no URL: write one such as http://127.0.0.1:8080.");
                return null;
            },
        };
        var timeout = new Option<TimeSpan>("--timeout")
        {
            Description = "How long to wait for it, for example 30s or 2m; without, it is asked once.",
            HelpName = "duration",
            CustomParser = result =>
            {
                if (Durations.TryParse(result.Tokens[0].Value, out var duration) && duration >= TimeSpan.Zero && duration <= TimeSpan.FromHours(1))
                {
                    return duration;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no duration up to 1h: write one such as 30s or 2m.");
                return TimeSpan.Zero;
            },
        };
        var command = new VerbCommand("ready", "Ask a running operator whether it is ready: its caches are filled. Exit status 0: it is; 1: it is not, or does not answer.")
        {
            Examples =
            [
                new("one that runs on this machine", "kafka-logstash-operator ready"),
                new("through a Service, waiting up to a minute, as helm test does", "kafka-logstash-operator ready --timeout 60s http://kafka-logstash-operator-metrics:8080"),
            ],
        };
        command.Arguments.Add(address);
        command.Options.Add(timeout);
        command.SetAction((result, cancellationToken) => ReadyVerb.RunAsync(result.GetValue(address)!, result.GetValue(timeout), console, cancellationToken));
        return command;
    }

    private static VerbCommand Crd(CommandConsole console)
    {
        var output = Choice("--output", "How to print it: as a manifest, or as a page for people with every field.", CrdOutput.Yaml);
        output.Aliases.Add("-o");
        var command = new VerbCommand("crd", "Print the custom resource definition.")
        {
            Examples =
            [
                new("define the resource in a cluster", "kafka-logstash-operator crd | kubectl apply --server-side -f -"),
                new("look up a field", "kafka-logstash-operator crd --output markdown | grep consumerThreads"),
            ],
        };
        command.Options.Add(output);
        command.SetAction(result =>
        {
            console.Output.Write(Chosen<CrdOutput>(result.GetValue(output)) == CrdOutput.Markdown ? ConnectionCrd.ToMarkdown() : ConnectionCrd.ToYaml());
            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<string> Choice<T>(string name, string description, T standard)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToArray();
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => standard.ToString().ToLowerInvariant(),
        };
        return option.AcceptOnlyFromAmong(words);
    }

    private static T Chosen<T>(string? word)
        where T : struct, Enum => Enum.Parse<T>(word!, ignoreCase: true);

    private static HashSet<string> Listed(string[]? values) =>
        [.. (values ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
