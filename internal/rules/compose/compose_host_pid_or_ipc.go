package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeHostPidOrIpc reports services with `pid: host` (variant `pid`) or `ipc: host`
// (variant `ipc`).
//
// Findings have severity info and the variant `pid-excused` or `ipc-excused`:
//
//   - for agents and profilers that watch the host
//   - for `ipc: host` of programs on a GPU
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the line gives the reason
//
// # Why it matters
//
// With `pid: host`, the container sees every process of the host with its environment,
// which can contain passwords, and can send signals to processes of the same user.
// With `ipc: host`, it can read and change the shared memory of these processes.
//
// # How to fix it
//
// Remove the line. For a program that needs much shared memory, set `shm_size`. To
// watch one service, share its processes with `pid: service:NAME`.
//
// # Fix safety
//
// There is no automatic fix: only those who run the program know whether it needs the processes
// or the memory of the host.
//
// # Exceptions
//
// It does not report the other values: services, containers, `shareable` and
// `private`.
var ComposeHostPidOrIpc = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-host-pid-or-ipc",
		Title:    "Container shares the processes or the shared memory of the host",
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
			what, instead := "processes", "remove pid, or share the processes of one service"
			if key == "ipc" {
				what, instead = "shared memory", "remove ipc, and set shm_size if the program needs more"
			}
			p.Report(weigh(p, lint.Finding{
				Span: v.Span, Variant: key,
				Message: fmt.Sprintf("%q can access the %s of the host; %s", shortText(s.Name), what, instead),
			}, watchesHost(s) || (key == "ipc" && usesAccelerator(s))))
		}
	}
}
