package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostPidOrIpc finds pid "host" and ipc "host".
//
// The container sees every process of the host with its environment, and can
// send signals to those of the same user; with ipc it reads their shared memory.
// Leave it out, or share with one service: "service:NAME".
//
// It is info, and excused, for agents and profilers that watch the host, for ipc of
// programs on a GPU, where a comment next to it gives the reason, and in files for
// development, tests and demonstrations.
//
// Silent for services, containers, "shareable" and "private".
//
// There is no fix: whether the program needs it is known only to those who run it.
var ComposeHostPidOrIpc = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-pid-or-ipc",
		Title:    "A service sees the processes or the shared memory of its host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{"pid", "ipc", "pid-excused", "ipc-excused"},
		OptIn:    []string{"pid-excused", "ipc-excused"},
		Aliases: []lint.Alias{
			{Name: "CIS-5.16", Variants: []string{"ipc", "ipc-excused"}}, {Name: "CIS-5.17", Variants: []string{"pid", "pid-excused"}}, {Name: "CL-0010"},
			{Name: "kics:host_namespace_is_shared", Variants: []string{"pid", "pid-excused"}}, {Name: "kics:shared_host_ipc_namespace", Variants: []string{"ipc", "ipc-excused"}},
		},
	},
	Check: checkComposeHostPidOrIpc,
}

func checkComposeHostPidOrIpc(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, key := range []string{"pid", "ipc"} {
			v := s.Value(key)
			if v.Text != "host" {
				continue
			}
			what, instead := "processes", "leave pid out, or share with one service"
			if key == "ipc" {
				what, instead = "shared memory", "leave ipc out, and set shm_size for a program that needs much"
			}
			p.Report(weigh(p, lint.Finding{
				Span: v.Span, Variant: key,
				Message: fmt.Sprintf("%q sees and reaches the %s of its host; %s", shortText(s.Name), what, instead),
			}, watchesHost(s) || key == "ipc" && usesAccelerator(s)))
		}
	}
}
