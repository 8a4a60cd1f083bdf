{{/* Refuses values that do not work together. The schema refuses single wrong values. */}}
{{- define "onthedot.checks" -}}
{{- range $component, $chosen := dict "server" .Values.server "worker" .Values.worker }}
{{- if hasKey $chosen.settings "taskQueue" }}
{{- fail (printf "%s.settings.taskQueue: set it in settings. Servers, workers and KEDA need the same queue." $component) }}
{{- end }}
{{- end }}
{{- $worker := merge (deepCopy .Values.worker.settings) .Values.settings }}
{{- if and .Values.modules (hasKey $worker "modules") }}
{{- fail "settings.modules: the chart sets it from `modules`. Use one of the two." }}
{{- end }}
{{- if and .Values.taskSecrets (hasKey $worker "secretsDir") }}
{{- fail "settings.secretsDir: the chart sets it for taskSecrets. Use one of the two." }}
{{- end }}
{{- range $name, $chosen := dict "server.autoscaling" .Values.server.autoscaling "worker.keda" .Values.worker.keda }}
{{- if and $chosen.enabled (lt (int $chosen.maxReplicas) (int $chosen.minReplicas)) }}
{{- fail (printf "%s.maxReplicas: must not be less than minReplicas." $name) }}
{{- end }}
{{- end }}
{{- end }}
