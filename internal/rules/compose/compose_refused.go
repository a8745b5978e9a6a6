package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeRefused reports what makes Compose refuse the file. Compose's own loader
// reads the file, without a network, together with the files that it includes or
// extends, the files that complete it, and the values in `.env`. The first part that
// Compose refuses is reported, with Compose's own words at the end of the message.
// Files that a dev container, a script, a workflow or `COMPOSE_FILE` loads together
// are loaded in that order.
//
// # Why it matters
//
// Compose stops with an error before it starts anything.
//
// # How to fix it
//
// Follow the message. Common reasons are:
//
//   - a port such as `localhost:80:80`
//   - two `<<` in one mapping
//   - a variable such as `${#X}` or `${X//a/b}`
//   - a size or a time with an unknown unit
//   - a volume with too many parts
//   - `extends` or `include` of a file that does not exist
//
// # Fix safety
//
// There is no automatic fix: Compose names what it refuses, not what was meant.
//
// # Exceptions
//
// It does not report:
//
//   - parts that depend on a value which the repository does not have, such as a
//     variable without a default
//   - placeholders, and files that look like templates
//   - files in folders of tests
//   - parts that another Compose file of the folder can complete
//   - reasons that another rule reports
//
// It skips files that are too large to load, and files that only podman-compose loads.
var ComposeRefused = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-refused",
		Title:    "Compose refuses to load the file",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesAny,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeRefused,
}

func checkComposeRefused(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if p.Refusals == nil || facts.IsTestName(d.Name) || d.Shape == compose.Version1 || d.Shape == compose.Foreign {
		return
	}
	if d.Section("services") == nil && !hasDefaultName(d) {
		return
	}
	if p.Project.RunByPodmanOnly(d) {
		p.Skip("the file is for podman-compose, and Compose does not load it")
		return
	}
	if d.IsTemplate() {
		return
	}
	refusals, err := p.Refusals()
	if err != nil {
		p.Skip("Compose did not load the file: " + err.Error())
		return
	}
	for _, r := range refusals {
		if r.Whole && mayBeCompleted(p) {
			continue
		}
		what := "this makes Compose refuse the file"
		if at := shortText(strings.Trim(string(r.At.Of(d.Src)), `"'`)); at != "" {
			what = fmt.Sprintf("%q makes Compose refuse the file", at)
		}
		p.Report(lint.Finding{
			Span: r.At, Within: r.Within,
			Message: fmt.Sprintf("%s; %s (Compose: %s)", what, loadAdvice(r.Reason), r.Reason),
		})
	}
}

// mayBeCompleted reports whether another file may add what this one lacks.
func mayBeCompleted(p *facts.Pass[*facts.Compose]) bool {
	if !hasDefaultName(p.Doc) || !p.Files.Known() || lacksContext(p) || namedAbove(p) {
		return true
	}
	if isJoined(p) || isOneOfMany(p) {
		return true
	}
	names, known := siblings(p)
	if !known {
		return true
	}
	for _, name := range names {
		if !strings.Contains(name, ".override.") { // Compose merges that one by itself
			return true
		}
	}
	return false
}

// isOneOfMany reports whether the folder next to it has a file of the same name that lacks
// the image of a service with the same name: a program joins each with a file that has it.
func isOneOfMany(p *facts.Pass[*facts.Compose]) bool {
	const most = 50 // folders that are looked at
	above, err := p.Files.In("..", "")
	if err != nil {
		return false
	}
	names, err := above.List(".")
	if err != nil {
		return false
	}
	parts := strings.Split(p.Doc.Name, "/")
	base := parts[len(parts)-1]
	for _, name := range names[:min(len(names), most)] {
		if (len(parts) > 1 && strings.TrimSuffix(name, "/") == parts[len(parts)-2]) || !strings.HasSuffix(name, "/") {
			continue
		}
		gate, err := p.Files.In("../"+name, "")
		if err != nil {
			continue
		}
		other, _, err := lint.Shared(gate, base, facts.ParseCompose)
		if err != nil {
			continue
		}
		for _, s := range p.Doc.Services {
			same := other.Service(s.Name)
			if same != nil && !s.HasSource() && !same.HasSource() {
				return true
			}
		}
	}
	return false
}

// loadAdvices has what to do about a reason, the first that fits: parts of what
// compose-go 2.16 says.
var loadAdvices = []struct{ part, advice string }{
	{"invalid interpolation format", "write ${NAME} or ${NAME:-default}, and $$ for a dollar"},
	{"already defined at", "write one << with a list, such as <<: [*a, *b]"},
	{"map merge requires", "write a mapping at the anchor, because << requires one"},
	{"unknown anchor", "define the anchor above, or correct its name"},
	{"Non-string key", "write the name in quotes"},
	{"non-string key", "write the name in quotes"},
	{"invalid ip address", "write an address such as 127.0.0.1 before the ports"},
	{"invalid IP address", "write an address such as 127.0.0.1 before the ports"},
	{"invalid containerPort", "write ports as 8080:80, with an address before them if it is needed"},
	{"invalid hostPort", "write ports as 8080:80, with an address before them if it is needed"},
	{"invalid proto", "write tcp, udp or sctp as the protocol"},
	{"invalid port", "write ports as 8080:80, with an address before them if it is needed"},
	{"port", "write ports as 8080:80, with an address before them if it is needed"},
	{"no such file", "name a file that exists, or add this one"},
	{"not found in", "name a service that the file has"},
	{"cannot extend", "name a service that exists"},
	{"no services section", "name a file that has services"},
	{"too many colons", "write one volume per line, as source:target:mode"},
	{"empty section between colons", "write the volume as source:target"},
	{"invalid empty volume spec", "name the volume, or remove the line"},
	{"invalid spec", "write the volume as source:target, or source:target:mode"},
	{"duration", "write a time as 30s, 1m30s or 2h"},
	{"invalid size", "write a size as 512m or 2g"},
	{"invalid suffix", "write a size as 512m or 2g"},
	{"invalid command line string", "close the quote"},
	{"invalid ssh key", "write it as name=path, or default"},
	{"must declare either", "give it a file or an environment, or external: true"},
	{"one of file", "give it one of them, or external: true"},
	{"EOF found when expecting closing quote", "close the quote"},
	{"invalid boolean", "write true or false"},
	{"ParseFloat", "write a number"},
	{"ParseInt", "write a number"},
	{"ParseBool", "write true or false"},
	{"extra_hosts", "write the host as name=address"},
	{"extra host", "write the host as name=address"},
	{"neither an image nor a build", "give the service an image or a build"},
	{"empty compose file", "add services"},
	{"failed to read", "correct the file: each line is NAME=value or a comment"},
	{"undefined service", "name a service that exists; required: false is only for a service of another profile"},
	{"undefined", "declare it, or correct its name"},
	{"distinct values", "keep one of the two"},
	{"mutually exclusive", "keep one of the two"},
	{"already mounted", "keep one of the two"},
	{"conflicting parameters", "keep \"external: true\" alone, or remove it"},
	{"must be a", "write a value of that type"},
	{"must be", "write a value that Compose accepts"},
	{"device", "write the device as source:target:rwm"},
}

func loadAdvice(reason string) string {
	for _, a := range loadAdvices {
		if strings.Contains(reason, a.part) {
			return a.advice
		}
	}
	return "correct it"
}
