{{/* What the pods of all components share. */}}
{{- define "onthedot.pod" -}}
serviceAccountName: {{ .root.Values.serviceAccountName }}
automountServiceAccountToken: false
# A service named onthedot would set ONTHEDOT_PORT, which is a setting.
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Those of the values, before the chart's own. */}}
{{- define "onthedot.annotations" -}}
{{- /* Or the cluster autoscaler keeps a node for the sake of /tmp. */ -}}
{{- $own := dict "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes" "tmp" -}}
{{- mergeOverwrite $own (deepCopy .) | toYaml }}
{{- end }}

{{- define "onthedot.container" -}}
image: {{ include "onthedot.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Where pods of a component go, and which give way. */}}
{{- define "onthedot.placing" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Two pods of a component on one node help little when the node goes. */}}
{{- define "onthedot.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "onthedot.selector" . | nindent 8 }}
{{- end }}

{{/* Where Temporal is: the variables of Temporal's own clients. */}}
{{- define "onthedot.temporal" -}}
- {name: TEMPORAL_ADDRESS, value: {{ .Values.temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }}}
{{- if or .Values.temporal.tlsSecret .Values.temporal.apiKeySecret }}
- {name: TEMPORAL_TLS, value: "true"}
{{- end }}
{{- if .Values.temporal.tlsSecret }}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /run/temporal/ca.crt}
{{- if .Values.temporal.tlsClient }}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /run/temporal/tls.crt}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /run/temporal/tls.key}
{{- end }}
{{- with .Values.temporal.tlsServerName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- with .Values.temporal.apiKeySecret }}
- name: TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: api-key}}
{{- end }}
{{- end }}

{{/* Settings as variables; those of the component go before those of all. */}}
{{- define "onthedot.settings" -}}
{{- $own := .own | default dict -}}
{{- with .root.Values.encryptionSecret }}
- name: ONTHEDOT_ENCRYPTION_KEYS
  valueFrom: {secretKeyRef: {name: {{ . }}, key: encryption-keys}}
{{- end }}
{{- range $name, $value := mergeOverwrite (deepCopy .root.Values.settings) $own }}
- {name: ONTHEDOT_{{ $name | snakecase | upper }}, value: {{ include "onthedot.written" $value | quote }}}
{{- end }}
{{- end }}

{{/* A value as a setting is written. Helm reads every number of a file as one with a fraction, and
would write a million as 1e+06. */}}
{{- define "onthedot.written" -}}
{{- if kindIs "slice" . }}{{ join "," . }}
{{- else if kindIs "map" . }}{{ toJson . }}
{{- else if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}
{{- else }}{{ . }}{{ end -}}
{{- end }}

{{- define "onthedot.volumeMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.temporal.tlsSecret }}
- {name: temporal-tls, mountPath: /run/temporal, readOnly: true}
{{- end }}
{{- end }}

{{- define "onthedot.volumes" -}}
- {name: tmp, emptyDir: {sizeLimit: 256Mi}}
{{- with .Values.temporal.tlsSecret }}
- {name: temporal-tls, secret: {secretName: {{ . }}}}
{{- end }}
{{- end }}
