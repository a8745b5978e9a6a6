// Package lint holds what a rule is and what it says: the contract between
// rules, the engine that runs them and the reports that show what they found.
package lint

import (
	"cmp"
	"slices"
	"strings"
)

// Meta describes a rule; it is the part that does not depend on what the rule
// reads. It is a value and is never changed after it was declared.
type Meta struct {
	// ID is kebab-case and names the bad pattern, so that it reads well after
	// the word "allow". It is never used again for another rule.
	ID string
	// Target is the kind of file that the rule reads. The list of all rules sets
	// it by the slice in which the rule stands; no rule sets it itself.
	Target Target
	// Title says in one sentence what is wrong, for lists and documents.
	Title    string
	Category Category
	// Severity of the rule's findings, unless a finding or the config sets one.
	Severity   Severity
	Confidence Confidence
	// Default reports whether the preset "recommended" has the rule.
	Default bool
	Status  Status
	// Since is the release that brought the rule, as "0.1.0".
	Since string
	// Presets names further presets with this rule: "cloud-native", "hardening".
	// "hadolint" follows from the aliases, "strict" has every rule.
	Presets []string
	// Variants names the kinds of finding that the rule tells apart, if any.
	Variants []string
	// OptIn are those of the variants that the preset "recommended" leaves out.
	OptIn   []string
	Aliases []Alias
	Options []Option
	Needs   Needs
	// Refusal says whether the findings are reasons why the document is refused.
	Refusal Refuses
	// Requires names settings without which the rule has nothing to check, as
	// "registries.trusted"; such rules are no part of "strict".
	Requires []string
}

// Refuses says whether a rule's findings are reasons why the program that reads a
// document, as BuildKit or Compose, refuses it.
type Refuses uint8

const (
	// RefusesNothing is any other rule.
	RefusesNothing Refuses = iota
	// RefusesNamed is a rule that knows such a reason, and says it best.
	RefusesNamed
	// RefusesAny is a rule that reports whatever the program says. It is not
	// reported where a rule with a reason of its own speaks of the same place.
	RefusesAny
)

// Alias is a name of this rule, or of some of its variants, in another tool.
type Alias struct {
	Name string
	// Variants that the other tool covers; none means all.
	Variants []string
	// Severity that hadolint gives its rule; only for DL codes.
	Severity Severity
	// OffByDefault is set for a hadolint rule that hadolint ships disabled.
	OffByDefault bool
}

// Needs says what a rule reads in addition to the document. It follows from what the rule
// asks for in its cases: a test holds that.
type Needs uint8

// What a rule may need; the values add up.
const (
	NeedsNothing Needs = 0
	NeedsContext Needs = 1 << iota
	NeedsRegistry
	NeedsSettings
)

func (n Needs) String() string {
	var names []string
	for _, x := range []struct {
		bit  Needs
		name string
	}{{NeedsContext, "context files"}, {NeedsRegistry, "registry"}, {NeedsSettings, "configuration"}} {
		if n&x.bit != 0 {
			names = append(names, x.name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// AnyShellCheck is the alias of the rule whose variants are ShellCheck's codes.
const AnyShellCheck = "SCxxxx"

// Names makes aliases that cover all variants of a rule.
func Names(names ...string) []Alias {
	aliases := make([]Alias, len(names))
	for i, n := range names {
		aliases[i] = Alias{Name: n}
	}
	return aliases
}

// Covers reports whether the alias stands for findings of this variant.
func (a Alias) Covers(variant string) bool {
	return len(a.Variants) == 0 || slices.Contains(a.Variants, variant)
}

// IsHadolint reports whether the name is one of hadolint's codes.
func (a Alias) IsHadolint() bool {
	return (strings.HasPrefix(a.Name, "DL") && len(a.Name) == 6) || (strings.HasPrefix(a.Name, "SC") && len(a.Name) == 6)
}

// AliasNames lists the aliases that a finding of this variant carries.
func (m *Meta) AliasNames(variant string) []string {
	var names []string
	for _, a := range m.Aliases {
		switch {
		case !a.Covers(variant):
		case a.Name == AnyShellCheck:
			names = append(names, cmp.Or(variant, a.Name)) // the variant is the code
		default:
			names = append(names, a.Name)
		}
	}
	return names
}

// Hadolint returns the hadolint code of this variant; ok is false if there is none.
func (m *Meta) Hadolint(variant string) (alias Alias, ok bool) {
	for _, a := range m.Aliases {
		if a.IsHadolint() && a.Covers(variant) {
			if a.Name == AnyShellCheck {
				a.Name = cmp.Or(variant, a.Name)
			}
			return a, true
		}
	}
	return Alias{}, false
}

// HasHadolint reports whether any variant has a hadolint code.
func (m *Meta) HasHadolint() bool {
	return slices.ContainsFunc(m.Aliases, Alias.IsHadolint)
}

// Homepage is the address of this project.
const Homepage = "https://github.com/dockmend/dockmend"

// Site is where the documentation is published (.github/workflows/site.yaml),
// with a slash at its end.
const Site = "https://dockmend.github.io/dockmend/"

// HelpURI is the address of the rule's page. It stays as long as the id does.
func (m *Meta) HelpURI() string {
	return Site + "rules/" + m.ID + "/"
}

// Rule is a check of one kind of document. It is a pure function of what the
// Pass gives it: it opens no file, asks no network and keeps no state.
type Rule[D, P any] struct {
	Meta
	Check func(*Pass[D, P])
}

// Tool names the tool that the alias belongs to, by the form of the name.
func (a Alias) Tool() string {
	for _, t := range []struct{ prefix, tool string }{
		{"DL", "hadolint"}, {"SC", "hadolint (ShellCheck)"}, {"CKV", "checkov"}, {"DS", "trivy"}, {"kics:", "KICS"}, {"tally/", "tally"},
		{"dclint:", "dclint"}, {"CL-", "compose-lint"}, {"compose-go:", "compose-go"}, {"KSV-", "trivy"}, {"zizmor:", "zizmor"}, {"kube-linter:", "kube-linter"},
		{"semgrep:", "semgrep"}, {"DF", "dockerfile-roast"}, {"CIS-", "CIS Docker Benchmark"}, {"DKL-", "Dockle"}, {"OWASP-", "OWASP"}, {"docs:", "Docker's manual"}, {"12factor:", "twelve-factor"},
	} {
		if strings.HasPrefix(a.Name, t.prefix) {
			return t.tool
		}
	}
	return "BuildKit"
}
