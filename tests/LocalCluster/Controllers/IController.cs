namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>One of the loops of the controller manager.</summary>
internal interface IController
{
    /// <summary>Looks at everything again, also at what nobody announced.</summary>
    void Resync();

    /// <summary>Works until it is cancelled.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
