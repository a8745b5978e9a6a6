package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// checkHeredocs looks at the text of here-documents that becomes a file, and
// that the builder expands unless their name is quoted.
func checkHeredocs(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	if in.Keyword != "copy" && in.Keyword != "add" {
		return
	}
	for _, h := range in.Heredocs {
		if !h.Expand || !h.Closed {
			continue
		}
		body := p.Doc.Text(h.Body)
		var lost []string
		var first text.Span
		kept := false
		for _, use := range facts.HeredocUses(body) {
			switch {
			case use.HasDefault:
				kept = true
			case !losesInHeredoc(p.Doc, s, in, use.Name):
				kept = true
			case len(lost) == 0:
				first = text.Span{Start: h.Body.Start + use.Start, End: h.Body.Start + use.End}
				fallthrough
			default:
				if word := body[use.Start:use.End]; !slices.Contains(lost, word) {
					lost = append(lost, word)
				}
			}
		}
		if len(lost) > 0 {
			p.Report(lostInHeredoc(p.Doc, in, h, lost, first, kept))
		}
	}
}

// losesInHeredoc reports whether a variable surely has no value during the build.
func losesInHeredoc(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction, name string) bool {
	if !lacks(d, in, name) {
		return false
	}
	if !isNameStart(name[0]) || facts.IsPlatformArgument(name) {
		return true
	}
	if sets, known := s.Base().BaseSets(name); known {
		return !sets
	}
	// Images set variables in upper case.
	return name == strings.ToLower(name) && name != "container" && name[0] != '_'
}

func isNameStart(c byte) bool { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') }

// lostInHeredoc is the finding about the variables of a here-document. Its fix
// quotes the name, where nothing else in the text is expanded.
func lostInHeredoc(
	d *facts.Dockerfile,
	in *dockerfile.Instruction,
	h dockerfile.Heredoc,
	lost []string,
	first text.Span,
	kept bool,
) lint.Finding {
	const shown = 3
	names := strings.Join(lost[:min(len(lost), shown)], ", ")
	if len(lost) > shown {
		names += ", ..."
	}
	f := lint.Finding{Span: first}
	if kept {
		f.Message = fmt.Sprintf("the builder expands this here-document, so the file loses %s; write \\$ for a dollar sign that must stay in the file", quoteShort(names))
		return f
	}
	quoted := `"` + short(h.Name) + `"`
	f.Message = fmt.Sprintf("the builder expands this here-document, so the file loses %s; write <<%s to keep the text unchanged", quoteShort(names), quoted)
	if at := heredocName(d, in, h); at.Len() > 0 && !strings.Contains(d.Text(h.Body), `\`) {
		f.Fixes = []lint.Fix{{
			Title: "write " + quoted, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
			Edits: []lint.FileEdit{lint.Replace(at, `"`+h.Name+`"`)},
		}}
	}
	return f
}

// heredocName is the place of a here-document's name in the head of its
// instruction, empty where it cannot be told.
func heredocName(d *facts.Dockerfile, in *dockerfile.Instruction, h dockerfile.Heredoc) text.Span {
	head := d.Text(in.Head)
	for _, mark := range []string{"<<-", "<<"} {
		at := strings.Index(head, mark+h.Name)
		if at < 0 || strings.Count(head, mark+h.Name) != 1 {
			continue
		}
		start := in.Head.Start + at + len(mark)
		return text.Span{Start: start, End: start + len(h.Name)}
	}
	return text.Span{}
}
