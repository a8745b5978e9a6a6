package rules

// Statement is what the founding document of the preset cloud-native says in one
// place, and the rules that hold files against it.
type Statement struct {
	// ID is "S01" to "S30".
	ID, Text string
	Rules    []string
}

// Statements lists what the founding document says, in its order.
func Statements() []Statement {
	return []Statement{
		{"S01", "the first line names the syntax: # syntax=docker/dockerfile:1", []string{
			"parser-directive-ineffective", "parser-directive-typo", "syntax-directive-missing", "syntax-version-not-stable", "syntax-version-too-old",
		}},
		{"S02", "several named stages; the one that runs has no build tools and no uv", []string{
			"build-tools-in-final-stage", "compose-build-target-unset", "composer-installs-dev", "copy-from-stage-number", "duplicate-stage-name",
			"gpu-devel-image-in-final", "node-dev-dependencies-in-final", "php-xdebug-in-final", "ruby-bundle-installs-development", "unnamed-stage",
			"unreachable-stage", "uv-in-final-stage", "uv-sync-installs-dev",
		}},
		{"S03", "uv comes from an image with a version", []string{
			"compose-image-not-pinned", "copy-from-image-not-pinned", "latest-tag", "pip-package-not-pinned", "untagged-image",
		}},
		{"S04", "dependencies are installed before the sources are copied", []string{
			"copy-without-link", "source-before-dependencies", "uv-sync-installs-project-early", "volatile-arg-too-early",
		}},
		{"S05", "the package manager has a cache mount", []string{
			"apt-cache-mount-ineffective", "cleanup-inside-cache-mount", "node-gyp-cache-not-mounted", "package-cache-not-mounted", "syntax-version-too-old",
			"uv-cache-not-mounted", "uv-link-mode-unset",
		}},
		{"S06", "lock file and manifest are mounted", []string{
			"lockfile-missing", "manifest-copied-not-mounted",
		}},
		{"S07", "uv sync with --locked, --no-dev, --no-editable; the project itself later", []string{
			"lockfile-missing", "pip-editable-install", "pip-install-without-hashes", "pip-package-not-pinned", "python-lockfile-not-enforced",
			"ruby-bundle-without-deployment", "uv-sync-editable", "uv-sync-installs-dev", "uv-sync-installs-project-early", "uv-sync-not-locked",
		}},
		{"S08", "a user that is not root, with numbers", []string{
			"compose-user-root", "duplicate-user-id", "expose-privileged-port-as-user", "final-user-root", "final-user-unset", "k8s-user-not-numeric",
			"named-user-without-passwd", "privileged-command-after-user", "user-created-but-never-used", "user-not-numeric", "user-without-explicit-id",
		}},
		{"S09", "useradd with --no-log-init", []string{
			"useradd-without-no-log-init",
		}},
		{"S10", "the final stage never runs as root", []string{
			"compose-user-root", "final-user-root", "final-user-unset", "k8s-root-user-allowed", "stateful-root-runtime", "user-created-but-never-used",
		}},
		{"S11", "what is copied from the builder is the environment and the sources, owned by the user", []string{
			"copy-after-user-without-chown", "copy-whole-builder-directory", "copy-whole-context", "copy-whole-filesystem", "libc-differs-between-stages",
			"pip-editable-install", "python-version-differs-between-stages", "ruby-state-paths-not-writable", "run-chown-doubles-layer", "uv-sync-editable",
			"venv-relocated",
		}},
		{"S12", "the environment is on the PATH; no uv run at run time", []string{
			"uv-in-final-stage", "uv-run-in-command", "venv-not-on-path", "venv-relocated",
		}},
		{"S13", "Python and uv are set up by ENV", []string{
			"python-bytecode-written", "python-output-buffered", "uv-bytecode-not-compiled", "uv-python-downloads-enabled",
		}},
		{"S14", "EXPOSE names the port that the program listens on", []string{
			"compose-database-port-published", "compose-duplicate-host-port", "compose-port-invalid", "compose-port-not-exposed",
			"compose-port-on-all-interfaces", "expose-invalid-format", "expose-missing", "expose-port-mismatch", "expose-port-out-of-range",
			"expose-privileged-port-as-user", "expose-ssh-port", "healthcheck-port-mismatch", "k8s-port-not-exposed", "k8s-probe-port-undeclared",
			"sshd-in-image",
		}},
		{"S15", "a health check with its four options", []string{
			"compose-depends-on-without-condition", "compose-healthcheck-curl-without-fail", "compose-healthcheck-disabled", "compose-healthcheck-missing",
			"compose-healthcheck-test-invalid", "compose-healthcheck-without-options", "compose-service-healthy-without-healthcheck",
			"healthcheck-curl-without-fail", "healthcheck-missing", "healthcheck-port-mismatch", "healthcheck-without-options", "shell-form-healthcheck",
		}},
		{"S16", "a health check without tools that the image lacks", []string{
			"compose-healthcheck-curl-without-fail", "healthcheck-curl-without-fail", "healthcheck-extra-tool", "healthcheck-tool-missing",
		}},
		{"S17", "CMD and ENTRYPOINT in exec form", []string{
			"background-service-command", "compose-init-unset", "compose-shell-wrapper-without-exec", "invalid-exec-form-json",
			"k8s-shell-wrapper-without-exec", "node-package-runner-as-pid1", "shell-entrypoint-drops-cmd", "shell-form-command", "shell-form-healthcheck",
			"shell-operator-in-exec-form", "shell-wrapper-without-exec", "supervisor-in-container", "uv-run-in-command", "variable-in-exec-form",
		}},
		{"S18", "uvicorn listens on all addresses, trusts its proxy, and has one worker under an orchestrator", []string{
			"multiple-workers-under-orchestrator", "server-binds-loopback", "uvicorn-multiple-workers", "uvicorn-without-proxy-headers",
		}},
		{"S19", "no reload in production", []string{
			"compose-reload-in-command", "development-server", "reload-in-production",
		}},
		{"S20", "the ignore file leaves out caches, environments, secrets and git", []string{
			"compose-bind-mount-hides-venv", "compose-watch-syncs-venv", "copy-ignored-file", "copy-secret-file", "copy-whole-context",
			"dockerignore-build-output-not-excluded", "dockerignore-docs-not-excluded", "dockerignore-env-example-excluded", "dockerignore-git-not-excluded",
			"dockerignore-missing", "dockerignore-negation-ineffective", "dockerignore-python-caches-not-excluded", "dockerignore-root-only-pattern",
			"dockerignore-secrets-not-excluded", "dockerignore-venv-not-excluded",
		}},
		{"S21", "compose: target, quoted ports and booleans, env_file, restart, watch", []string{
			"compose-bind-mount-hides-venv", "compose-build-target-unknown", "compose-build-target-unset", "compose-completed-service-restarts",
			"compose-develop-watch-missing", "compose-env-boolean-unquoted", "compose-env-file-missing", "compose-many-inline-variables",
			"compose-ports-unquoted", "compose-restart-policy-missing", "compose-watch-syncs-venv", "compose-watch-target-missing",
			"compose-watch-without-manifest-rebuild",
		}},
		{"S22", "configuration from the environment; no secret in a file, no .env in git", []string{
			"account-password-set", "compose-auth-disabled", "compose-credentials-in-connection-string", "compose-env-file-missing",
			"compose-many-inline-variables", "compose-secret-in-build-arg", "compose-secret-in-environment", "compose-secret-source-invalid",
			"compose-variable-undefined", "copy-secret-file", "dockerignore-secrets-not-excluded", "env-example-missing", "env-file-committed",
			"hardcoded-secret", "k8s-secret-in-env", "ruby-assets-without-dummy-key", "secret-in-env-or-arg", "secret-in-run-command", "secret-mount-leaked",
			"secret-mount-missing", "workflow-secret-in-build-args",
		}},
		{"S23", "logs go to the standard streams, unbuffered", []string{
			"background-service-command", "compose-logging-disabled", "compose-logging-without-rotation", "log-to-file", "python-output-buffered",
		}},
		{"S24", "a graceful end: stop signal, and time enough for it", []string{
			"background-service-command", "compose-grace-below-app-timeout", "compose-shell-wrapper-without-exec", "compose-stop-grace-period-unset",
			"compose-stop-signal-ungraceful", "k8s-grace-below-app-timeout", "k8s-shell-wrapper-without-exec", "k8s-termination-grace-too-short",
			"node-package-runner-as-pid1", "shell-form-command", "shell-wrapper-without-exec", "stopsignal-not-canonical", "stopsignal-ungraceful",
			"stopsignal-wrong-for-server", "supervisor-in-container",
		}},
		{"S25", "Kubernetes: probes with their timing, read-only, not root", []string{
			"k8s-liveness-probe-missing", "k8s-port-not-exposed", "k8s-privilege-escalation-allowed", "k8s-probe-port-undeclared", "k8s-probe-timing-unset",
			"k8s-probes-identical", "k8s-readiness-probe-missing", "k8s-root-filesystem-writable", "k8s-root-user-allowed", "k8s-user-not-numeric",
			"read-only-without-writable-path", "user-not-numeric",
		}},
		{"S26", "workers on one host, replicas under an orchestrator", []string{
			"k8s-resources-unset", "multiple-workers-under-orchestrator", "uvicorn-multiple-workers",
		}},
		{"S27", "a slim base with a version, neither deprecated nor past its support", []string{
			"compose-image-not-pinned", "compose-image-not-pinned-by-digest", "deprecated-base-image", "eol-base-image", "final-image-full-variant",
			"image-not-pinned-by-digest", "image-version-drift", "k8s-image-not-pinned", "latest-tag", "libc-differs-between-stages",
			"python-extensions-on-alpine", "python-version-differs-between-stages", "python-version-mismatch", "untagged-image", "workflow-image-not-pinned",
			"workflow-latest-tag-only",
		}},
		{"S28", "BuildKit, fresh bases, several platforms", []string{
			"add-remote-without-checksum", "base-image-platform-mismatch", "compose-platform-constant", "compose-platform-not-built", "eol-base-image",
			"from-platform-constant", "image-not-pinned-by-digest", "image-version-drift", "latest-tag", "os-package-upgrade", "ruby-bootsnap-parallel-jobs",
			"syntax-directive-missing", "syntax-version-not-stable", "syntax-version-too-old", "update-without-install", "workflow-action-not-pinned",
			"workflow-build-path-missing", "workflow-build-without-pull", "workflow-buildkit-disabled", "workflow-image-scan-missing",
			"workflow-provenance-missing", "workflow-scheduled-rebuild-missing", "workflow-single-platform-build",
		}},
		{"S29", "a read-only file system where it can be", []string{
			"compose-read-only-without-tmpfs", "compose-root-filesystem-writable", "compose-tmpfs-unsafe-options", "k8s-root-filesystem-writable",
			"python-bytecode-written", "read-only-without-writable-path", "volume-declared",
		}},
		{"S30", "a small final image", []string{
			"apk-cache-kept", "apt-installs-recommends", "apt-lists-kept", "build-tools-in-final-stage", "copy-whole-builder-directory", "copy-whole-context",
			"copy-whole-filesystem", "debug-tools-in-final-stage", "delete-in-later-layer", "dnf-cache-kept", "final-image-full-variant",
			"gpu-conda-instead-of-uv", "gpu-devel-image-in-final", "node-dev-dependencies-in-final", "pip-cache-kept", "ruby-bundler-cache-kept",
			"run-chown-doubles-layer", "yarn-cache-kept", "yum-cache-kept", "zypper-cache-kept",
		}},
	}
}
