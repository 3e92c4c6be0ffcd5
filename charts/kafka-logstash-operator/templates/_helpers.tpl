{{/* The chart's name, or what stands for it. */}}
{{- define "klo.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of all objects. */}}
{{- define "klo.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- $name := include "klo.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* What tells the operator's pods from all others. It can't change: a Deployment's selector is immutable. */}}
{{- define "klo.selectorLabels" -}}
app.kubernetes.io/name: {{ include "klo.name" . | toYaml }}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
{{- end }}

{{/* Labels of every object and of the pods, but for those that say how the object came here: the chart's own, which nobody's can replace. */}}
{{- define "klo.ownLabels" -}}
{{ include "klo.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kafka-logstash-operator
{{- end }}

{{/* Of the labels that people give, those that are not of the chart's own: (dict "own" … "given" (list …)), where what comes first wins. */}}
{{- define "klo.furtherLabels" -}}
{{- $labels := dict }}
{{- range .given }}
{{- $labels = merge $labels (default dict .) }}
{{- end }}
{{- range $name, $_ := fromYaml .own }}
{{- $labels = unset $labels $name }}
{{- end }}
{{- with $labels }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/*
The metadata of an object: (dict "root" $ "name" … "namespace" … "component" … "labels" … "annotations" …). Without "name" it is that of all objects; without "namespace"
the release's; "clusterScoped" leaves the namespace out.
*/}}
{{- define "klo.metadata" -}}
name: {{ default (include "klo.fullname" .root) .name | toYaml }}
{{- if not .clusterScoped }}
namespace: {{ default .root.Release.Namespace .namespace | toYaml }}
{{- end }}
{{- $own := include "klo.objectLabels" . }}
labels:
  {{- $own | nindent 2 }}
  {{- with include "klo.furtherLabels" (dict "own" $own "given" (list .labels .root.Values.commonLabels)) }}
  {{- . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (default dict .annotations) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The chart's own labels of an object. */}}
{{- define "klo.objectLabels" -}}
{{ include "klo.ownLabels" .root }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "klo.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "klo.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The name of the webhook's Service and of what belongs to it. A Service's name ends at 63 characters. */}}
{{- define "klo.webhookName" -}}
{{ include "klo.fullname" . }}-webhook
{{- end }}

{{/*
The Secret that cert-manager fills. It has another name than the operator's own: cert-manager leaves it behind when the Certificate goes, and Helm adopts no object that it did not make.
*/}}
{{- define "klo.webhookTlsSecret" -}}
{{ include "klo.webhookName" . }}-tls
{{- end }}

{{/* The operator's service account, as the subject of a binding. */}}
{{- define "klo.subjects" -}}
- kind: ServiceAccount
  name: {{ include "klo.serviceAccountName" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
{{- end }}

{{/* An image's repository, in the registry that stands for all where there is one: (dict "root" $ "image" …). */}}
{{- define "klo.repository" -}}
{{- $registry := default .image.registry .root.Values.global.imageRegistry }}
{{- with $registry }}{{ . | trimSuffix "/" }}/{{ end }}{{ .image.repository }}
{{- end }}

{{/* An image of this release: (dict "root" $ "image" …). */}}
{{- define "klo.image" -}}
{{ include "klo.repository" . }}:{{ default .root.Chart.AppVersion .image.tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The settings of `run` as environment variables. What is empty is left to the operator, and what is in extraEnv to that. */}}
{{- define "klo.settings" -}}
{{- $settings := list
  (list "NAMESPACES" (join "," .Values.watchNamespaces))
  (list "LEADER_ELECTION" (toString .Values.leaderElection.enabled))
  (list "LEASE_NAME" (include "klo.fullname" .))
  (list "CONCURRENCY" (toString .Values.settings.concurrency))
  (list "RELOAD_TIMEOUT" .Values.settings.reloadTimeout)
  (list "BRIDGE_IMAGE" (include "klo.image" (dict "root" . "image" .Values.bridge.image)))
  (list "LOGSTASH_IMAGE" (include "klo.repository" (dict "root" . "image" .Values.logstash.image)))
  (list "LOG_FORMAT" .Values.settings.logFormat)
  (list "LOG_LEVEL" .Values.settings.logLevel)
  (list "DENIED_PLUGINS" (join "," .Values.policy.deniedPlugins))
  (list "DENIED_SETTINGS" (join "," .Values.policy.deniedSettings)) }}
{{- if .Values.webhook.enabled }}
{{- $name := include "klo.webhookName" . }}
{{- $settings = append $settings (list "WEBHOOK" "true") }}
{{- if .Values.webhook.certManager.enabled }}
{{- $settings = append $settings (list "WEBHOOK_CERTIFICATE_DIR" "/webhook-certificate") }}
{{- else }}
{{- $settings = concat $settings (list (list "WEBHOOK_SERVICE" $name) (list "WEBHOOK_SECRET" $name) (list "WEBHOOK_CONFIGURATION" (include "klo.fullname" .))) }}
{{- end }}
{{- end }}
{{- $given := list }}
{{- range .Values.extraEnv }}
{{- $given = append $given .name }}
{{- end }}
{{- range $settings }}
{{- $variable := printf "KAFKA_LOGSTASH_%s" (first .) }}
{{- if and (last .) (not (has $variable $given)) }}
- name: {{ $variable }}
  value: {{ last . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What can't work together is refused here, with what to do. */}}
{{- define "klo.check" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) }}
{{- fail (printf "replicas is %d, but leaderElection.enabled is false: two operators would work against each other. Enable leader election, or set replicas to 1." (int .Values.replicas)) }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.service.enabled) }}
{{- fail "metrics.serviceMonitor.enabled is true, but metrics.service.enabled is false: a ServiceMonitor finds the operator through its Service. Enable both." }}
{{- end }}
{{- if has .Release.Namespace (list "kube-system" "kube-public" "kube-node-lease") }}
{{- fail (printf "The namespace is %s, which is Kubernetes' own: install into another, for example with --namespace kafka-logstash-system --create-namespace." .Release.Namespace) }}
{{- end }}
{{- end }}
