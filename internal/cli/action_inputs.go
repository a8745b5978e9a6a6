package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/resolve"
)

// actionInputs are the inputs of action.yml (docs/contract.md section 4).
type actionInputs struct {
	lintFlags
	paths                []string
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
func readInputs(gh *githubactions.Action, event *forge.Event) (*actionInputs, error) {
	in := &actionInputs{token: gh.GetInput("github-token"), sarifFile: gh.GetInput("sarif-file")}
	in.jobs, in.shellcheck, in.fromRoot = runtime.GOMAXPROCS(0), "auto", true
	in.config, in.baseline = gh.GetInput("config"), gh.GetInput("baseline")
	in.rules.Presets, in.rules.Select, in.rules.Ignore = words(gh.GetInput("preset")), words(gh.GetInput("select")), words(gh.GetInput("ignore"))
	in.rules.FailOn = gh.GetInput("fail-on")
	if !event.Gate() || event.Run != nil { // the run before has judged
		in.rules.DefaultFailOn = "never"
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
		slips = append(slips, fmt.Errorf("input %s: %q is neither true nor false", name, value))
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
		slips = append(slips, fmt.Errorf("input fix-pr: %q is none of off, safe and unsafe", in.fixPR))
	}
	in.fixInPull = strings.ToLower(gh.GetInput("fix-in-pull-request"))
	switch in.fixInPull {
	case "":
		in.fixInPull = "off"
	case "off":
	case "commit", "pull-request":
		if in.fixPR == "off" {
			slips = append(slips, errors.New("input fix-in-pull-request: fix-pr says which fixes it may be, safe or unsafe, and is off"))
		}
	default:
		slips = append(slips, fmt.Errorf("input fix-in-pull-request: %q is none of off, commit and pull-request", in.fixInPull))
	}
	stays := event.Name == "schedule" || event.Name == "workflow_dispatch"
	switch value := strings.ToLower(gh.GetInput("audit")); value {
	case "":
		in.audit = stays
	case "off":
	case "repo":
		in.audit = !event.Gate() && !event.Remote()
	default:
		slips = append(slips, fmt.Errorf("input audit: %q is neither repo nor off", value))
	}
	// A merge group is not named: it should not wait for registries.
	in.online = choose("online", stays || event.Name == "push" || event.Name == "pull_request" && !event.Fork)
	in.lenient = !strings.EqualFold(gh.GetInput("online"), "true")
	in.online = in.online && !event.Remote() // these files may be a stranger's
	in.readRegistries(words(gh.GetInput("online-registries")))
	for line := range strings.Lines(gh.GetInput("path")) {
		if line = strings.TrimSpace(line); line != "" {
			in.paths = append(in.paths, line)
		}
	}
	for _, name := range append([]string{in.config, in.baseline, in.sarifFile}, in.paths...) {
		if name != "" && !filepath.IsLocal(name) {
			slips = append(slips, fmt.Errorf("%q is no path inside the workspace", name))
		}
	}
	in.category = gh.GetInput("category")
	if in.category == "" {
		in.category = "dockmend"
		if where := strings.Join(in.paths, ","); where != "" && where != "." {
			in.category += "/" + strings.TrimPrefix(where, "./")
		}
	}
	in.category = strings.Trim(in.category, "/")
	if slices.Equal(in.paths, []string{"."}) {
		in.paths = nil // nobody named it
	}
	return in, errors.Join(slips...)
}

// readRegistries takes the hosts that may be asked, in the place of the usual ones.
// One that is not among these was named by a person, and may be a private one.
func (in *actionInputs) readRegistries(hosts []string) {
	if len(hosts) == 0 {
		return
	}
	in.onlyRegistries = []string{}
	for _, host := range hosts {
		if slices.Contains(resolve.Registries(), host) {
			in.onlyRegistries = append(in.onlyRegistries, host)
		} else {
			in.onlineRegistries = append(in.onlineRegistries, host)
		}
	}
}

// words splits a list at commas and line ends.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' || r == ' ' })
}
