package action

import "fmt"

// otherInputs are those of hadolint-action, with what to write here. GitHub hands a step
// also inputs that action.yml does not have, so a workflow whose "uses" alone was changed
// would silently lose them.
func otherInputs(input func(string) string) (notes []string) {
	for _, x := range [][2]string{
		{"dockerfile", "write path"},
		{"recursive", "folders are searched anyway"},
		{"output-file", "write sarif-file, or use the output report-file"},
		{"format", "annotations, summary and sarif-file are the reports here"},
		{"no-color", "it has no effect here"},
		{"verbose", "it has no effect here"},
		{"no-fail", "write fail-on: never"},
		{"failure-threshold", "write fail-on"},
		{"override-error", "write the rules with their severity under rules: in .dockmend.yaml"},
		{"override-warning", "write the rules with their severity under rules: in .dockmend.yaml"},
		{"override-info", "write the rules with their severity under rules: in .dockmend.yaml"},
		{"override-style", "write the rules with their severity under rules: in .dockmend.yaml"},
		{"trusted-registries", "write registries: {trusted: [...]} in .dockmend.yaml"},
	} {
		if input(x[0]) != "" {
			notes = append(notes, fmt.Sprintf("input %s of hadolint-action is not read: %s", x[0], x[1]))
		}
	}
	return notes
}
