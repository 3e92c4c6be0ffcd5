namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Why a patch cannot be applied.</summary>
internal enum PatchFailure
{
    /// <summary>The patch is no patch at all: HTTP 400, <c>BadRequest</c>.</summary>
    Malformed,

    /// <summary>An operation is incomplete or does not fit the object: HTTP 422, <c>Invalid</c>.</summary>
    Inapplicable,
}

/// <summary>A patch that cannot be applied. The message names the operation and the path.</summary>
internal sealed class InvalidPatchException(PatchFailure failure, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public PatchFailure Failure { get; } = failure;
}
