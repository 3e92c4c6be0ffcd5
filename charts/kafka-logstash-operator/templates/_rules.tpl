{{/*
What the operator does in a namespace whose connections it looks after. A test holds each rule to the requests of a running operator: none is refused, none is unused.
Secrets and ConfigMaps are watched as metadata alone, which RBAC can't tell from watching their contents.
*/}}
{{- define "klo.rules" -}}
# Connections: watched; finalizers are put on and taken off; the spec is never written.
- apiGroups: [kafka-logstash.io]
  resources: [kafkalogstashconnections]
  verbs: [list, watch, patch]
- apiGroups: [kafka-logstash.io]
  resources: [kafkalogstashconnections/status]
  verbs: [patch]
# Where the admission plugin OwnerReferencesPermissionEnforcement is on, as in OpenShift, an owner that waits for its objects takes this.
- apiGroups: [kafka-logstash.io]
  resources: [kafkalogstashconnections/finalizers]
  verbs: [update]
# What connections own and refer to; server-side apply takes create and patch.
- apiGroups: [""]
  resources: [configmaps, secrets, services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
