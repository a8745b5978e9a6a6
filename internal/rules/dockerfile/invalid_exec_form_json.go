package dockerfile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// InvalidExecFormJson finds argument lists in brackets that are no JSON array.
//
// Docker says nothing and gives the text to a shell, brackets and all: CMD then
// looks for a program named "['npm',". The usual causes are single quotes, a
// comma at the end, curly quotes from a word processor, and a missing bracket.
//
// It is a warning for VOLUME and HEALTHCHECK, with which the image is built and the
// container starts.
//
// Silent for the shell's own bracket command, as in RUN [ -f x ], and for a CMD or
// ENTRYPOINT that a later one overrules.
var InvalidExecFormJson = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-exec-form-json",
		Title:    "A list in brackets that is no JSON array silently becomes shell form",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"command", "other"},
		Aliases: append(
			[]lint.Alias{
				{Name: "DL3025", Variants: []string{"command"}, Severity: lint.Warning},
				{Name: "JSONArgsRecommended", Variants: []string{"command"}},
			},
			lint.Names("kics:not_using_proper_exec_form_in_cmd_and_entrypoint_arguments", "tally/invalid-json-form")...,
		),
	},
	Check: checkInvalidExecFormJson,
}

func checkInvalidExecFormJson(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if !isBrokenArray(in) || !p.Hadolint && isOverruled(p.Doc, in) {
			continue
		}
		body := strings.TrimSpace(p.Doc.Text(in.BodySpan))
		variant := "other"
		severity := lint.SeverityUnset
		switch in.Keyword {
		case "cmd", "entrypoint":
			variant = "command"
		case "volume", "healthcheck":
			severity = lint.Warning // the image is built, and the container starts
		}
		f := lint.Finding{
			Severity: severity,
			Span:     in.BodySpan,
			Variant:  variant,
			Message:  fmt.Sprintf("%s %s is no valid JSON array of strings, so it is read as plain text; use double quotes and no comma at the end", strings.ToUpper(in.Keyword), quoteShort(firstLine(body))),
		}
		if repaired, ok := repairArray(body); ok {
			f.Fixes = []lint.Fix{{
				Title: "repair the JSON array", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Replace(in.BodySpan, repaired)},
			}}
		}
		p.Report(f)
	}
}

// isOverruled tells whether a later CMD or ENTRYPOINT of the stage holds instead.
func isOverruled(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && d.Instructions[in.Index()] == in && (in.Keyword == "cmd" || in.Keyword == "entrypoint") && s.LastOwn(in.Keyword) != in
}

// isBrokenArray tells whether an instruction's text was meant as a JSON array
// and is none.
func isBrokenArray(in *dockerfile.Instruction) bool {
	switch in.Keyword {
	case "run", "cmd", "entrypoint", "shell", "healthcheck", "volume", "copy", "add":
	default:
		return false
	}
	return !in.JSON && len(in.Heredocs) == 0 && (in.NotStrings || looksLikeArray(strings.TrimSpace(in.Body)))
}

// looksLikeArray tells whether a text begins as an array of strings does: no
// shell command begins with a bracket that a quote follows.
func looksLikeArray(body string) bool {
	rest, ok := strings.CutPrefix(body, "[")
	rest = strings.TrimLeft(rest, " \t")
	if !ok || rest == "" {
		return false
	}
	for _, quote := range []string{`"`, "'", "“", "”", "‘", "’"} {
		if after, ok := strings.CutPrefix(rest, quote); ok {
			// [ "$a" = b ] is the shell's.
			return !strings.HasPrefix(body, "[ ") || strings.Contains(after, ",") || !strings.Contains(after, " ]") || !strings.ContainsAny(after, "=-!")
		}
	}
	return false
}

// repairArray mends what only one reading has: quotes of another kind, commas
// too many, a missing bracket at the end.
func repairArray(body string) (repaired string, ok bool) {
	if strings.ContainsAny(body, "\n\r\\") {
		return "", false
	}
	body = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'").Replace(body)
	if strings.IndexByte(body, '"') < 0 {
		body = strings.ReplaceAll(body, "'", `"`)
	}
	if !strings.HasSuffix(body, "]") {
		body += "]"
	}
	inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(body, "["), "]"))
	inner = strings.TrimSpace(strings.TrimRight(inner, ", "))
	var words []string
	if err := json.Unmarshal([]byte("["+inner+"]"), &words); err != nil || len(words) == 0 {
		return "", false
	}
	return jsonArray(words), true
}
