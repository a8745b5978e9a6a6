package rules

import (
	"fmt"
	"slices"
)

// Tool is another linter and all its codes for the files that dockmend reads, by
// its documentation as of November 2026.
type Tool struct {
	Name  string
	Codes []string
	// Without are codes for which there is no rule, each with the reason.
	Without map[string]string
}

// Tools lists the linters whose codes all have a rule here, or a reason why not.
func Tools() []Tool {
	return []Tool{
		{Name: "hadolint", Codes: slices.Concat(numbered("DL%d", 3000, 3067, 3005, 3017, 3031, 3039), []string{"DL1001"}, numbered("DL%d", 4000, 4006, 4002))},
		{
			Name: "BuildKit",
			Codes: []string{
				"ConsistentInstructionCasing", "CopyIgnoredFile", "DuplicateStageName", "ExposeInvalidFormat", "ExposeProtoCasing", "FromAsCasing",
				"FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform", "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended",
				"LegacyKeyValueFormat", "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "RedundantTargetPlatform",
				"ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom", "UndefinedVar", "WorkdirRelativePath",
			},
		},
		{Name: "trivy", Codes: numbered("DS%03d", 1, 31, 3, 18, 28)},
		{Name: "checkov", Codes: slices.Concat(numbered("CKV_DOCKER_%d", 1, 11), numbered("CKV2_DOCKER_%d", 1, 17))},
	}
}

// Coverage says for each of the tool's codes which rules have it as an alias, in
// the order of the codes; a code without any has none.
func (t Tool) Coverage(c *Catalog) [][]string {
	byAlias := map[string][]string{}
	for _, m := range c.Metas() {
		for _, a := range m.Aliases {
			byAlias[a.Name] = append(byAlias[a.Name], m.ID)
		}
	}
	found := make([][]string, len(t.Codes))
	for i, code := range t.Codes {
		found[i] = byAlias[code]
	}
	return found
}

func numbered(format string, from, to int, without ...int) []string {
	var codes []string
	for n := from; n <= to; n++ {
		if !slices.Contains(without, n) {
			codes = append(codes, fmt.Sprintf(format, n))
		}
	}
	return codes
}
