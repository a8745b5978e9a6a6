package dockerfile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// InvalidExecFormJson reports `RUN`, `CMD`, `ENTRYPOINT`, `SHELL`, `HEALTHCHECK`,
// `VOLUME`, `COPY` and `ADD` with a list in brackets that is not a valid JSON array of
// strings. The severity is warning for `VOLUME` and `HEALTHCHECK`, because the image can
// still be built and the container starts.
//
// # Why it matters
//
// Docker prints no error and uses the text unchanged, with the brackets. For `CMD ['npm',
// 'start']`, a shell looks for a program with the name `[npm,`, and the container does
// not start. Common reasons are single quotes, a comma at the end, curly quotes from a
// word processor, and a missing bracket.
//
// # How to fix it
//
// Use double quotes, and no comma at the end:
//
//	CMD ["npm", "start"]
//
// # Exceptions
//
// It does not report:
//
//   - the `[` command of the shell, such as `RUN [ -f x ]`
//   - a `CMD` or `ENTRYPOINT` that a later one overrides
var InvalidExecFormJson = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-exec-form-json",
		Title:    "Exec form is not a valid JSON array and runs in a shell",
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
		if !isBrokenArray(in) || (!p.Hadolint && isOverruled(p.Doc, in)) {
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
			Message:  fmt.Sprintf("%s %s is not a valid JSON array of strings, so Docker reads it as plain text; use double quotes and no comma at the end", strings.ToUpper(in.Keyword), quoteShort(firstLine(body))),
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

// isOverruled reports whether a later CMD or ENTRYPOINT of the stage overrides it.
func isOverruled(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && d.Instructions[in.Index()] == in && (in.Keyword == "cmd" || in.Keyword == "entrypoint") && s.LastOwn(in.Keyword) != in
}

// repairArray fixes what has only one meaning: quotes of another kind, commas at the end,
// a missing bracket at the end.
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
