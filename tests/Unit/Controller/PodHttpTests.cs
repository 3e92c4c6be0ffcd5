using System.Net;
using System.Net.Sockets;
using System.Text;
using KafkaLogstash.Controller.Observation;

namespace KafkaLogstash.Tests.Unit.Controller;

/// <summary>Pods that answer as no pod of the operator's does.</summary>
public sealed class PodHttpTests : IDisposable
{
    private const int LongLimit = 60;

    private readonly PodHttp _http = new(TimeSpan.FromSeconds(LongLimit));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n")]
    public async Task No_more_is_read_than_an_answer_can_come_to(string head)
    {
        var chunk = new byte[64 * 1024];
        var sent = 0L;
        using var pod = new Peer(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
            while (true)
            {
                await stream.WriteAsync(chunk);
                sent += chunk.Length;
            }
        });

        var answer = await new NodeApi(_http).ObserveAsync(IPAddress.Loopback, pod.Port, "main", TestContext.Current.CancellationToken);

        Assert.Contains("its node API answered with more than 2 MiB", Assert.IsType<PipelineObservation.Unreachable>(answer).Reason, StringComparison.Ordinal);

        // The rest of what was sent waits in the kernel's buffers.
        await pod.Ended;
        Assert.InRange(sent, 0, 32L * PodHttp.MostBytes);
    }

    [Fact]
    public async Task An_answer_that_points_elsewhere_leads_nowhere()
    {
        using var other = new Peer(static stream => stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray()).AsTask());
        using var pod = new Peer(stream => stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{other.Port}/\r\nContent-Length: 0\r\n\r\n")).AsTask());

        var answer = await _http.GetAsync(IPAddress.Loopback, pod.Port, "/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, answer.Status);
        Assert.False(other.WasAsked);
    }

    [Theory]
    [InlineData("""{"pipelines": {}, "pipelines": {}}""")]
    [InlineData("""{"pipelines": []}""")]
    [InlineData("""{"pipelines": {"main": {"plugins": {"inputs": [{"id": 7}]}}}}""")]
    [InlineData("[")]
    public async Task Other_than_statistics_are_said_to_be(string body)
    {
        using var pod = new Peer(stream => stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}")).AsTask());

        Assert.Equal(
            new PipelineObservation.Unreachable("its node API answered with something else than Logstash's statistics"),
            await new NodeApi(_http).ObserveAsync(IPAddress.Loopback, pod.Port, "main", TestContext.Current.CancellationToken));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Listens on this machine and answers each question in the same way.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Peer(Func<NetworkStream, Task> answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public bool WasAsked { get; private set; }

        /// <summary>Done when whoever asked has hung up.</summary>
        public Task Ended => _ended.Task.WaitAsync(TimeSpan.FromSeconds(LongLimit));

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(Func<NetworkStream, Task> answer)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                WasAsked = true;
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await answer(stream);
                _ = await stream.ReadAsync(new byte[1]);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // Hung up.
            }
            finally
            {
                _ended.TrySetResult();
            }
        }
    }
}
