package depcheck

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// An action's description, as far as both of ours share it.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Steps []struct {
			ID  string
			Env map[string]string
		}
	}
}

func readAction(t *testing.T, name string) (a action) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(src, &a); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return a
}

// The action without docker has all inputs and outputs of the other, says the same of
// them, and passes each on.
func TestSetupAction(t *testing.T) {
	docker, setup := readAction(t, "../../action.yml"), readAction(t, "../../setup/action.yml")
	last := setup.Runs.Steps[len(setup.Runs.Steps)-1]
	for name, input := range docker.Inputs {
		if diff := cmp.Diff(input, setup.Inputs[name]); diff != "" {
			t.Errorf("input %s (-action.yml +setup/action.yml):\n%s", name, diff)
		}
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if got, want := last.Env[variable], "${{ inputs."+name+" }}"; got != want {
			t.Errorf("the step passes %q as %s, want %q", got, variable, want)
		}
	}
	own := slices.DeleteFunc(slices.Sorted(maps.Keys(setup.Inputs)), func(name string) bool {
		_, both := docker.Inputs[name]
		return both
	})
	if diff := cmp.Diff([]string{"attestation", "download-url", "version"}, own); diff != "" {
		t.Errorf("inputs of setup/action.yml alone (-want +got):\n%s", diff)
	}
	for name, output := range docker.Outputs {
		got := setup.Outputs[name]
		if got.Description != output.Description || got.Value != "${{ steps."+last.ID+".outputs."+name+" }}" {
			t.Errorf("output %s is %+v", name, got)
		}
	}
}

// What tools/release/stamp.sh looks for stands in the files, once each.
func TestStampedPlaces(t *testing.T) {
	script, err := os.ReadFile("../../tools/release/stamp.sh")
	if err != nil {
		t.Fatal(err)
	}
	places := regexp.MustCompile(`(?m)^replace (\S+) ("[^"]*"|'[^']*') `).FindAllStringSubmatch(string(script), -1)
	if len(places) != 5 {
		t.Fatalf("%d places, want 5", len(places))
	}
	for _, m := range places {
		src, err := os.ReadFile("../../" + m[1])
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(src), m[2][1:len(m[2])-1]); n != 1 {
			t.Errorf("%s has %s %d times, want once", m[1], m[2], n)
		}
	}
}
