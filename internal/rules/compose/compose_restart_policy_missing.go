package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeRestartPolicyMissing reports services without a restart policy, in files in
// which the other services have one.
//
// # Why it matters
//
// Docker does not start the service again after a crash or after a restart of the
// host, while the other services come back.
//
// # How to fix it
//
// Add a policy, or write `restart: "no"` for a service that must stay down:
//
//	restart: unless-stopped
//
// # Exceptions
//
// It does not report:
//
//   - jobs that end, and services in a profile
//   - services with `extends`, and files that are merged with another Compose file
//   - files for development or tests, and files in which most services have no policy,
//     unless their name says production; the option `every` reports these too
var ComposeRestartPolicyMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-restart-policy-missing",
		Title:    "Service has no restart policy",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{{
			Name: "every", Doc: "also report services in files for development, and in files in which most services have no policy", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}},
	},
	Check: checkComposeRestartPolicyMissing,
}

func checkComposeRestartPolicyMissing(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	every := p.Options.Bool("every")
	if d.IsFragment(d.Name) || (d.IsDevelopment(d.Name) && !every) {
		return
	}
	kept := 0
	var missing []*facts.ComposeService
	for _, s := range d.All() {
		if s.KeepsRunning() {
			kept++
		}
		if !s.HasRestartPolicy() && !s.Has("extends") && !s.Has("provider") && !s.IsJob() && len(s.Profiles()) == 0 {
			missing = append(missing, s)
		}
	}
	// Where most have none, the file was not written to keep running,
	// and the few that have one were copied with theirs.
	if kept < len(missing) && !every && !strings.Contains(strings.ToLower(path.Base(d.Name)), "prod") {
		return
	}
	for _, s := range missing {
		f := lint.Finding{
			Span:    s.Span(),
			Message: fmt.Sprintf("%q has no restart policy, so it stays down after a crash; add restart: unless-stopped", shortText(s.Name)),
		}
		for _, key := range []string{"image", "build"} {
			if entry := s.Entry(key); s.Owns(entry) {
				edits, ok := d.File.InsertAfter(entry, "restart: unless-stopped")
				f.Fixes = yamlFix("add restart: unless-stopped", lint.Unsafe, edits, ok, "services.*.restart")
				break
			}
		}
		p.Report(f)
	}
}
