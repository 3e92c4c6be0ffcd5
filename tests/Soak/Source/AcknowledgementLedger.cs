using System.Collections;
using System.Runtime.InteropServices;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Source;

/// <summary>A record, as an event says which it is.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Sequence">Its number among the records that were written to the partition.</param>
/// <param name="Offset">Its offset. A producer that had to try again may have written a sequence twice.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RecordId(int Partition, int Sequence, long Offset);

/// <summary>Remembers which records a Logstash acknowledged. Every member may be called from any thread.</summary>
internal sealed class AcknowledgementLedger
{
    private readonly PartitionLedger[] _partitions;
    private readonly Findings _findings;
    private readonly bool _inOrder;

    /// <summary>A ledger in which nothing is acknowledged.</summary>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="recordsEach">How many records each of them gets.</param>
    /// <param name="inOrder">Whether records have to come in order and once, as they do while nothing fails.</param>
    /// <param name="findings">Is told what must not be.</param>
    public AcknowledgementLedger(int partitions, int recordsEach, bool inOrder, Findings findings)
    {
        _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new PartitionLedger(recordsEach))];
        (_inOrder, _findings) = (inOrder, findings);
    }

    /// <summary>How many records were acknowledged at least once.</summary>
    public long Distinct => _partitions.Sum(partition => (long)Volatile.Read(ref partition.Distinct));

    /// <summary>How often a record was acknowledged that was acknowledged before.</summary>
    public long Duplicates => _partitions.Sum(partition => Volatile.Read(ref partition.Duplicates));

    /// <summary>Counts events as acknowledged: to be called before the acknowledgement is sent.</summary>
    public void Acknowledge(IEnumerable<RecordId> records)
    {
        foreach (var record in records)
        {
            if (record.Partition < 0 || record.Partition >= _partitions.Length || !_partitions[record.Partition].Holds(record.Sequence))
            {
                _findings.Add("invented record", $"{record}");
                continue;
            }

            var partition = _partitions[record.Partition];
            lock (partition)
            {
                var last = partition.Last;
                if (_inOrder && record.Offset != last + 1)
                {
                    _findings.Add("order broken", $"{record} came after offset {last}");
                }

                partition.Acknowledge(record);
            }
        }
    }

    /// <summary>Checks what the group has committed in a partition.</summary>
    public void Committed(int partition, long offset)
    {
        var ledger = _partitions[partition];
        lock (ledger)
        {
            if (offset > ledger.Frontier)
            {
                _findings.Add("committed too far", $"partition {partition} at {offset}, but acknowledged is only what lies before {ledger.Frontier}");
            }
        }
    }

    /// <summary>The offset up to which all of a partition's records were acknowledged.</summary>
    public long FrontierOf(int partition)
    {
        var ledger = _partitions[partition];
        lock (ledger)
        {
            return ledger.Frontier;
        }
    }

    /// <summary>Tells which of the records were never acknowledged.</summary>
    /// <param name="produced">How many were written to each partition.</param>
    public void CheckAll(IReadOnlyList<int> produced)
    {
        for (var partition = 0; partition < _partitions.Length; partition++)
        {
            foreach (var sequence in _partitions[partition].Missing(produced[partition]))
            {
                _findings.Add("lost", $"record {sequence} of partition {partition} was never acknowledged");
            }
        }
    }

    private sealed class PartitionLedger(int records)
    {
        public int Distinct;
        public long Duplicates;

        private readonly BitArray _sequences = new(records);
        private readonly BitArray _offsets = new(records);

        public long Frontier { get; private set; }

        public long Last { get; private set; } = -1;

        public bool Holds(int sequence) => sequence >= 0 && sequence < _sequences.Length;

        public void Acknowledge(RecordId record)
        {
            var offset = checked((int)record.Offset);
            if (offset >= _offsets.Length)
            {
                _offsets.Length = (offset + 1) * 2;
            }

            Last = record.Offset;
            if (_offsets[offset])
            {
                Duplicates++;
            }

            _offsets[offset] = true;
            while (Frontier < _offsets.Length && _offsets[(int)Frontier])
            {
                Frontier++;
            }

            if (!_sequences[record.Sequence])
            {
                _sequences[record.Sequence] = true;
                Distinct++;
            }
        }

        public IEnumerable<int> Missing(int count) => Enumerable.Range(0, count).Where(sequence => !_sequences[sequence]);
    }
}
