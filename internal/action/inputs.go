package action

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/job"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/run"
)

// inputs are those of action.yml (docs/contract.md section 4).
type inputs struct {
	// options are those of the run that the inputs ask for.
	options              run.Options
	paths                []string
	baseline             string
	onlyChanged          bool
	category             string
	annotations, summary bool
	review               bool
	uploadSARIF          bool
	sarifFile            string
	token                string
	// fixPR is "off", "safe" or "unsafe".
	fixPR string
	// fixInPull is "off", "commit" or "pull-request".
	fixInPull string
	audit     bool
	// policy is "owner/name@COMMIT", empty for none.
	policy string
}

// inputSpelling returns getenv with a second spelling for inputs. A docker action gets
// INPUT_FAIL-ON from the runner; a composite action sets INPUT_FAIL_ON by itself, since
// a shell may drop a variable with a dash in its name.
func inputSpelling(getenv func(string) string) func(string) string {
	return func(name string) string {
		if value := getenv(name); value != "" || !strings.HasPrefix(name, "INPUT_") {
			return value
		}
		return getenv(strings.ReplaceAll(name, "-", "_"))
	}
}

// readInputs reads and checks all inputs; the error lists every slip, a line each.
func readInputs(gh *githubactions.Action, event *forge.Event) (*inputs, error) {
	in := &inputs{token: gh.GetInput("github-token"), sarifFile: gh.GetInput("sarif-file")}
	in.baseline = gh.GetInput("baseline")
	o := &in.options
	*o = run.Defaults()
	o.FromRoot, o.Config, o.RegistryToken = true, gh.GetInput("config"), in.token
	o.Baselined = true // the step reads the base's
	o.Rules.Presets, o.Rules.Select, o.Rules.Ignore = words(gh.GetInput("preset")), words(gh.GetInput("select")), words(gh.GetInput("ignore"))
	o.Rules.FailOn = gh.GetInput("fail-on")
	if !event.Gate() || event.Run != nil { // the run before has judged
		o.Rules.DefaultFailOn = "never"
	}

	var slips []error
	choose := func(name string, byDefault bool) bool {
		value := gh.GetInput(name)
		switch strings.ToLower(value) {
		case "", "auto":
			return byDefault
		case "true":
			return true
		case "false":
			return false
		}
		slips = append(slips, fmt.Errorf("input %s: %q must be true or false", name, value))
		return byDefault
	}
	in.onlyChanged = choose("only-changed", event.Gate() || event.Run != nil)
	in.review = choose("review", true)
	in.uploadSARIF = choose("upload-sarif", true)
	in.annotations = choose("annotations", true)
	in.summary = choose("summary", true)
	in.fixPR = strings.ToLower(gh.GetInput("fix-pr"))
	switch in.fixPR {
	case "":
		in.fixPR = "off"
	case "off", "safe", "unsafe":
	default:
		slips = append(slips, fmt.Errorf("input fix-pr: %q must be off, safe or unsafe", in.fixPR))
	}
	in.fixInPull = strings.ToLower(gh.GetInput("fix-in-pull-request"))
	switch in.fixInPull {
	case "":
		in.fixInPull = "off"
	case "off":
	case "commit", "pull-request":
		if in.fixPR == "off" {
			slips = append(slips, errors.New("input fix-in-pull-request needs the input fix-pr, safe or unsafe, which says which fixes are applied"))
		}
	default:
		slips = append(slips, fmt.Errorf("input fix-in-pull-request: %q must be off, commit or pull-request", in.fixInPull))
	}
	stays := event.Name == "schedule" || event.Name == "workflow_dispatch"
	switch value := strings.ToLower(gh.GetInput("audit")); value {
	case "":
		in.audit = stays
	case "off":
	case "repo":
		in.audit = !event.Gate() && !event.Remote()
	default:
		slips = append(slips, fmt.Errorf("input audit: %q must be repo or off", value))
	}
	// A merge group is not named: it should not wait for registries.
	o.Online = choose("online", stays || event.Name == "push" || (event.Name == "pull_request" && !event.Fork))
	o.Lenient = !strings.EqualFold(gh.GetInput("online"), "true")
	o.Online = o.Online && !event.Remote() // these files may be a stranger's
	readRegistries(o, words(gh.GetInput("online-registries")))
	for line := range strings.Lines(gh.GetInput("path")) {
		if line = strings.TrimSpace(line); line != "" {
			in.paths = append(in.paths, line)
		}
	}
	for _, name := range append([]string{o.Config, in.baseline, in.sarifFile}, in.paths...) {
		if name != "" && !filepath.IsLocal(name) {
			slips = append(slips, fmt.Errorf("%q is not a path inside the workspace", name))
		}
	}
	if in.policy = gh.GetInput("policy"); in.policy != "" {
		if _, _, _, ok := run.RemotePolicy(in.policy); !ok { // a change could edit a file of its own
			slips = append(slips, fmt.Errorf("input policy: %q: want owner/name@COMMIT, with the whole hash of the commit", in.policy))
		}
	}
	in.category = gh.GetInput("category")
	if in.category == "" {
		in.category = job.Category(in.paths)
	}
	in.category = strings.Trim(in.category, "/")
	if slices.Equal(in.paths, []string{"."}) {
		in.paths = nil // the input was not set
	}
	return in, errors.Join(slips...)
}

// readRegistries takes the hosts that may be asked, in the place of the usual ones.
// One that is not among these was named by a person, and may be a private one.
func readRegistries(o *run.Options, hosts []string) {
	if len(hosts) == 0 {
		return
	}
	o.OnlyRegistries = []string{}
	for _, host := range hosts {
		if slices.Contains(resolve.Registries(), host) {
			o.OnlyRegistries = append(o.OnlyRegistries, host)
		} else {
			o.NamedRegistries = append(o.NamedRegistries, host)
		}
	}
}

// words splits a list at commas and line ends.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' || r == ' ' })
}
