using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Handlers;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Access;

/// <summary>
/// What the admission plugin OwnerReferencesPermissionEnforcement does, which kube-apiserver leaves off by default and OpenShift has on: who changes the owners of
/// an object must be allowed to delete it, and who lets an owner's deletion wait for it must be allowed to update the owner's finalizers.
/// </summary>
/// <param name="registry">Knows the kinds of owners.</param>
/// <param name="permits">Asks the roles.</param>
internal sealed class OwnerReferencePermissions(ResourceRegistry registry, Func<ApiContext, AccessAttributes, bool> permits)
{
    /// <summary>Judges a write; <paramref name="live"/> is null for a new object.</summary>
    public void Check(ApiContext context, ResourceType type, JsonObject? live, JsonObject obj)
    {
        if (context.Info.Subresource.Length > 0 || JsonNodes.Same(live.At("metadata", "ownerReferences"), obj.At("metadata", "ownerReferences")))
        {
            return;
        }

        if (live is not null)
        {
            var deletion = new AccessAttributes { Verb = "delete", Group = type.Group, Resource = type.Plural, Namespace = obj.Namespace(), Name = obj.Name() };
            if (!permits(context, deletion))
            {
                throw ApiException.Forbidden(type, obj.Name(), "cannot set an ownerRef on a resource you can't delete: ");
            }
        }

        var before = Blocking(live).Select(Identity).ToHashSet(StringComparer.Ordinal);
        foreach (var owner in Blocking(obj).Where(owner => !before.Contains(Identity(owner))))
        {
            var group = owner.Text("apiVersion")?.Split('/') is [var named, _] ? named : "";
            var kind = registry.FindKind(group, owner.Text("kind") ?? "")
                ?? throw ApiException.Forbidden(
                    type, obj.Name(), $"cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {owner.Text("apiVersion")} Kind {owner.Text("kind")}");
            var finalizers = new AccessAttributes
            {
                Verb = "update",
                Group = kind.Group,
                Resource = kind.Plural,
                Subresource = "finalizers",
                Namespace = kind.Namespaced ? obj.Namespace() : null,
                Name = owner.Text("name"),
            };
            if (!permits(context, finalizers))
            {
                throw ApiException.Forbidden(type, obj.Name(), "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ");
            }
        }
    }

    private static IEnumerable<JsonObject> Blocking(JsonObject? obj) => obj.Objects("metadata", "ownerReferences").Where(owner => owner.Flag("blockOwnerDeletion") == true);

    private static string Identity(JsonObject owner) => $"{owner.Text("apiVersion")} {owner.Text("kind")} {owner.Text("name")} {owner.Text("uid")}";
}
