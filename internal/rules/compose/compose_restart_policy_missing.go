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
// Silent in files for development and tests, in files that others complete, in
// files where no service has a policy, unless their name says production, and for
// jobs. Write restart: "no" where a service is meant to stay down.
var ComposeRestartPolicyMissing = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-restart-policy-missing",
		Title:    "A service stays down after a crash",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeRestartPolicyMissing,
}

func checkComposeRestartPolicyMissing(p *lint.Pass[*facts.Compose]) {
	d := p.Doc
	if d.IsFragment(d.Name) || d.IsDevelopment(d.Name) {
		return
	}
	wanted := strings.Contains(strings.ToLower(path.Base(d.Name)), "prod")
	for _, s := range d.All() {
		wanted = wanted || keepsRunning(s)
	}
	if !wanted {
		return
	}
	for _, s := range d.All() {
		if s.HasRestartPolicy() || s.Has("extends") || s.Has("provider") || s.IsJob() || len(s.Profiles()) > 0 {
			continue
		}
		f := lint.Finding{
			Span:    s.Span(),
			Message: fmt.Sprintf("%q has no restart policy, so it stays down after a crash; add restart: unless-stopped", shortText(s.Name)),
		}
		for _, key := range []string{"image", "build"} {
			if entry := s.Entry(key); s.Owns(entry) {
				edits, ok := d.File.InsertAfter(entry, "restart: unless-stopped")
				f.Fixes = yamlFix("add restart: unless-stopped", lint.Unsafe, lint.EffectConfig, edits, ok)
				break
			}
		}
		p.Report(f)
	}
}

// keepsRunning tells whether the service is to be started again whenever it ends.
func keepsRunning(s *facts.ComposeService) bool {
	restart := s.Value("restart").Text
	return restart == "always" || restart == "unless-stopped"
}
