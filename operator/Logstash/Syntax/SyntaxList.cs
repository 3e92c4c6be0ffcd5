using System.Collections;
using System.Runtime.CompilerServices;

namespace KafkaLogstash.Logstash.Syntax;

/// <summary>An immutable list that is equal to another with equal elements, so that trees compare by content.</summary>
/// <typeparam name="T">The kind of element.</typeparam>
[CollectionBuilder(typeof(SyntaxList), nameof(SyntaxList.Create))]
public sealed class SyntaxList<T> : IReadOnlyList<T>, IEquatable<SyntaxList<T>>
    where T : notnull
{
    private readonly T[] _items;

    internal SyntaxList(T[] items) => _items = items;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(SyntaxList<T>? other)
    {
        if (other is null || other.Count != Count)
        {
            return false;
        }

        for (var i = 0; i < _items.Length; i++)
        {
            if (!_items[i].Equals(other._items[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SyntaxList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes syntax lists.</summary>
public static class SyntaxList
{
    /// <summary>A list of the given elements; the form that collection expressions use.</summary>
    /// <typeparam name="T">The kind of element.</typeparam>
    /// <param name="items">The elements.</param>
    /// <returns>The list.</returns>
    public static SyntaxList<T> Create<T>(ReadOnlySpan<T> items)
        where T : notnull => items.IsEmpty ? Empty<T>.List : new SyntaxList<T>(items.ToArray());

    private static class Empty<T>
        where T : notnull
    {
        public static readonly SyntaxList<T> List = new([]);
    }
}
