using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.Tests.Unit.LocalCluster.Kafka;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class StandInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_first_line_says_what_it_is()
    {
        await using var run = new StandInRun().WithPipeline("input { generator { count => 1 } } output { null { } }").Start();

        Assert.Equal(0, await run.ExitAsync());
        Assert.Equal(StandIn.Banner, run.Lines[0]);
        Assert.Contains("NOT Logstash", run.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_kafka_are_printed_with_their_metadata_and_committed()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(kafka);
        await using var run = new StandInRun(("BOOTSTRAP", kafka.BootstrapServers)).WithPipeline("""
            input { kafka {
              id => "kafka-input-0123456789abcdef" bootstrap_servers => "${BOOTSTRAP}" topics => ["orders"] group_id => "shop" codec => json
              auto_offset_reset => "earliest" decorate_events => "extended" consumer_threads => 1 session_timeout_ms => 1100 heartbeat_interval_ms => 300
            } }
            filter { mutate { add_field => { "from" => "%{[@metadata][kafka][topic]}/%{[@metadata][kafka][offset]}/%{[@metadata][kafka][headers][h]}" } } }
            output { stdout { } }
            """).Start();
        await producer.ProduceAsync(
            "orders", new Message<string?, string> { Value = """{"id":1}""", Headers = new Headers { { "h", "x"u8.ToArray() } } }, Cancellation);
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = "no json" }, Cancellation);

        await Eventually.Async(() => run.Events.Count == 2, "both records are printed");
        var plugins = (await run.PipelineAsync())["plugins"];
        Assert.Equal(0, await run.StopAsync());

        Assert.Equal(1, (int)run.Events[0]["id"]!);
        Assert.Equal("orders/0/x", (string?)run.Events[0]["from"]);
        Assert.Equal("no json", (string?)run.Events[1]["message"]);
        Assert.Equal(["_jsonparsefailure"], run.Events[1]["tags"]!.AsArray().Select(tag => (string?)tag));
        Assert.Equal("kafka-input-0123456789abcdef", (string?)plugins!["inputs"]![0]!["id"]);
        using var consumer = MockClients.Consumer(kafka, "shop");
        Assert.Equal(2, consumer.Committed([new TopicPartition("orders", 0)], MockClients.Patience).Single().Offset.Value);
    }

    [Fact]
    public async Task A_topics_pattern_must_match_the_whole_name()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu", 1);
        kafka.CreateTopic("all-orders-eu", 1);
        using var producer = MockClients.Producer(kafka);
        await producer.ProduceAsync("all-orders-eu", new Message<string?, string> { Value = "wrong" }, Cancellation);
        await producer.ProduceAsync("orders-eu", new Message<string?, string> { Value = "right" }, Cancellation);
        await using var run = new StandInRun().WithPipeline($$"""
            input { kafka { bootstrap_servers => "{{kafka.BootstrapServers}}" topics_pattern => "orders-.*" auto_offset_reset => "earliest" } }
            output { stdout { } }
            """).Start();

        await Eventually.Async(() => run.Events.Count > 0, "a record is printed");
        Assert.Equal(["right"], run.Events.Select(logEvent => (string?)logEvent["message"]));
    }

    [Fact]
    public async Task Records_of_kafka_go_out_by_http_and_failures_are_tried_again()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        using var producer = MockClients.Producer(kafka);
        await producer.ProduceAsync("orders", new Message<string?, string> { Value = """{"id":7}""" }, Cancellation);
        await using var receiver = await HttpReceiver.StartAsync(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var run = new StandInRun().WithPipeline($$"""
            input { kafka { bootstrap_servers => "{{kafka.BootstrapServers}}" topics => "orders" auto_offset_reset => "earliest" codec => json } }
            output { http { url => "{{receiver.Url}}" http_method => "post" format => "json_batch" http_compression => true headers => { "X-Key" => "k" } } }
            """).Start();

        await Eventually.Async(() => receiver.Bodies.Count == 2, "the batch is sent twice");
        var batch = Assert.IsType<JsonArray>(JsonNode.Parse(receiver.Bodies[1]));
        Assert.Equal(7, (int)Assert.Single(batch)!["id"]!);
        await Eventually.Async(async () => (long?)(await run.PipelineAsync())["events"]?["out"] == 1, "the event counts as sent");
    }

    [Fact]
    public async Task What_http_refuses_for_good_is_dropped()
    {
        await using var receiver = await HttpReceiver.StartAsync(HttpStatusCode.BadRequest);
        await using var run = new StandInRun().WithPipeline($$"""
            input { generator { count => 1 message => "x" } }
            output { http { url => "{{receiver.Url}}" http_method => "post" } }
            """).Start();

        Assert.Equal(0, await run.ExitAsync());
        Assert.Single(receiver.Bodies);
        Assert.Contains(run.Lines, line => line.Contains("code 400; the events are dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Windows_of_beats_go_to_the_topic_and_key_that_the_event_names()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders-eu", 1);
        await using var run = new StandInRun().WithPipeline($$"""
            input { beats { id => "b" port => 5044 } }
            output { if [type] == "order" { kafka {
              bootstrap_servers => "{{kafka.BootstrapServers}}" topic_id => "orders-%{[region]}" message_key => "%{[order][id]}" acks => "all"
              codec => json compression_type => "lz4" message_headers => { "r" => "%{region}" } } } }
            """).Start();
        await run.RunsAsync();
        await using var client = await LumberjackClient.ConnectAsync(new IPEndPoint(run.Address, 5044), Cancellation);
        await client.SendAsync(
            Cancellation,
            LumberjackClient.Window(2),
            LumberjackClient.Compressed(
                LumberjackClient.Data(1, """{"type":"order","region":"eu","order":{"id":"o-1"}}"""),
                LumberjackClient.Data(2, """{"type":"other","region":"eu"}""")));

        Assert.Equal(('2', 2u), await client.AcknowledgementAsync(Cancellation));
        using var consumer = MockClients.Consumer(kafka, "check");
        consumer.Subscribe("orders-eu");
        using var limit = new CancellationTokenSource(MockClients.Patience);
        var record = consumer.Consume(limit.Token);
        consumer.Close();
        Assert.Equal("o-1", record.Message.Key);
        Assert.Equal("eu"u8.ToArray(), record.Message.Headers.GetLastBytes("r"));
        Assert.Contains("\"region\":\"eu\"", record.Message.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_codec_of_beats_decodes_the_message_and_the_other_fields_of_the_frame_are_added()
    {
        await using var run = new StandInRun().WithPipeline("""
            input { beats { port => 5044 codec => json } }
            filter { mutate { add_field => { "topic" => "%{[@metadata][kafka][topic]}" } } }
            output { stdout { } }
            """).Start();
        await run.RunsAsync();
        await using var client = await LumberjackClient.ConnectAsync(new IPEndPoint(run.Address, 5044), Cancellation);

        await client.SendAsync(
            Cancellation,
            LumberjackClient.Window(2),
            LumberjackClient.Data(1, """{"message":"{\"a\":1,\"deep\":{\"x\":1}}","deep":{"y":2},"@timestamp":"2026-01-02T03:04:05.000Z","@metadata":{"kafka":{"topic":"t"}}}"""),
            LumberjackClient.Data(2, """{"a":2}"""));

        Assert.Equal(('2', 2u), await client.AcknowledgementAsync(Cancellation));
        await Eventually.Async(() => run.Events.Count == 2, "both events are printed");

        // Two workers print them in any order.
        var decoded = Assert.Single(run.Events, printed => printed["deep"] is not null);
        var raw = Assert.Single(run.Events, printed => printed["deep"] is null);
        Assert.Equal("1 {\"x\":1,\"y\":2} 2026-01-02T03:04:05.000Z t", $"{decoded["a"]} {decoded["deep"]!.ToJsonString()} {decoded["@timestamp"]} {decoded["topic"]}");
        Assert.Equal("""["beats_input_codec_json_applied"]""", decoded["tags"]!.ToJsonString());
        Assert.Equal("""["beats_input_raw_event"]""", raw["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task Beats_without_enrichment_leaves_events_as_they_came()
    {
        await using var run = new StandInRun().WithPipeline("input { beats { port => 5044 enrich => none } } output { stdout { } }").Start();
        await run.RunsAsync();
        await using var client = await LumberjackClient.ConnectAsync(new IPEndPoint(run.Address, 5044), Cancellation);

        await client.SendAsync(
            Cancellation,
            LumberjackClient.Window(2),
            LumberjackClient.Data(1, """{"@timestamp":"2026-01-02T03:04:05.000Z","a":1}"""),
            LumberjackClient.Data(2, """{"@timestamp":"2026-01-02T03:04:05.000Z","message":"m"}"""));

        await Eventually.Async(() => run.Events.Count == 2, "both events are printed");
        Assert.Equal(["@timestamp", "@version", "a"], run.Events[0].Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["@timestamp", "@version", "message"], run.Events[1].Select(field => field.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_window_with_bad_JSON_is_never_acknowledged()
    {
        await using var run = new StandInRun().WithPipeline("input { beats { port => 5044 } } output { stdout { } }").Start();
        await run.RunsAsync();
        await using var client = await LumberjackClient.ConnectAsync(new IPEndPoint(run.Address, 5044), Cancellation);

        await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{nonsense"));

        Assert.Null(await client.AcknowledgementAsync(Cancellation));
        await run.LogsAsync("Event 1 of a window is no JSON object");
    }

    [Fact]
    public async Task Bodies_sent_by_http_become_events_one_for_each_element_of_an_array()
    {
        await using var run = new StandInRun().WithPipeline("input { http { port => 8080 } } output { stdout { } }").Start();
        await run.RunsAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{run.Address}:8080/") };

        using var array = await http.PostAsJsonAsync("in", new[] { new { n = 1 }, new { n = 2 } }, Cancellation);
        using var compressed = new ByteArrayContent(Gzip("""{"n":3}"""));
        compressed.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        compressed.Headers.ContentEncoding.Add("gzip");
        using var gzip = await http.PostAsync("in", compressed, Cancellation);
        using var broken = new ByteArrayContent([1, 2, 3]);
        broken.Headers.ContentEncoding.Add("gzip");
        using var refused = await http.PostAsync("in", broken, Cancellation);

        Assert.Equal("ok", await array.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (gzip.StatusCode, refused.StatusCode));
        await Eventually.Async(() => run.Events.Count == 3, "three events");
        Assert.Equal([1, 2, 3], run.Events.Select(logEvent => (int)logEvent["n"]!).Order());
    }

    [Fact]
    public async Task A_changed_pipeline_replaces_the_old_one_and_a_wrong_one_does_not()
    {
        const string Pipeline = "input { heartbeat { id => \"ID\" interval => 3600 } } output { null { } }";
        await using var run = new StandInRun().WithPipeline(Pipeline.Replace("ID", "first", StringComparison.Ordinal))
            .Start("--config.reload.automatic", "--config.reload.interval", "20ms");
        await Eventually.Async(async () => InputId(await run.PipelineAsync()) == "first", "the first version runs");

        run.WithPipeline(Pipeline.Replace("ID", "second", StringComparison.Ordinal));
        await Eventually.Async(async () => InputId(await run.PipelineAsync()) == "second", "the second version runs");
        run.WithPipeline("input { heartbeat { id => \"third\" ");
        await Eventually.Async(async () => (long?)(await run.PipelineAsync())["reloads"]?["failures"] > 1, "the third version fails again and again");

        var pipeline = await run.PipelineAsync();
        Assert.Equal("second", InputId(pipeline));
        Assert.Equal(1, (long?)pipeline["reloads"]!["successes"]);
        Assert.Contains("line 1, column", (string?)pipeline["reloads"]!["last_error"]!["message"], StringComparison.Ordinal);
        Assert.NotNull(pipeline["reloads"]!["last_success_timestamp"]);
        Assert.NotNull(pipeline["reloads"]!["last_failure_timestamp"]);
        Assert.Equal("green", (string?)(await run.GetAsync("/")).Body!["status"]);
        Assert.Equal(0, await run.StopAsync());
    }

    [Fact]
    public async Task A_first_start_that_fails_is_tried_again_and_shows_no_plugins_meanwhile()
    {
        await using var run = new StandInRun().WithPipeline("input { nonsense { } } output { null { } }")
            .Start("--config.reload.automatic", "--config.reload.interval=20ms");
        await Eventually.Async(async () => (long?)(await run.PipelineAsync())["reloads"]?["failures"] > 1, "it is tried again");

        var failing = await run.PipelineAsync();
        run.WithPipeline("input { heartbeat { id => \"good\" interval => 3600 } } output { null { } }");
        await Eventually.Async(async () => InputId(await run.PipelineAsync()) == "good", "the right version runs");

        Assert.Null(failing["plugins"]);
        Assert.Contains("Couldn't find any input plugin named 'nonsense'", (string?)failing["reloads"]!["last_error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_fails_to_register_leaves_the_pipeline_down_until_it_changes_again()
    {
        await using var run = new StandInRun().WithPipeline("input { heartbeat { id => \"up\" interval => 3600 } } output { null { } }")
            .Start("--config.reload.automatic", "--config.reload.interval", "20ms");
        await Eventually.Async(async () => InputId(await run.PipelineAsync()) == "up", "the first version runs");

        run.WithPipeline("input { http { host => \"203.0.113.1\" port => 8080 } } output { null { } }");
        await Eventually.Async(async () => (await run.PipelineAsync())["plugins"] is null, "the pipeline is down");
        var failures = (long?)(await run.PipelineAsync())["reloads"]!["failures"];
        var health = (await run.GetAsync("/_health_report")).Body!["indicators"]!["pipelines"]!["indicators"]!["main"]!["status"];

        Assert.Equal(1, failures);
        Assert.Equal("unknown", (string?)health);
    }

    [Fact]
    public async Task Pipelines_come_and_go_with_their_entries()
    {
        const string Entry = "- pipeline.id: ID\n  config.string: 'input { heartbeat { interval => 3600 } } output { null { } }'\n";
        await using var run = new StandInRun();
        run.Write("config/pipelines.yml", Entry.Replace("ID", "one", StringComparison.Ordinal));
        run.Write("config/logstash.yml", "api: {http: {host: 0.0.0.0}}\nconfig.reload: {automatic: true, interval: 1h}\n");
        run.Start();
        await Eventually.Async(async () => InputId(await run.PipelineAsync("one")) is not null, "the first pipeline runs");

        run.Write("config/pipelines.yml", Entry.Replace("ID", "two", StringComparison.Ordinal));
        run.HangUp();

        await Eventually.Async(async () => InputId(await run.PipelineAsync("two")) is not null, "the second pipeline runs");
        Assert.Equal(HttpStatusCode.NotFound, (await run.GetAsync("/_node/stats/pipelines/one")).Status);
    }

    [Theory]
    [InlineData("input { generator {", "line 1, column")]
    [InlineData("input { generater { } }", "Couldn't find any input plugin named 'generater'")]
    [InlineData("input { generator { cuont => 1 } }", "Unknown setting 'cuont' for generator")]
    [InlineData("input { generator { message => \"${NOT_SET}\" } }", "Replacement variable `NOT_SET` is not defined")]
    [InlineData("input { generator { count => many } }", "count must be a whole number")]
    [InlineData("input { beats { } }", "Missing a required setting for the beats plugin on line 1: port")]
    [InlineData("input { beats { port => 1 ssl_enabled => true ssl_certificate => \"/no/such.crt\" } }", "File does not exist or cannot be opened: /no/such.crt")]
    [InlineData("input { generator { id => \"a\" } heartbeat { id => \"a\" } }", "Two plugins have the id 'a'")]
    [InlineData("output { if [a] xor [b] and [c] { null { } } }", "xor or nand beside another operator")]
    [InlineData("output { stdout { codec => jsn } }", "Couldn't find any codec plugin named 'jsn'")]
    [InlineData("output { kafka { topic_id => \"t\" acks => 2 } }", "acks must be one of 0, 1, all")]
    public async Task A_pipeline_that_cannot_run_ends_the_process_with_1(string pipeline, string reason)
    {
        await using var run = new StandInRun().WithPipeline(pipeline).Start();

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains(run.Lines, line => line.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_does_not_exist_ends_the_process_with_1()
    {
        await using var run = new StandInRun();
        run.Write("config/logstash.yml", "pipeline.wrokers: 2\n");
        run.Start();

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains(run.Lines, line => line.Contains("Setting \"pipeline.wrokers\" doesn't exist", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Testing_the_config_runs_nothing()
    {
        await using var right = new StandInRun().WithPipeline("input { generator { } } output { stdout { } }").Start("-t");
        await using var wrong = new StandInRun().WithPipeline("input { generator { }").Start("--config.test_and_exit");

        Assert.Equal((0, 1), (await right.ExitAsync(), await wrong.ExitAsync()));
        Assert.Empty(right.Events);
    }

    [Fact]
    public async Task Stopping_finishes_what_is_queued()
    {
        await using var run = new StandInRun().WithPipeline("input { generator { } } output { stdout { } }").Start();
        await Eventually.Async(() => run.Events.Count > 0, "events flow");

        Assert.Equal(0, await run.StopAsync());

        var sequences = run.Events.Select(logEvent => (int)logEvent["event"]!["sequence"]!).Order().ToList();
        Assert.Equal(Enumerable.Range(0, sequences.Count), sequences);
    }

    [Fact]
    public async Task Plugins_it_does_not_have_are_named_once_and_passed_over()
    {
        await using var run = new StandInRun().WithPipeline("""
            input { generator { count => 1 message => "x" } }
            filter { grok { match => { "message" => "%{WORD:w}" } } }
            output { elasticsearch { hosts => ["es:9200"] } stdout { } }
            """).Start();

        Assert.Equal(0, await run.ExitAsync());
        Assert.Equal("x", (string?)Assert.Single(run.Events)["message"]);
        Assert.Single(run.Lines, line => line.Contains("does not have the filter grok: events pass it unchanged (line 2)", StringComparison.Ordinal));
        Assert.Single(run.Lines, line => line.Contains("does not have the output elasticsearch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_node_api_counts_events_and_tells_the_version()
    {
        await using var run = new StandInRun(("LOGSTASH_STAND_IN_VERSION", "8.15.3")).WithPipeline("""
            input { generator { id => "in" count => 3 lines => ["a", "b"] } heartbeat { id => "beat" interval => 3600 count => 2 } }
            filter { if [message] == "a" { drop { id => "dropped" } } }
            output { null { id => "out" } }
            """).Start("-w", "1");
        await Eventually.Async(async () => (long?)(await run.PipelineAsync())["events"]?["out"] == 4, "four events are through");

        var pipeline = await run.PipelineAsync();
        var whole = (await run.GetAsync("/_node/stats")).Body!;
        Assert.Equal((7, 7, 4), Counts(pipeline["events"]!));
        Assert.Equal((7, 7, 4), Counts(whole["events"]!));
        Assert.Equal(6, (long?)pipeline["plugins"]!["inputs"]![0]!["events"]!["out"]);
        Assert.Equal(("dropped", 3, 0), Plugin(pipeline["plugins"]!["filters"]![0]!));
        Assert.Equal(("out", 4, 4), Plugin(pipeline["plugins"]!["outputs"]![0]!));
        Assert.Equal("8.15.3", (string?)whole["version"]);
        Assert.Equal(HttpStatusCode.NotFound, (await run.GetAsync("/_health_report")).Status);
        Assert.Equal(1, (int?)(await run.GetAsync("/_node/pipelines/main")).Body!["pipelines"]!["main"]!["workers"]);
        Assert.Equal(HttpStatusCode.NotFound, (await run.GetAsync("/_node/nothing")).Status);
    }

    [Theory]
    [InlineData("?wait_for_status=green&timeout=10s", HttpStatusCode.OK)]
    [InlineData("?wait_for_status=green", HttpStatusCode.BadRequest)]
    [InlineData("?wait_for_status=blue&timeout=1s", HttpStatusCode.BadRequest)]
    public async Task Waiting_for_a_status_answers(string query, HttpStatusCode expected)
    {
        await using var run = new StandInRun().WithPipeline("input { heartbeat { interval => 3600 } } output { null { } }").Start();
        await run.RunsAsync();

        Assert.Equal(expected, (await run.GetAsync("/" + query)).Status);
    }

    [Fact]
    public async Task Waiting_for_a_status_times_out()
    {
        await using var run = new StandInRun().WithPipeline("input { generator { count => 1 } } output { null { } }").Start("-r");
        await Eventually.Async(async () => (string?)(await run.GetAsync("/")).Body?["status"] == "yellow", "the pipeline has ended");

        Assert.Equal(HttpStatusCode.RequestTimeout, (await run.GetAsync("/?wait_for_status=green&timeout=20ms")).Status);
        Assert.Equal(HttpStatusCode.OK, (await run.GetAsync("/?wait_for_status=yellow&timeout=20ms")).Status);
    }

    private static string? InputId(JsonNode pipeline) => (string?)pipeline["plugins"]?["inputs"]?[0]?["id"];

    private static (long In, long Filtered, long Out) Counts(JsonNode events) => ((long)events["in"]!, (long)events["filtered"]!, (long)events["out"]!);

    private static (string? Id, long In, long Out) Plugin(JsonNode plugin)
        => ((string?)plugin["id"], (long)plugin["events"]!["in"]!, (long)plugin["events"]!["out"]!);

    private static byte[] Gzip(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
