package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeRestartPolicyMissing finds a service without a restart policy among
// services that have one: it stays down after a crash, and after the host starts
// again.
//
// Silent in files that others complete, for jobs, in files for development and tests, and,
// unless the name says production, where most services have no policy: the option "every",
// which the preset "cloud-native" sets, speaks in the last two as well. Write restart: "no" where a service is meant to stay down.
var ComposeRestartPolicyMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-restart-policy-missing",
		Title:    "A service stays down after a crash",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{{
			Name: "every", Doc: "report services in files for development, and where most have no policy, too", Kind: lint.BoolOption,
			Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
		}},
	},
	Check: checkComposeRestartPolicyMissing,
}

func checkComposeRestartPolicyMissing(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	every := p.Options.Bool("every")
	if d.IsFragment(d.Name) || d.IsDevelopment(d.Name) && !every {
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
	// Where most have none, nobody thought of the day after: that is a way to work,
	// and the few that have one came with what was copied.
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
