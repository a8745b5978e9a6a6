package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/suppress"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// composeDocument is a Compose file with the Dockerfiles that stand in it.
type composeDocument struct {
	yamlDocument[*facts.Compose]
	dockerfiles []facts.Rule[*facts.Dockerfile]
}

func (d composeDocument) check(c *Checker, l *loaded, ran map[string]bool) {
	d.yamlDocument.check(c, l, ran)
	if l.template {
		return
	}
	seen := map[*yaml.Node]bool{}
	for _, s := range d.doc.All() {
		b, ok := s.Build()
		if !ok || b.Inline.Node == nil || seen[b.Inline.Node] {
			continue
		}
		seen[b.Inline.Node] = true
		l.frame.attempt(StepInline, func() {
			if in, ok := readInline(d.doc.Src, b.Inline.Node); ok {
				in.check(c, l, d.dockerfiles, b.Context.Raw)
			}
		})
	}
}

// inline is a Dockerfile that stands in another file as a literal text of YAML.
type inline struct {
	text []byte
	// at has for each byte of the text, and for its end, the offset in the file.
	at []int
	// interpolated is set where Compose puts values of variables into the text.
	interpolated bool
}

// readInline reads the text of a literal block as the build gets it: without its
// indentation, and with "$" for "$$". ok is false for other styles.
func readInline(src []byte, n *yaml.Node) (in inline, ok bool) {
	if n.Style != yaml.Literal {
		return in, false
	}
	block := string(n.Span.Of(src))
	header := strings.IndexByte(block, '\n')
	if header < 0 {
		return in, false
	}
	at, rest := n.Span.Start+header+1, block[header+1:]
	indent := len(rest) - len(strings.TrimLeft(rest, " \n"))
	indent -= strings.LastIndexByte(rest[:indent], '\n') + 1
	for line := range strings.Lines(n.Value) {
		written, _, _ := strings.Cut(rest, "\n")
		content := strings.TrimSuffix(line, "\n")
		skip := min(indent, len(written))
		if strings.TrimRight(written[skip:], "\r") != content || strings.Trim(written[:skip], " ") != "" {
			return in, false
		}
		in.add(content, at+skip)
		in.text, in.at = append(in.text, '\n'), append(in.at, at+skip+len(content))
		at += min(len(written)+1, len(rest))
		rest = rest[min(len(written)+1, len(rest)):]
	}
	in.at = append(in.at, min(at, n.Span.End))
	return in, true
}

// add adds a line whose bytes lie in the file from an offset on.
func (in *inline) add(line string, at int) {
	for i := 0; i < len(line); i++ {
		in.text, in.at = append(in.text, line[i]), append(in.at, at+i)
		if line[i] != '$' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '$' {
			i++
		} else {
			in.interpolated = true
		}
	}
}

// span is the place in the file of a span of the text.
func (in *inline) span(s text.Span) text.Span {
	last := len(in.at) - 1
	return text.Span{Start: in.at[min(s.Start, last)], End: in.at[min(s.End, last)]}
}

// check runs the rules of Dockerfiles on the text. folder is the build context.
func (in *inline) check(c *Checker, l *loaded, all []facts.Rule[*facts.Dockerfile], folder string) {
	files := l.file.Context
	if folder != "" && folder != "." && !strings.Contains(folder, "$") && !facts.IsRemote(folder) {
		if gate, err := files.In(folder, ""); err == nil {
			files = gate
		}
	}
	src, own, ended := lint.NewSource(l.src.Path, in.text), &Checked{}, map[string]bool{}
	parsed := facts.ParseDockerfile(src)
	around := facts.NewProject(files)
	doc := facts.NewDockerfile(parsed)
	doc.Name = l.src.Path
	t := typed[*facts.Dockerfile]{
		doc, around, all, func() ([]lint.Refusal, error) { return prove.Refusals(context.Background(), doc, around) },
	}
	inner := dockerfileDocument{t}
	inside := &loaded{file: l.file, frame: l.frame, src: src, doc: inner, out: own}
	if over := inner.limit(); over != "" {
		c.report(l, limitReached, lint.Finding{Span: in.span(text.Span{}), Message: "the Dockerfile in it has " + over + ", so it was not linted; split it up"})
		return
	}
	c.faults(inside)
	t.run(c, l, ended, files, nil, func(m *lint.Meta, f lint.Finding) {
		if in.interpolated && m.ID == "undefined-variable" {
			return // Compose puts in a value before the build sees the text
		}
		own.add(m, src, l.file.Policy, f)
	}, func(*lint.Meta, string) {})
	if directives := suppress.Parse(parsed, c.suppressing()); !directives.Empty() {
		directives.Allow = l.out.allows(l.src.Path, l.file.Policy)
		for _, extra := range directives.Apply(
			own.Diagnostics, c.Catalog.Metas(), func(id string) bool { return ended[id] }, own.next(src, l.file.Policy), l.file.Policy.Options,
		) {
			own.add(extra.Rule, src, l.file.Policy, extra.Finding)
		}
	}
	for _, d := range own.Diagnostics {
		d.Finding, d.Source = in.placed(d.Finding), l.src
	}
	l.out.Diagnostics = append(l.out.Diagnostics, own.Diagnostics...)
	l.out.bytes += own.bytes
	l.out.dropped += own.dropped
}

// placed is a finding of the text with its places in the file. Fixes that keep the lines
// and their dollars are kept.
func (in *inline) placed(f lint.Finding) lint.Finding {
	f.Span, f.Within = in.span(f.Span), in.span(f.Within)
	if f.Next != nil {
		next := in.placed(*f.Next)
		f.Next = &next
	}
	f.Related = slices.Clone(f.Related)
	for i, r := range f.Related {
		if r.Name() == "" {
			f.Related[i].Span = in.span(r.Span)
		}
	}
	var fixes []lint.Fix
	for _, fix := range f.Fixes {
		if fix, ok := in.placedFix(fix); ok {
			fixes = append(fixes, fix)
		}
	}
	f.Fixes = fixes
	return f
}

func (in *inline) placedFix(fix lint.Fix) (placed lint.Fix, ok bool) {
	fix.Edits = slices.Clone(fix.Edits)
	for i, e := range fix.Edits {
		at := in.span(e.Span)
		if e.File != "" || at.Len() != e.Span.Len() || strings.ContainsAny(e.New, "\n$") {
			return fix, false
		}
		fix.Edits[i].Span = at
	}
	fix.Applicability, fix.MaxEffect = min(fix.Applicability, lint.Unsafe), lint.EffectGraph
	fix.Changes = []string{"services.*.build.dockerfile_inline"}
	return fix, true
}
