using System.Globalization;
using CsCheck;

namespace KafkaLogstash.Tests.Unit;

/// <summary>Makes every run of a property draw the same samples. CsCheck by itself seeds the first sample alone and draws the others anew each time.</summary>
internal static class Seeding
{
    /// <summary>Another seed for all properties, to look further than every run does: a number.</summary>
    private const string Variable = "PROPERTY_SEED";

    /// <summary>A generator whose n-th sample is always the same. What fails therefore fails again when it is run again; the seed that CsCheck prints says nothing here.</summary>
    /// <remarks>It goes on from sample to sample: each property takes one of its own.</remarks>
    public static Gen<T> Seeded<T>(this Gen<T> gen) =>
        new SeededGen<T>(gen, new Random(int.Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } seed ? seed : "1", CultureInfo.InvariantCulture)));

    private sealed class SeededGen<T>(Gen<T> gen, Random random) : Gen<T>
    {
        private readonly Lock _one = new();

        public override T Generate(PCG pcg, Size? min, out Size size)
        {
            ulong seed;
            lock (_one)
            {
                seed = (ulong)random.NextInt64();
            }

            return gen.Generate(new PCG(stream: 1, seed), min, out size);
        }
    }
}
