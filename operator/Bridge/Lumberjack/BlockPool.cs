namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>
/// Blocks of memory for windows, used again and again. The shared array pool keeps too few of a size for what is in flight here, and would allocate most of them anew.
/// Belongs to one thread.
/// </summary>
/// <param name="keptBytes">The most bytes that wait in the pool to be used again.</param>
internal sealed class BlockPool(long keptBytes)
{
    /// <summary>Length of a block: below the large object heap, and a good size for one write.</summary>
    public const int BlockLength = 64 * 1024;

    private readonly Stack<byte[]> _free = [];

    /// <summary>A block of at least <paramref name="length"/> bytes.</summary>
    public byte[] Rent(int length) => length > BlockLength ? GC.AllocateUninitializedArray<byte>(length)
        : _free.TryPop(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockLength);

    /// <summary>Takes a block back. Blocks longer than usual are left to the collector.</summary>
    public void Return(byte[] block)
    {
        if (block.Length == BlockLength && ((long)_free.Count + 1) * BlockLength <= keptBytes)
        {
            _free.Push(block);
        }
    }
}
