package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeCircularReference reports files that include each other, and services that
// extend each other, in a circle.
//
// # Why it matters
//
// Compose stops with an error, because it cannot resolve the first of the references.
// No service of the file starts.
//
// # How to fix it
//
// Remove one of the references, or move what both need to a third file or service.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the references is wrong.
//
// # Exceptions
//
// It does not follow references that are remote, lead out of the repository, or
// contain a variable.
var ComposeCircularReference = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-circular-reference",
		Title:    "Files or services refer to each other in a circle",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Variants: []string{"include", "extends"},
	},
	Check: checkComposeCircularReference,
}

func checkComposeCircularReference(p *facts.Pass[*facts.Compose]) {
	self := path.Base(p.Doc.Name)
	c := circles{pass: p, files: map[string]*circleFile{self: {Compose: p.Doc}}, open: map[circleNode]bool{}}
	if p.Doc.Includes() {
		c.visit(circleNode{file: self})
	}
	for _, s := range p.Doc.Services {
		if s.Has("extends") {
			c.visit(circleNode{self, s.Name})
		}
	}
}

// circleNode is a file, by its path from the document's folder, or a service of it.
type circleNode struct{ file, service string }

// circleStep is a reference from one to the next.
type circleStep struct {
	from, to circleNode
	value    compose.Value
}

// circleFile is a file that was followed; source is nil for the document itself.
type circleFile struct {
	*facts.Compose
	source *lint.Source
}

// maxFollowed is how many files are followed from one document.
const maxFollowed = 50

// circles goes through all that a document is made of, each part once.
type circles struct {
	pass  *facts.Pass[*facts.Compose]
	files map[string]*circleFile
	// open has what was visited; true as long as it lies on the way.
	open map[circleNode]bool
	way  []circleStep
}

func (c *circles) visit(n circleNode) {
	c.open[n] = true
	for _, step := range c.steps(n) {
		onWay, met := c.open[step.to]
		switch {
		case onWay:
			start := len(c.way)
			for start > 0 && c.way[start-1].to != step.to {
				start--
			}
			c.report(append(append([]circleStep{}, c.way[start:]...), step))
		case !met:
			c.way = append(c.way, step)
			c.visit(step.to)
			c.way = c.way[:len(c.way)-1]
		}
	}
	c.open[n] = false
}

// steps are the references of a file or a service.
func (c *circles) steps(n circleNode) []circleStep {
	f := c.file(n.file)
	if f == nil {
		return nil
	}
	var steps []circleStep
	if n.service == "" {
		for _, v := range includedFiles(f.Document) {
			if to, ok := c.below(n.file, v); ok {
				steps = append(steps, circleStep{n, circleNode{file: to}, v})
			}
		}
		return steps
	}
	s := f.Named(n.service)
	if s == nil {
		return nil
	}
	service := s.Value("extends", "service")
	if !service.Exists() {
		service = s.Value("extends")
	}
	if !service.Exists() || !service.Known {
		return nil
	}
	to := n.file
	if file := s.Value("extends", "file"); file.Exists() {
		var ok bool
		if to, ok = c.below(n.file, file); !ok {
			return nil
		}
	}
	return append(steps, circleStep{n, circleNode{to, service.Text}, service})
}

// below is the path of a file that another one names, from the document's folder.
func (c *circles) below(from string, v compose.Value) (string, bool) {
	if !v.Known || v.Text == "" || path.IsAbs(v.Text) || strings.Contains(v.Text, ":") {
		return "", false
	}
	at := path.Join(path.Dir(from), v.Text)
	if c.pass.Files.Path(at) == c.pass.Doc.Name {
		at = path.Base(at) // the document, from another folder
	}
	return at, true
}

// file reads a file once; nil if it is not there, is not in the root or is one too many.
func (c *circles) file(at string) *circleFile {
	f, read := c.files[at]
	if read || len(c.files) >= maxFollowed || !c.pass.Files.Known() {
		return f
	}
	c.files[at] = nil
	gate, err := c.pass.Files.In(path.Dir(at), "")
	if err != nil {
		return nil
	}
	src, err := gate.ReadFile(path.Base(at))
	if err != nil {
		return nil
	}
	source := lint.NewSource(gate.Path(path.Base(at)), src)
	f = &circleFile{facts.NewCompose(compose.Parse(src, source.Lines)), source}
	c.files[at] = f
	return f
}

// report tells of a circle from the document on; one that is only further along
// is another file's.
func (c *circles) report(circle []circleStep) {
	first := -1
	for i, s := range circle {
		if first < 0 && c.files[s.from.file].source == nil {
			first = i
		}
	}
	if first < 0 {
		return
	}
	circle = append(circle[first:], circle[:first]...)
	way := []string{circle[0].from.String()}
	f := lint.Finding{Span: circle[0].value.Span, Variant: "include"}
	verb := "include"
	if circle[0].from.service != "" {
		f.Variant, verb = "extends", "extend"
	}
	for i, s := range circle {
		way = append(way, s.to.String())
		if i > 0 {
			f.Related = append(
				f.Related,
				lint.Related{Source: c.files[s.from.file].source, Span: s.value.Span, Message: "the next reference in the circle"},
			)
		}
	}
	f.Message = fmt.Sprintf("%q %s each other in a circle, so Compose refuses the file; remove one of the references", shortText(strings.Join(way, " > ")), verb)
	if len(circle) == 1 {
		f.Message = fmt.Sprintf("%q %ss itself, so Compose refuses the file; remove the reference", shortText(way[0]), verb)
	}
	c.pass.Report(f)
}

func (n circleNode) String() string {
	if n.service != "" {
		return n.service
	}
	return n.file
}

// includedFiles lists the files that a Compose file includes: in the short form, and
// as the path, or the paths, of the long one.
func includedFiles(d *compose.Document) []compose.Value {
	section := d.Section("include")
	if section == nil || !section.Value.Is(yaml.Sequence) {
		return nil
	}
	var files []compose.Value
	for _, item := range section.Value.Resolve().Items {
		if p := d.View.Pair(item, "path"); p != nil {
			item = p.Value
		}
		files = append(files, d.Values(item)...)
	}
	return files
}
