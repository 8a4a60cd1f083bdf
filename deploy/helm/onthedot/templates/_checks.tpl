{{/* Values that cannot work together. The schema has refused what is wrong by itself. */}}
{{- define "onthedot.checks" -}}
{{- range $component, $chosen := dict "server" .Values.server "worker" .Values.worker }}
{{- if hasKey $chosen.settings "taskQueue" }}
{{- fail (printf "%s.settings.taskQueue: set it in settings. Servers, workers and KEDA have to mean the same queue." $component) }}
{{- end }}
{{- end }}
{{- $worker := merge (deepCopy .Values.worker.settings) .Values.settings }}
{{- if and .Values.modules (hasKey $worker "modules") }}
{{- fail "settings.modules: the chart names those of `modules` itself. Use one of the two." }}
{{- end }}
{{- if and .Values.taskSecrets (hasKey $worker "secretsDir") }}
{{- fail "settings.secretsDir: the chart has it lead to taskSecrets. Use one of the two." }}
{{- end }}
{{- range $name, $chosen := dict "server.autoscaling" .Values.server.autoscaling "worker.keda" .Values.worker.keda }}
{{- if and $chosen.enabled (lt (int $chosen.maxReplicas) (int $chosen.minReplicas)) }}
{{- fail (printf "%s.maxReplicas: at least as many as minReplicas." $name) }}
{{- end }}
{{- end }}
{{- end }}
