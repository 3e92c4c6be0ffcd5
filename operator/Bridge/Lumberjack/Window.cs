namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>
/// A window: events in the form they have on the wire, in blocks that no frame crosses. Filled by one thread; once <see cref="Seal">sealed</see> it does not change until
/// it is <see cref="Release">released</see>.
/// </summary>
/// <param name="pool">Where its blocks come from.</param>
internal class Window(BlockPool pool)
{
    private readonly List<byte[]> _arrays = [];
    private readonly List<ArraySegment<byte>> _blocks = [];
    private byte[] _current = [];
    private int _used;

    /// <summary>Its events.</summary>
    public int Count { get; private set; }

    /// <summary>The length of its events on the wire, uncompressed.</summary>
    public long Bytes { get; private set; }

    /// <summary>What goes onto the wire, uncompressed: the window frame, then one frame for each event. Only once it is sealed.</summary>
    public IReadOnlyList<ArraySegment<byte>> Blocks => _blocks;

    /// <summary>Room for the text of one more event.</summary>
    /// <param name="length">The most bytes it may take.</param>
    public Span<byte> Reserve(int length)
    {
        var needed = Frames.JsonHeaderLength + length;
        if (_current.Length - _used < needed)
        {
            CloseBlock();
            _used = _arrays.Count == 0 ? Frames.ShortLength : 0;
            _current = pool.Rent(_used + needed);
            _arrays.Add(_current);
        }

        return _current.AsSpan(_used + Frames.JsonHeaderLength, length);
    }

    /// <summary>The event was written into the room that was reserved last.</summary>
    /// <param name="length">The bytes it took.</param>
    public void Add(int length)
    {
        Count++;
        Frames.WriteJsonHeader(_current.AsSpan(_used), (uint)Count, (uint)length);
        _used += Frames.JsonHeaderLength + length;
        Bytes += Frames.JsonHeaderLength + length;
    }

    /// <summary>Nothing is added any more.</summary>
    public void Seal()
    {
        CloseBlock();
        _current = [];
        Frames.WriteShort(_arrays[0], Frames.Window, (uint)Count);
    }

    /// <summary>Gives its memory back.</summary>
    public void Release()
    {
        _arrays.ForEach(pool.Return);
        _arrays.Clear();
        _blocks.Clear();
        _current = [];
    }

    /// <summary>The texts of the events, in their order. Only once it is sealed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Events()
    {
        for (var block = 0; block < _blocks.Count; block++)
        {
            var rest = _blocks[block].AsMemory(block == 0 ? Frames.ShortLength : 0);
            while (rest.Length > 0)
            {
                var length = (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(rest.Span[Frames.ShortLength..]);
                yield return rest.Slice(Frames.JsonHeaderLength, length);
                rest = rest[(Frames.JsonHeaderLength + length)..];
            }
        }
    }

    private void CloseBlock()
    {
        if (_current.Length > 0)
        {
            _blocks.Add(new(_current, 0, _used));
        }
    }
}
