package acceptance

import (
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// goodManifest follows what the founding document says of Kubernetes.
const goodManifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: my-app
spec:
  replicas: 3
  selector:
    matchLabels:
      app: my-app
  template:
    metadata:
      labels:
        app: my-app
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 45
      securityContext:
        runAsNonRoot: true
        runAsUser: 1001
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: web
          image: ghcr.io/acme/my-app:1.4.2
          command: ["uvicorn", "my_app.main:app", "--workers", "1"]
          ports:
            - name: http
              containerPort: 8000
          env:
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: db
                  key: password
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 5
            periodSeconds: 10
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            initialDelaySeconds: 5
            periodSeconds: 10
          lifecycle:
            preStop:
              sleep:
                seconds: 5
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 128Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
---
apiVersion: v1
kind: Service
metadata:
  name: my-app
spec:
  selector:
    app: my-app
  ports:
    - port: 80
      targetPort: http
`

// goodWorkflow builds and pushes an image in the same way.
const goodWorkflow = `on:
  push:
  schedule:
    - cron: "0 4 * * 1"
jobs:
  image:
    runs-on: [self-hosted, linux]
    container: docker:28
    steps:
      - uses: docker/setup-qemu-action@29109295f81e9208d7d86ff1c6c12d2833863392 # v3.6.0
      - uses: docker/build-push-action@263435318d21b8e681c14492fe198d362a7d2c83 # v6.18.0
        env:
          DOCKER_BUILDKIT: 1
        with:
          pull: true
          push: true
          platforms: linux/amd64,linux/arm64
          tags: |
            ghcr.io/acme/my-app:latest
            ghcr.io/acme/my-app:${{ github.sha }}
          secrets: |
            npm=${{ secrets.NPM_TOKEN }}
          provenance: mode=max
          sbom: true
      - run: trivy image ghcr.io/acme/my-app:${{ github.sha }}
`

// goodFiles are the files of which nothing is said under any preset but strict,
// and breakable what one change each must bring.
var goodFiles = []struct {
	name, src string
	target    lint.Target
	breakable []struct{ old, changed, rule string }
}{
	{"k8s/app.yaml", goodManifest, lint.TargetKubernetes, []struct{ old, changed, rule string }{
		{"livenessProbe:\n            httpGet:\n              path: /healthz", "startupProbe:\n            httpGet:\n              path: /healthz", "k8s-liveness-probe-missing"},
		{"readinessProbe:", "startupProbe:", "k8s-readiness-probe-missing"},
		{"            initialDelaySeconds: 5\n            periodSeconds: 10\n", "", "k8s-probe-timing-unset"},
		{"path: /healthz", "path: /readyz", "k8s-probes-identical"},
		{"port: http\n", "port: web\n", "k8s-probe-port-undeclared"},
		{"            readOnlyRootFilesystem: true\n", "", "k8s-root-filesystem-writable"},
		{"runAsNonRoot: true\n        runAsUser: 1001", "fsGroup: 1001", "k8s-root-user-allowed"},
		{"runAsUser: 1001", "runAsUser: 0", "k8s-root-user-allowed"},
		{"            allowPrivilegeEscalation: false\n", "", "k8s-privilege-escalation-allowed"},
		{"allowPrivilegeEscalation: false", "privileged: true", "k8s-privileged-container"},
		{"drop: [ALL]", "add: [SYS_ADMIN]", "k8s-capabilities-kept"},
		{"      automount", "      hostNetwork: true\n      automount", "k8s-host-namespaces-shared"},
		{"emptyDir: {}", "hostPath: {path: /var/run/docker.sock}", "k8s-host-path-mounted"},
		{"type: RuntimeDefault", "type: Unconfined", "k8s-seccomp-profile-unset"},
		{"my-app:1.4.2", "my-app:latest", "k8s-image-not-pinned"},
		{"            limits:\n              memory: 128Mi\n", "", "k8s-resources-unset"},
		{"valueFrom:\n                secretKeyRef:\n                  name: db\n                  key: password", "value: kohlrabi7", "k8s-secret-in-env"},
		{"terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 5", "k8s-termination-grace-too-short"},
		{`["uvicorn", "my_app.main:app", "--workers", "1"]`, `["sh", "-c", "uvicorn my_app.main:app"]`, "k8s-shell-wrapper-without-exec"},
		{`"--workers", "1"`, `"--timeout-graceful-shutdown", "60"`, "k8s-grace-below-app-timeout"},
		{`"--workers", "1"`, `"--workers", "4"`, "multiple-workers-under-orchestrator"},
		{"      automountServiceAccountToken: false\n", "", "k8s-service-account-token-mounted"},
	}},
	{".github/workflows/image.yml", goodWorkflow, lint.TargetWorkflow, []struct{ old, changed, rule string }{
		{"263435318d21b8e681c14492fe198d362a7d2c83 # v6.18.0", "v6", "workflow-action-not-pinned"},
		{"docker:28", "docker", "workflow-image-not-pinned"},
		{"          pull: true\n", "", "workflow-build-without-pull"},
		{"DOCKER_BUILDKIT: 1", "DOCKER_BUILDKIT: 0", "workflow-buildkit-disabled"},
		{"          platforms: linux/amd64,linux/arm64\n", "", "workflow-single-platform-build"},
		{"  schedule:\n    - cron: \"0 4 * * 1\"\n", "", "workflow-scheduled-rebuild-missing"},
		{"secrets: |", "build-args: |", "workflow-secret-in-build-args"},
		{"            ghcr.io/acme/my-app:${{ github.sha }}\n", "", "workflow-latest-tag-only"},
		{"run: trivy", "run: crane", "workflow-image-scan-missing"},
		{"          provenance: mode=max\n          sbom: true\n", "", "workflow-provenance-missing"},
	}},
}

func TestBreakagesOfManifestsAndWorkflows(t *testing.T) {
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"recommended", "cloud-native", "hardening"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	tried := map[string]bool{}
	for _, good := range goodFiles {
		found := func(src string) []string {
			f := engine.File{Path: good.name, Target: good.target, Context: fixture.Files{good.name: []byte(src)}.Around(good.name), Policy: set.For(good.name)}
			var ids []string
			checked := checker.Check(t.Context(), f, []byte(src))
			for _, p := range checked.Problems {
				t.Error(p.Message)
			}
			for _, d := range checked.Diagnostics {
				ids = append(ids, d.Rule.ID)
			}
			return ids
		}
		if ids := found(good.src); len(ids) > 0 {
			t.Errorf("%s: %v, want nothing", good.name, ids)
		}
		for _, b := range good.breakable {
			tried[b.rule] = true
			broken := strings.Replace(good.src, b.old, b.changed, 1)
			if broken == good.src {
				t.Errorf("%q is not in %s", b.old, good.name)
			}
			if ids := found(broken); !slices.Contains(ids, b.rule) {
				t.Errorf("%q for %q: %v, want %s", b.changed, b.old, ids, b.rule)
			}
		}
	}
	for _, m := range catalog.Metas() {
		// These need a Dockerfile; the archives of the first two have one.
		needsImage := m.ID == "k8s-user-not-numeric" || m.ID == "k8s-port-not-exposed" || isBrokenBetween(m.ID)
		if (m.Target == lint.TargetKubernetes || m.Target == lint.TargetWorkflow) && !tried[m.ID] && !needsImage {
			t.Errorf("%s has no breakage", m.ID)
		}
	}
}
