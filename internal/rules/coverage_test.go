package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// covered are the codes of other tools that a rule must name, each tool with its
// own numbering (facts: the tools' documentation as of November 2026).
func covered() map[string][]string {
	codes := map[string][]string{
		"BuildKit": {
			"ConsistentInstructionCasing", "CopyIgnoredFile", "DuplicateStageName", "ExposeInvalidFormat", "ExposeProtoCasing", "FromAsCasing",
			"FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform", "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended",
			"LegacyKeyValueFormat", "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "RedundantTargetPlatform",
			"ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom", "UndefinedVar", "WorkdirRelativePath",
		},
		"hadolint": {"DL1001", "DL4000", "DL4001", "DL4003", "DL4004", "DL4005", "DL4006"},
	}
	numbers := func(tool, format string, from, to int, without ...int) {
		for n := from; n <= to; n++ {
			if !slices.Contains(without, n) {
				codes[tool] = append(codes[tool], fmt.Sprintf(format, n))
			}
		}
	}
	numbers("hadolint", "DL30%02d", 0, 67, 5, 17, 31, 39)
	numbers("trivy", "DS%03d", 1, 31, 3, 18, 28)
	numbers("checkov", "CKV_DOCKER_%d", 1, 11)
	numbers("checkov", "CKV2_DOCKER_%d", 1, 17)
	return codes
}

// elsewhere are codes without a rule, each with the reason.
var elsewhere = map[string]string{
	"InvalidBaseImagePlatform": "needs the registry, which no rule asks yet",
}

// TestStyleIsOffByDefault: what is only a matter of taste is said to those who
// ask for it (docs/noise.md).
func TestStyleIsOffByDefault(t *testing.T) {
	for _, m := range rules.All().Metas() {
		if m.Default && m.Severity == lint.Style {
			t.Errorf("%s is on by default and of severity style", m.ID)
		}
	}
}

func TestCoverage(t *testing.T) {
	var ours []string
	for _, m := range rules.All().Metas() {
		for _, a := range m.Aliases {
			ours = append(ours, a.Name)
		}
	}
	for tool, codes := range covered() {
		missing := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return slices.Contains(ours, c) || elsewhere[c] != "" })
		if len(missing) > 0 {
			t.Errorf("%s: no rule for %s", tool, strings.Join(missing, ", "))
		}
		n := 0
		for _, c := range codes {
			if elsewhere[c] != "" {
				n++
				t.Logf("%s: no rule for %s: %s", tool, c, elsewhere[c])
			}
		}
		t.Logf("%s: %d of %d codes have a rule", tool, len(codes)-len(missing)-n, len(codes))
	}
}
