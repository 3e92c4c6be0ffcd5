using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>
/// Hands out loopback addresses. Blocks of 127.a.b.0/24 are reserved by a socket that stays open, so that nodes in other processes take
/// other blocks and a block is free again when its process ends, however it ends.
/// </summary>
internal sealed class PodAddresses : IDisposable
{
    private const int ReservationPort = 47_121;
    private const int MaxTries = 1000;

    private readonly Lock _lock = new();
    private readonly List<Socket> _reservations = [];
    private readonly Queue<IPAddress> _free = new();

    /// <summary>Takes an address that no other pod of this machine has.</summary>
    public IPAddress Take()
    {
        lock (_lock)
        {
            if (_free.Count == 0)
            {
                Reserve();
            }

            return _free.Dequeue();
        }
    }

    /// <summary>Gives an address back; it is used again only after all others.</summary>
    public void Return(IPAddress address)
    {
        lock (_lock)
        {
            _free.Enqueue(address);
        }
    }

    public void Dispose() => _reservations.ForEach(reservation => reservation.Dispose());

    private void Reserve()
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (a, b) = ((byte)RandomNumberGenerator.GetInt32(64, 250), (byte)RandomNumberGenerator.GetInt32(256));
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
            try
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, a, b, 1]), ReservationPort));
                socket.Listen();
            }
            catch (SocketException)
            {
                socket.Dispose();
                continue;
            }

            _reservations.Add(socket);
            for (byte last = 2; last < 255; last++)
            {
                _free.Enqueue(new IPAddress([127, a, b, last]));
            }

            return;
        }

        throw new InvalidOperationException("No block of loopback addresses 127.x.y.0/24 can be reserved on this machine: each address was refused.");
    }
}
