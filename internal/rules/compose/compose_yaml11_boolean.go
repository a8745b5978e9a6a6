package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeYaml11Boolean reports `yes`, `no`, `on` and `off`, and their short forms,
// where Compose expects a boolean.
//
// # Why it matters
//
// In YAML 1.2 these words are text. Compose still accepts them and prints a warning,
// and other tools can read them as text.
//
// # How to fix it
//
// Write `true` or `false`:
//
//	read_only: true
//
// # Exceptions
//
// It does not report quoted text, or fields that are text.
var ComposeYaml11Boolean = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-yaml11-boolean",
		Title:    "Boolean is written in the form of YAML 1.1",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:yaml-1.2-boolean"),
	},
	Check: checkComposeYaml11Boolean,
}

// booleanKeys are the keys of the specification whose values are booleans, where
// ever they occur in it.
var booleanKeys = []string{
	"privileged", "read_only", "init", "tty", "stdin_open", "oom_kill_disable", "use_api_socket", "attach", "disable", "no_cache", "pull",
	"internal", "attachable", "enable_ipv4", "enable_ipv6", "external", "required", "create_host_path", "nocopy", "sbom", "provenance",
}

// freeKeys are those below which the names are the user's own.
var freeKeys = []string{"environment", "labels", "args", "annotations", "sysctls", "driver_opts", "options", "extra_hosts", "additional_contexts"}

func checkComposeYaml11Boolean(p *facts.Pass[*facts.Compose]) {
	p.Doc.Root.Walk(func(n *yaml.Node) bool {
		pair := n.Pair()
		if pair == nil || pair.Value != n || pair.Key.Kind != yaml.Scalar {
			return true
		}
		key := pair.Key.Value
		if n.Kind != yaml.Scalar {
			return !slices.Contains(freeKeys, key) && !strings.HasPrefix(key, "x-")
		}
		value := ""
		switch strings.ToLower(n.Value) {
		case "yes", "y", "on":
			value = "true"
		case "no", "n", "off":
			value = "false"
		}
		if value == "" || n.Style != yaml.Plain || !slices.Contains(booleanKeys, key) {
			return true
		}
		p.Report(lint.Finding{
			Span:    n.Span,
			Message: fmt.Sprintf("%q is not a boolean in YAML 1.2, so Compose warns about it; write %s", n.Value, value),
			Fixes: []lint.Fix{
				{Title: "write " + value, Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{lint.Replace(n.Span, value)}},
			},
		})
		return true
	})
}
