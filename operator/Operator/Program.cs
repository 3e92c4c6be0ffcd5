using System.CommandLine;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Verbs;

return await CommandLine.Build().Parse(args).InvokeAsync();

namespace KafkaLogstash.Operator.Verbs
{
    /// <summary>The command line.</summary>
    internal static class CommandLine
    {
        public static RootCommand Build() =>
            new("Connects Apache Kafka and Logstash on Kubernetes: one KafkaLogstashConnection becomes a running Logstash.") { Run(), Render(), Lint(), Crd() };

        private static Command Run()
        {
            var file = new Option<string?>("--config") { Description = "A YAML file with settings, named as the flags are, without the dashes." };
            var flags = SettingsTable.All.ToDictionary(
                setting => setting.Name,
                setting => new Option<string?>(setting.Flag) { Description = $"{setting.Description} [{setting.Variable}]{(setting.Default.Length == 0 ? "" : $" (default {setting.Default})")}" },
                StringComparer.Ordinal);
            var command = new Command("run", "Run the operator: in a cluster, or against the cluster of a kubeconfig.") { file };
            foreach (var flag in flags.Values)
            {
                command.Options.Add(flag);
            }

            command.SetAction((result, cancellationToken) =>
                RunVerb.RunAsync(setting => result.GetValue(flags[setting.Name]), result.GetValue(file), Console.Error, cancellationToken));
            return command;
        }

        private static Command Render()
        {
            var files = Files("The files to render: connections, and the Secrets and ConfigMaps they name.");
            var pipeline = new Option<bool>("--pipeline") { Description = "Print just the Logstash config." };
            var command = new Command("render", "Print every object that the operator would make for a connection, offline.") { files, pipeline };
            command.SetAction(result => RenderVerb.Run(result.GetValue(files) ?? [], result.GetValue(pipeline), Console.In, Console.Out, Console.Error));
            return command;
        }

        private static Command Lint()
        {
            var files = Files("The files to look at: connections (.yaml, .yml, .json) and Logstash configs (.conf).");
            var output = new Option<LintOutput>("--output", "-o") { Description = "How to report: human, json or github.", DefaultValueFactory = _ => LintOutput.Human };
            var syntaxOnly = new Option<bool>("--syntax-only") { Description = "Judge the config language alone, exactly as Logstash's own grammar does." };
            var denied = new Option<string>("--denied-plugins") { Description = "Plugins that nobody may use, separated by commas.", DefaultValueFactory = _ => "" };
            var command = new Command("lint", "Say what is wrong with connections and Logstash configs. Exit status 0: nothing; 1: findings; 2: something can't be read.") { files, output, syntaxOnly, denied };
            command.SetAction(result => LintVerb.Run(
                result.GetValue(files) ?? [],
                result.GetValue(output),
                result.GetValue(syntaxOnly),
                new ConnectionPolicy { DeniedPlugins = (result.GetValue(denied) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal) },
                Console.In,
                Console.Out));
            return command;
        }

        private static Command Crd()
        {
            var command = new Command("crd", "Print the custom resource definition.");
            command.SetAction(_ =>
            {
                Console.Out.Write(KafkaLogstash.Api.ConnectionCrd.ToYaml());
                return ExitCodes.Success;
            });
            return command;
        }

        private static Option<string[]> Files(string description) => new("--filename", "-f")
        {
            Description = $"{description} A folder stands for what is in it, - for standard input. It may be given several times.",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
    }
}
