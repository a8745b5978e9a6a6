package suppress

import "strings"

// Names that stand for all that another tool reports.
const (
	everyBuildKit = "buildkit:*"
	everyTrivy    = "trivy:*"
	everyKICS     = "kics:*"
	everyDclint   = dclintPrefix + "*"
)

// dclintPrefix stands before the names of dclint's rules in our aliases.
const dclintPrefix = "dclint:"

// every returns the name that stands for all of the tool that the alias
// belongs to; it is empty where the tool has none.
func every(alias string) string {
	switch {
	case isBuildKit(alias):
		return everyBuildKit
	case isTrivy(alias):
		return everyTrivy
	case strings.HasPrefix(alias, "kics:"):
		return everyKICS
	case strings.HasPrefix(alias, dclintPrefix):
		return everyDclint
	}
	return ""
}

// The dialects share words such as "all" and "security" with ours, so a name
// counts in a tool's dialect only if it has the form of that tool's names.

// isBuildKit reports whether a name looks like that of a BuildKit check:
// "JSONArgsRecommended".
func isBuildKit(s string) bool {
	lower := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			lower = true
		case c < 'A' || c > 'Z':
			return false
		}
	}
	return lower && s[0] >= 'A' && s[0] <= 'Z'
}

func isTrivy(s string) bool {
	digits, ok := strings.CutPrefix(s, "DS")
	return ok && strings.Trim(digits, "0123456789") == ""
}

func isCheckov(s string) bool {
	return strings.HasPrefix(s, "CKV_") || strings.HasPrefix(s, "CKV2_")
}
