// Package config reads what a repository says about the linter: its own file,
// hadolint's where there is none, and the flags that beat both. It turns them
// into the set of rules that run on a path (docs/contract.md section 3).
package config

import (
	"github.com/dockmend/dockmend/internal/lint"
)

// Config is what a configuration file says. The zero value is that of a
// repository without one.
type Config struct {
	// File is the path that the configuration came from, for messages; it is
	// empty if there is none.
	File string
	// Extends is the path of a configuration that this one adds to; empty for none.
	Extends string
	// Presets as they were written; nil stands for "recommended", an empty
	// list for no preset at all.
	Presets []string
	// FailOn is a severity's name, "never", or empty where nothing was said.
	FailOn string
	// Exclude has patterns of paths that are not linted: doublestar's syntax,
	// relative to the root, with slashes. A pattern covers all below what it
	// matches, and one without a slash matches at the root only.
	Exclude []string
	// Rules is keyed by the id of the rule; aliases were resolved.
	Rules map[string]RuleSetting
	// Overrides apply in their order to the paths that they name.
	Overrides  []Override
	Registries Registries
	Labels     Labels
	Fix        Fix
	Pin        Pin
	// PullRequest is for the pull request with fixes.
	PullRequest PullRequest
	// Templates is "lint", "skip", or empty for the same as "skip".
	Templates string
	// Baseline is the path, from the root, of a file with findings that are not reported;
	// empty for none.
	Baseline string
	// AsOf is the day as of which the run looks at what ends on a day, as
	// "2006-01-02"; empty where nothing was said.
	AsOf string
	// Preview switches on rules that are not stable yet, where a preset has them.
	Preview bool
	// DisableHadolintIgnores is hadolint's disable-ignore-pragma: its ignore
	// comments count for nothing. Only its own file sets it.
	DisableHadolintIgnores bool
}

// RuleSetting is what a configuration says about one rule.
type RuleSetting struct {
	// Levels apply in order; what names fewer variants comes later.
	Levels []Level
	// Options has the values that were set, by the option's name.
	Options map[string]lint.OptionValue
}

// Level switches a rule, or some of its variants, off or to a severity, which
// also switches it on.
type Level struct {
	// Variants that it is about; none means all.
	Variants []string
	Off      bool
	Severity lint.Severity
	// ByID is set where the rule's own name was written, not an alias.
	ByID bool
	// Group is the category that was written, or all; empty for a rule. Its severity is for
	// the rules that run anyway: a category has rules that few want.
	Group string
}

// Override is what differs for some paths.
type Override struct {
	// Paths are patterns like those of Config.Exclude.
	Paths []string
	Rules map[string]RuleSetting
}

// Registries is a policy for findings; it allows no connection.
type Registries struct {
	// Trusted is empty when every registry is trusted.
	Trusted []string
}

// Labels says which labels an image should have.
type Labels struct {
	// Required maps a label's key to the format of its value, one of LabelFormats.
	Required map[string]string
	// Strict makes every other label a finding.
	Strict bool
}

// Fix says which fixes may be applied.
type Fix struct {
	// Unsafe lets unsafe fixes be applied too.
	Unsafe bool
	// Exclude has patterns of paths, like Config.Exclude, whose findings are
	// shown and never fixed.
	Exclude []string
}

// Pin says how base images are pinned.
type Pin struct {
	// Mode is "off", "digest", "version", "version+digest", or empty for "off".
	Mode string
	// Refresh lets a digest be replaced by that of a newer image.
	Refresh bool
	// CooldownDays is the age in days that an image must have to be pinned.
	CooldownDays int
	// CooldownExcept are the repositories whose images need no age.
	CooldownExcept []string
}

func (p Pin) settings() lint.Pin {
	return lint.Pin{
		Digest: p.Mode == "digest" || p.Mode == "version+digest", Version: p.Mode == "version" || p.Mode == "version+digest",
		Refresh: p.Refresh,
	}
}

// PullRequest says what the pull request with fixes looks like.
type PullRequest struct {
	// Branch is empty for "dockmend-fixes".
	Branch string
	// Base is empty for the repository's default branch.
	Base string
	// Labels is nil for "dependencies".
	Labels    []string
	Assignees []string
	Reviewers []string
	Draft     bool
}

// Names are the paths of a configuration, relative to the repository's root;
// the first that exists counts.
func Names() []string { return []string{".dockmend.yaml", ".dockmend.yml", ".github/dockmend.yaml"} }

// HadolintNames are the paths of hadolint's configuration, which counts where there is
// none of ours; the first that is one counts. hadolint itself reads the first two; the
// others are where people and super-linter, MegaLinter and trunk keep it.
func HadolintNames() []string {
	return append([]string{".hadolint.yaml", ".hadolint.yml"}, RareNames()...)
}

// RareNames are those of HadolintNames that hadolint does not read by itself.
func RareNames() []string {
	return []string{
		"hadolint.yaml", "hadolint.yml",
		".config/hadolint.yaml", ".config/hadolint.yml", ".config/.hadolint.yaml", ".config/.hadolint.yml",
		".github/linters/.hadolint.yaml", ".github/linters/.hadolint.yml",
		".github/hadolint.yaml", ".github/hadolint.yml", ".github/.hadolint.yaml", ".github/.hadolint.yml",
		".trunk/configs/.hadolint.yaml",
	}
}

// FileNames are the names, without a folder, that a configuration of either kind has.
func FileNames() []string {
	return []string{".dockmend.yaml", ".dockmend.yml", "dockmend.yaml", ".hadolint.yaml", ".hadolint.yml", "hadolint.yaml", "hadolint.yml"}
}

// LabelFormats are the formats that a required label's value can have.
func LabelFormats() []string {
	return []string{"text", "url", "semver", "email", "rfc3339", "spdx", "hash"}
}

// Parse reads a configuration of ours. The error lists all that is wrong, a
// line each, as `name:line:col: unknown key "rulez" (did you mean "rules"?)`;
// lines and columns are 1-based, columns count bytes.
//
// What the configuration extends is not read; ParseChain does.
func Parse(name string, src []byte, metas []*lint.Meta) (*Config, error) {
	return ParseChain([]File{{name, src}}, metas)
}
