package lint

import (
	"fmt"
	"strings"
)

// Severity says how bad a finding is. The zero value means "as the rule says".
type Severity uint8

// The severities, least first, so that they can be compared.
const (
	SeverityUnset Severity = iota
	Style
	Info
	Warning
	Error
)

var severityNames = [...]string{"", "style", "info", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// MarshalText writes the name that configuration and reports use.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name that reports use.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeverity(string(text))
	return err
}

// SeverityNames lists the names, worst first.
func SeverityNames() []string { return []string{"error", "warning", "info", "style"} }

// ParseSeverity reads a severity's name.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if i > 0 && n == name {
			return Severity(i), nil
		}
	}
	return SeverityUnset, fmt.Errorf("unknown severity %q, want one of %s", name, strings.Join(SeverityNames(), ", "))
}

// Confidence says how sure a rule is that what it reports is a defect.
type Confidence uint8

// The confidences. The zero value is High: a rule that is less sure says so.
const (
	High Confidence = iota
	Medium
	Low
)

var confidenceNames = [...]string{"high", "medium", "low"}

func (c Confidence) String() string { return confidenceNames[c] }

// MarshalText writes the name that reports use.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Category groups rules by what goes wrong when they are broken.
type Category string

// The categories of the catalogue.
const (
	Correctness     Category = "correctness"
	Security        Category = "security"
	Runtime         Category = "runtime"
	StyleIssue      Category = "style"
	Reproducibility Category = "reproducibility"
	Size            Category = "size"
	Python          Category = "python"
	Speed           Category = "speed"
	Deprecated      Category = "deprecated"
)

// Categories lists all categories in the order in which documents show them.
func Categories() []Category {
	return []Category{Correctness, Security, Runtime, Reproducibility, Speed, Size, Python, Deprecated, StyleIssue}
}

// Status is a rule's place in its life (docs/contract.md section 7).
type Status uint8

// A new rule, or a widened one, is Preview (off unless asked for) until the
// next major release makes it Stable.
const (
	Stable Status = iota
	Preview
	Retired
)

var statusNames = [...]string{"stable", "preview", "retired"}

func (s Status) String() string { return statusNames[s] }

// MarshalText writes the name that reports use.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
