package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// hover answers textDocument/hover: the rules of the findings there, the rule that is named
// there, and what is known of an image.
func (s *server) hover(ctx context.Context, p *positionParams) (*hover, error) {
	v, err := s.look(ctx, p.TextDocument.URI)
	if v == nil {
		return nil, err
	}
	at := v.offset(p.Position)
	var parts []string
	span := text.Span{Start: at, End: at}
	if named, place := v.rulesAt(at); len(named) == 1 {
		parts, span = append(parts, rulePage(named[0])), place
	} else if len(named) > 1 { // a name in another tool
		var lines []string
		for _, m := range named {
			lines = append(lines, fmt.Sprintf("- [%s](%s): %s", m.ID, m.HelpURI(), m.Title))
		}
		parts, span = append(parts, strings.Join(lines, "\n")), place
	}
	var day string
	err = s.working(ctx, func() {
		s.sync(ctx)
		r := s.roots[v.doc.root]
		if r == nil || r.live == nil {
			return
		}
		day = r.live.Rules.Settings().AsOf
		x := r.result(ctx, v.doc.name)
		if x == nil || x.text != v.text {
			return
		}
		seen := map[*lint.Meta]bool{}
		for _, d := range x.found.Diagnostics {
			isThere := d.Span.Start <= at && at <= d.Span.End
			if d.Counts() && isThere && !seen[d.Rule] && len(seen) < maxRules {
				seen[d.Rule] = true
				parts = append(parts, rulePage(d.Rule))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if image, ok := v.imageAt(at); ok {
		parts = append(parts, imageText(image, images.Date(day)))
		if span.IsEmpty() {
			span = image.Span
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	h := &hover{Contents: markup{"markdown", strings.Join(parts, "\n\n---\n\n")}}
	if !span.IsEmpty() {
		r := v.textRange(span)
		h.Range = &r
	}
	return h, nil
}

// maxRules is how many rules of the findings at one place are explained.
const maxRules = 3

// rulePage is the part of a rule's page that explains it.
func rulePage(m *lint.Meta) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n", m.ID, m.Title)
	keep := false
	for line := range strings.Lines(run.RulePage(m.ID)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			title = strings.TrimSpace(title)
			keep = title == "What it checks" || title == "Why it matters" || title == "How to fix it"
			if keep {
				fmt.Fprintf(&b, "\n**%s**\n", title)
			}
			continue
		}
		if keep {
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "\n[The page of the rule](%s)", m.HelpURI())
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

// rulesAt are the rules that a name in an ignore comment or a configuration stands for, of an
// alias those that read this kind of file.
func (v *view) rulesAt(at int) (found []*lint.Meta, span text.Span) {
	line := v.line(at)
	src := v.text.src
	hash := strings.IndexByte(string(line.Of(src)), '#')
	if !isConfig(v.doc.name) && (hash < 0 || !strings.Contains(string(line.Of(src)[hash:]), "ignore")) {
		return nil, span
	}
	isPart := func(c byte) bool { return c == '-' || c == ':' || isNameByte(c) }
	span = text.Span{Start: at, End: at}
	for span.Start > line.Start && isPart(src[span.Start-1]) {
		span.Start--
	}
	for span.End < line.End && isPart(src[span.End]) {
		span.End++
	}
	for span.End > span.Start && src[span.End-1] == ':' {
		span.End--
	}
	if span.IsEmpty() {
		return nil, span
	}
	all := rules.All().Find(string(span.Of(src)))
	for _, m := range all {
		if m.Target == v.target && v.known {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		found = all
	}
	return found, span
}

// imageAt is the image that is named at an offset.
func (v *view) imageAt(at int) (image facts.Image, ok bool) {
	switch {
	case v.docker != nil:
		for _, x := range v.docker.ImageSites() {
			if x.Image.Span.Start <= at && at <= x.Image.Span.End && !x.Local {
				return x.Image, x.Image.Known
			}
		}
	case v.yaml != nil:
		for _, d := range v.yaml.Documents {
			if d.Root == nil {
				continue
			}
			d.Root.Walk(func(n *yaml.Node) bool {
				isThere := n.Span.Start <= at && at <= n.Span.End
				if isThere && isImageKey(n) && !strings.Contains(n.Value, "$") {
					image, ok = facts.ParseImage(n.Value), true
					image.Span = n.Span
				}
				return !ok
			})
		}
	}
	return image, ok
}

// isImageKey reports whether a node is the value of the key "image".
func isImageKey(n *yaml.Node) bool {
	p := n.Pair()
	if p == nil || n.Kind != yaml.Scalar || n.Value == "" {
		return false
	}
	return p.Value == n && p.Key.Value == "image"
}

// imageText says what is known of an image, by the tables alone.
func imageText(i facts.Image, day images.Date) string {
	name := images.Canonical(i.Name())
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", code(i.Text))
	said := 0
	say := func(format string, args ...any) {
		said++
		fmt.Fprintf(&b, "\n- "+format, args...)
	}
	if day == "" {
		day = images.TableDate
	}
	if m, ok := images.MoveOf(name, i.Tag, day); ok {
		say("%s%s", m.What, map[bool]string{true: "; use " + m.Replacement}[m.Replacement != ""])
	}
	seen := map[string]bool{}
	for _, find := range []func(string, string) (images.Release, bool){images.ReleaseOf, images.SystemOf} {
		release, ok := find(name, i.Tag)
		if !ok || seen[release.Title()] {
			continue
		}
		seen[release.Title()] = true
		end, known := release.EndDay()
		switch {
		case !known && release.HasEnded(day):
			say("%s: support ended", release.Title())
		case !known:
			say("%s", release.Title())
		case release.HasEnded(day):
			say("%s: support ended on %s", release.Title(), end)
		default:
			say("%s: supported until %s", release.Title(), end)
		}
	}
	base := images.BaseOf(name, i.Tag, i.Tag != "" || i.Digest == "")
	for _, x := range []struct {
		what string
		get  func() (string, bool)
	}{{"user", base.User}, {"entrypoint", base.Entrypoint}, {"working directory", base.Workdir}, {"shell", base.Shell}, {"stop signal", base.StopSignal}} {
		if value, known := x.get(); known && value != "" {
			say("%s: %s", x.what, code(value))
		}
	}
	if ports, known := base.Ports(); known && len(ports) > 0 {
		say("ports: %s", code(strings.Join(ports, ", ")))
	}
	if i.Digest != "" {
		say("pinned by digest")
	}
	if said == 0 {
		say("nothing is known of this image offline")
	}
	fmt.Fprintf(&b, "\n\nAs of %s, from the tables of dockmend; no registry was asked.", images.TableDate)
	return b.String()
}

// code is a text as code in Markdown, in one line; it comes from files.
func code(s string) string {
	return "`" + strings.ReplaceAll(text.Short(s), "`", "'") + "`"
}
