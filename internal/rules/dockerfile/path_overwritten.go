package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PathOverwritten reports `ENV PATH` without `$PATH` and without a system folder such as
// `/usr/bin`.
//
// # Why it matters
//
// `RUN`, `CMD` and `ENTRYPOINT` no longer find the programs of the base image, such as
// `sh`, and fail with "not found".
//
// # How to fix it
//
// Append the old value:
//
//	ENV PATH=/app/node_modules/.bin:$PATH
//
// # Exceptions
//
// It does not report:
//
//   - stages `FROM scratch`, which have no programs, and Windows images
//   - stages without a later `RUN`, `CMD` or `ENTRYPOINT`
var PathOverwritten = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "path-overwritten",
		Title:    "ENV PATH removes the folders of the base image",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPathOverwritten,
}

func checkPathOverwritten(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if base := s.Base(); base.IsScratch() || base.IsWindows() {
			continue
		}
		for i, in := range s.Instructions {
			if in.Keyword != "env" || in.Err != nil || !slices.ContainsFunc(s.Instructions[i+1:], func(x *dockerfile.Instruction) bool {
				return x.Keyword == "run" || x.Keyword == "cmd" || x.Keyword == "entrypoint"
			}) {
				continue
			}
			for _, pair := range in.Pairs {
				if value := bare(pair.Value); pair.Key == "PATH" && losesSystem(p.Doc, in, value) {
					p.Report(lint.Finding{
						Span:    in.Head,
						Message: fmt.Sprintf("PATH has only %s, so the programs of the base image are no longer found; append :$PATH", quoteShort(value)),
						Fixes:   appendPath(p.Doc, in, value),
					})
				}
			}
		}
	}
}

// losesSystem reports whether a value of PATH has no folder of the system, and cannot get
// one from a variable.
func losesSystem(d *facts.Dockerfile, in *dockerfile.Instruction, value string) bool {
	value, known := d.Expand(in, value)
	return known && strings.HasPrefix(value, "/") && !strings.ContainsAny(value, "$%;") && !strings.Contains(value, "/nix") &&
		!slices.ContainsFunc(
			strings.Split(value, ":"),
			func(folder string) bool { return folder == "/bin" || folder == "/usr/bin" || folder == "/busybox" },
		)
}

func appendPath(d *facts.Dockerfile, in *dockerfile.Instruction, value string) []lint.Fix {
	at := strings.Index(d.Text(in.ArgsSpan), "PATH="+value)
	if at < 0 || strings.ContainsAny(value, "\"' ") {
		return nil
	}
	return unsafeFix("append :$PATH", lint.EffectGraph, lint.Insert(in.ArgsSpan.Start+at+len("PATH="+value), ":$PATH"))
}
