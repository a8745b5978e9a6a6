// Package limits has the bounds on what a run reads and does, all in one table.
// They count bytes, instructions or tries, never time, so the same input ends the
// same way on every machine. docs/limits.md is made of the table.
package limits

import (
	"fmt"
	"strings"
)

// Of one file.
const (
	// FileBytes is the size up to which a file is linted.
	FileBytes = 4 << 20
	// Instructions and Stages are those of a Dockerfile.
	Instructions = 5_000
	Stages       = 200
	// ValueBytes is by how much the variables in one word may make it longer.
	ValueBytes = 64 << 10
	// ExpandedBytes bounds all words of a Dockerfile in which variables are
	// expanded, with their values.
	ExpandedBytes = 16 << 20
	// VariableDepth is how deep ${a:-${b:-...}} may be nested.
	VariableDepth = 20
	// YAMLDepth is how many collections may stand inside of one another.
	YAMLDepth = 100
	// YAMLNodes is how many keys, values, mappings and sequences a file may have.
	YAMLNodes = 100_000
	// YAMLExpansion is how many nodes a view that follows aliases and merge keys
	// may visit.
	YAMLExpansion = 200_000
	// Patterns, PatternBytes and AllPatternBytes bound an ignore file.
	Patterns        = 10_000
	PatternBytes    = 4096
	AllPatternBytes = 256 << 10
	// Findings is how many of a file are shown, the most severe ones.
	Findings = 1000
	// CompiledFile is the size up to which a Dockerfile is given to BuildKit's
	// compiler; CompiledBytes bounds all compilations of it together.
	CompiledFile  = 256 << 10
	CompiledBytes = 8 << 20
	// FindingBytes bounds the messages and fixes of a file's findings.
	FindingBytes = 4 << 20
)

// Of a run.
const (
	// RunFindings is how many findings all files together have, in the order of
	// the files; after that each file has its FurtherFindings most severe ones.
	RunFindings     = 50_000
	FurtherFindings = 10
	// PatchRanges is how many changed ranges of a file a patch may have.
	PatchRanges = 10_000
)

// Of ShellCheck, the program.
const (
	// ScriptBytes is the length of a script that is given to it.
	ScriptBytes = 32 << 10
	// ScriptNesting is how deep $(...) and $((...)) may be nested in one: each level
	// doubles the time of ShellCheck 0.9, 8 levels take 0.2 s, 12 take 2 s.
	ScriptNesting = 6
	// ScriptNames is how many variables of ENV and ARG a script is told of.
	ScriptNames = 200
	// ScriptTries is how often a batch in which it fails is divided.
	ScriptTries = 24
	// ScriptSeconds and ScriptData bound one of its processes, where the operating
	// system can: processor time, with a second more for each ten scripts, and
	// bytes of memory. Only Linux can.
	ScriptSeconds = 5
	ScriptData    = 1 << 30
)

// Limit is one row of the table.
type Limit struct {
	// What is bounded, and Most how much of it there may be.
	What string
	Most int
	Unit string
	// Past says what happens beyond, and what reports it.
	Past string
}

// Group is a part of the table.
type Group struct {
	Title string
	Rows  []Limit
}

const (
	notLinted = "the file is not linted; `limit-reached`"
	cut       = "`limit-reached` at the place"
)

// Table has all bounds.
func Table() []Group {
	return []Group{
		{"One file", []Limit{
			{"size of a file", FileBytes, "bytes", notLinted},
			{"instructions of a Dockerfile", Instructions, "", notLinted},
			{"stages of a Dockerfile", Stages, "", notLinted},
			{"by how much variables make one word longer", ValueBytes, "bytes", "the value is unknown to every rule, and fixes have no proof; " + cut},
			{"words with variables, with their values, in a Dockerfile", ExpandedBytes, "bytes", "from there on values are unknown, and fixes have no proof; " + cut},
			{"nesting of `${a:-${b:-...}}`", VariableDepth, "levels", "the value is unknown to every rule, and fixes have no proof; " + cut},
			{"nesting of YAML", YAMLDepth, "levels", "the rest of the file is not linted; " + cut},
			{"keys and values of a YAML file", YAMLNodes, "", "the rest of the file is not linted; " + cut},
			{"keys and values that aliases and merge keys stand for", YAMLExpansion, "", "the rest of the file is not linted; " + cut},
			{"patterns of an ignore file", Patterns, "", "further patterns decide nothing; what they match counts as not ignored"},
			{"one pattern of an ignore file", PatternBytes, "bytes", "the pattern decides nothing; what it matches counts as not ignored"},
			{"all patterns of an ignore file", AllPatternBytes, "bytes", "further patterns decide nothing; what they match counts as not ignored"},
			{"a Dockerfile that BuildKit's compiler is given", CompiledFile, "bytes", "`build-refused` is listed as skipped"},
			{"all that the compiler is given for a Dockerfile, and its values", CompiledBytes, "bytes", "`build-refused` is listed as skipped"},
			{"findings of a file", Findings, "", "the most severe are shown; `limit-reached` counts the others"},
			{"messages and fixes of the findings of a file", FindingBytes, "bytes", "further findings are left out; `limit-reached` counts them"},
		}},
		{"ShellCheck", []Limit{
			{"length of a script", ScriptBytes, "bytes", "the script is not checked; the rule is shown as skipped"},
			{"nesting of `$(...)` and `$((...))`", ScriptNesting, "levels", "the script is not checked; " + cut},
			{"variables of ENV and ARG that a script mentions", ScriptNames, "", "the others count as unset"},
			{"processor time of one process, and one more for each ten scripts in it, on Linux (elsewhere two minutes by the clock)", ScriptSeconds, "seconds", "its scripts are divided and tried again; the one that fails alone is not checked; " + cut},
			{"memory of one process, on Linux", ScriptData, "bytes", "the same"},
			{"processes for a batch of scripts in which ShellCheck fails", ScriptTries, "", "what is left of the batch is not checked; " + cut},
		}},
		{"One run", []Limit{
			{"findings of all files", RunFindings, "", fmt.Sprintf("each further file shows its %d most severe; `limit-reached` in each of them counts the others", FurtherFindings)},
			{"changed ranges of a file in a patch of GitHub's API", PatchRanges, "", "the whole file counts as changed"},
		}},
	}
}

// Markdown is the table as a page has it.
func Markdown() string {
	var b strings.Builder
	for i, g := range Table() {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "### %s\n\n| what | at most | beyond |\n|---|---|---|\n", g.Title)
		for _, l := range g.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", l.What, strings.TrimSpace(Number(l.Most)+" "+l.Unit), l.Past)
		}
	}
	return b.String()
}

// Number writes a number with commas, as "1,000,000".
func Number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
