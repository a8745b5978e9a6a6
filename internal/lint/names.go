package lint

import "strings"

// TrivyName brings "AVD-DS-0002", "DS-0002" and "DS002" to the last form,
// which the aliases have. ok is false for an id of another kind of file.
func TrivyName(id string) (alias string, ok bool) {
	digits, ok := strings.CutPrefix(strings.TrimPrefix(id, "AVD-"), "DS")
	digits = strings.TrimPrefix(digits, "-")
	if !ok || !isNumber(digits) {
		return "", false
	}
	digits = strings.TrimLeft(digits, "0")
	return "DS" + strings.Repeat("0", max(3-len(digits), 0)) + digits, true
}

// NameForms lists the forms of a rule's name in which the rules may have it, the one that
// was written first: without the tool before it ("hadolint/DL3008", "checkov:CKV_DOCKER_2"),
// trivy's ids in their short form, and names of dclint and KICS with the tool, as their
// aliases are.
func NameForms(name string) []string {
	forms := []string{name}
	bare := name
	for _, tool := range []string{"hadolint", "shellcheck", "buildkit", "trivy", "checkov", "dclint", "compose-lint", "kics"} {
		if len(name) > len(tool)+1 && strings.EqualFold(name[:len(tool)], tool) && strings.IndexByte("/:", name[len(tool)]) >= 0 {
			bare = name[len(tool)+1:]
			forms = append(forms, bare)
		}
	}
	if short, ok := TrivyName(strings.ToUpper(bare)); ok {
		forms = append(forms, short)
	}
	return append(forms, "dclint:"+bare, "kics:"+bare)
}

// IsShellCheck reports whether a name is a code of ShellCheck: "SC2086".
func IsShellCheck(s string) bool { return len(s) == 6 && s[:2] == "SC" && isNumber(s[2:]) }

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
