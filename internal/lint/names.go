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
