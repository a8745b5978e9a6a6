package rulepage

import (
	"fmt"
	"io/fs"
	"strings"
)

// SafetyFile is the decision whose table says, for each rule that offers fixes, how
// they are applied and why.
const SafetyFile = "docs/adr/0023-what-a-safe-fix-may-be.md"

// FixSafety is a rule's row of that table; the zero value is a rule without fixes.
type FixSafety struct {
	// Applied is "safe", "unsafe", "manual", or several of them joined by " or ".
	Applied string
	// Why is one or more sentences.
	Why string
}

// Safety reads the table, by rule. The error names a row that is there twice or has
// no reason.
func Safety(root fs.FS) (map[string]FixSafety, error) {
	src, err := fs.ReadFile(root, SafetyFile)
	if err != nil {
		return nil, err
	}
	table := map[string]FixSafety{}
	for line := range strings.Lines(string(src)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || !strings.HasPrefix(line, "| `") {
			continue
		}
		id := strings.Trim(cells[0], "| `")
		row := FixSafety{Applied: cells[1], Why: strings.Trim(cells[2], "| \n")}
		if _, twice := table[id]; twice {
			return nil, fmt.Errorf("%s: %s has two rows", SafetyFile, id)
		}
		if row.Why == "" {
			return nil, fmt.Errorf("%s: %s has no reason", SafetyFile, id)
		}
		table[id] = row
	}
	return table, nil
}

// words says who applies the fix, and why.
func (f FixSafety) words() string {
	how := map[string]string{
		"safe":                     "`dockmend fix` applies the fix.",
		"unsafe":                   "`dockmend fix --unsafe` applies the fix; without the flag it is only shown.",
		"manual":                   "The fix is only shown: review it and apply it yourself.",
		"safe or unsafe":           "`dockmend fix` applies the fix if it is safe; otherwise, `dockmend fix --unsafe` does.",
		"safe or manual":           "`dockmend fix` applies the fix if it is safe; otherwise the fix is only shown.",
		"unsafe or manual":         "`dockmend fix --unsafe` applies some of the fixes; the others are only shown.",
		"safe or unsafe or manual": "`dockmend fix` applies the fix if it is safe, and `dockmend fix --unsafe` also applies unsafe ones; some fixes are only shown.",
	}
	if f.Applied == "" {
		return ""
	}
	return how[f.Applied] + " " + f.Why
}
