package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SyntaxVersionTooOld reports `# syntax` lines with a version that is older than a feature
// that the file uses.
//
// # Why it matters
//
// The selected frontend does not know the feature. The build fails with a syntax error, or
// reads the text as something else: a here-document becomes a list of instructions.
//
// # How to fix it
//
// Select the newest stable frontend of version 1:
//
//	# syntax=docker/dockerfile:1
//
// # Exceptions
//
// It does not report:
//
//   - the tag 1
//   - labs and experimental channels, whose features have other versions
//   - digests, and frontends of other publishers
var SyntaxVersionTooOld = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-version-too-old",
		Title:    "Syntax directive selects a frontend that is too old for the file",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkSyntaxVersionTooOld,
}

func checkSyntaxVersionTooOld(p *facts.Pass[*facts.Dockerfile]) {
	d, ok := p.Doc.Directive("syntax")
	if !ok || d.Problem != "" {
		return
	}
	image := facts.ParseImage(d.Value)
	minor, ok := stableMinor(image.Tag)
	if !ok || image.Digest != "" || !isDockerFrontend(image) {
		return
	}
	var newest feature
	for _, in := range p.Doc.Instructions {
		for ; in != nil; in = in.Inner {
			if f := newestFeature(in); f.minor > newest.minor {
				newest = f
			}
		}
	}
	if newest.minor <= minor {
		return
	}
	f := lint.Finding{
		Span:    d.ValueSpan,
		Message: fmt.Sprintf("%s does not support %s (version 1.%d or later does); use docker/dockerfile:1", quoteShort(d.Value), newest.what, newest.minor),
		Related: []lint.Related{{Span: newest.at, Message: "the feature is used here"}},
	}
	if p.Doc.Text(d.ValueSpan) == d.Value {
		stable := strings.TrimSuffix(d.Value, image.Tag) + "1"
		f.Fixes = []lint.Fix{{
			Title: "use " + stable, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
			Edits: []lint.FileEdit{lint.Replace(d.ValueSpan, stable)},
		}}
	}
	p.Report(f)
}

// stableMinor returns the second number of a tag such as "1.4" or "1.4.3"; ok is false
// for every other tag.
func stableMinor(tag string) (minor int, ok bool) {
	rest, ok := strings.CutPrefix(tag, "1.")
	if !ok {
		return 0, false
	}
	number, patch, _ := strings.Cut(rest, ".")
	minor, err := strconv.Atoi(number)
	return minor, err == nil && strings.Trim(patch, "0123456789") == ""
}

// feature is something that stable frontends support since 1.minor.
type feature struct {
	minor int
	what  string
	at    text.Span
}

// newestFeature returns the newest feature of an instruction (the Dockerfile reference's
// tables of options and its sections on here-documents and ONBUILD).
func newestFeature(in *dockerfile.Instruction) feature {
	var newest feature
	use := func(minor int, what string, at text.Span) {
		if minor > newest.minor {
			newest = feature{minor, what, at}
		}
	}
	if len(in.Heredocs) > 0 {
		use(4, "here-documents", in.Head)
	}
	switch in.Keyword {
	case "env", "arg", "label", "copy", "add", "workdir", "user", "from":
		if at := strings.Index(in.Args, "${"); at >= 0 && cutsVariable(in.Args[at:]) {
			use(7, "a variable with a pattern, such as ${name#pattern}", in.ArgsSpan)
		}
	}
	for _, f := range in.Flags {
		if in.Keyword == "run" && f.Name == "mount" && strings.Contains(f.Value, "type=secret") && strings.Contains(f.Value, ",env=") {
			use(10, "a secret as an environment variable", f.Span)
		}
		minor := 0
		switch in.Keyword + " " + f.Name {
		case "run mount":
			minor = 2
		case "run network":
			minor = 3
		case "run security":
			minor = 20
		case "run device":
			minor = 27
		case "copy chmod", "add chmod":
			minor = 2
			if isSymbolicMode(f.Value) {
				use(14, "a symbolic --chmod", f.Span)
				continue
			}
		case "copy link", "add link":
			minor = 4
		case "add checksum":
			minor = 6
		case "add unpack":
			minor = 17
		case "copy exclude", "add exclude":
			minor = 19
		case "copy parents":
			minor = 20
		case "healthcheck start-interval":
			minor = 6
		}
		use(minor, strings.ToUpper(in.Keyword)+" --"+f.Name, f.Span)
	}
	return newest
}

// cutsVariable reports whether a variable of a text has a pattern that is cut off or
// replaced: "${x#y}", "${x%y}", "${x/y/z}".
func cutsVariable(s string) bool {
	for rest := range strings.SplitSeq(s, "${") {
		name := strings.TrimLeft(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")
		if len(name) < len(rest) && name != "" && strings.IndexByte("#%/", name[0]) >= 0 {
			return true
		}
	}
	return false
}

// isSymbolicMode reports whether a mode has letters, such as "u+x"; variables do not count.
func isSymbolicMode(mode string) bool {
	return mode != "" && !strings.ContainsAny(mode, "$\"'") && strings.Trim(mode, "01234567") != ""
}
