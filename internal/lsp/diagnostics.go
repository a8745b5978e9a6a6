package lsp

import (
	"context"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

const sourceName = "dockmend"

// rested lints the open documents once they have not changed for a while, and tells the
// client of what was found. It stops where they have changed meanwhile: what is said then
// would be stale.
func (s *server) rested() {
	_ = s.working(s.ctx, func() { // the connection is gone then
		changes := s.sync(s.ctx)
		if s.pulls() {
			s.refresh()
			return
		}
		published := map[string]bool{}
		for _, d := range s.openDocuments() {
			if s.isStale(changes) {
				return
			}
			found := s.diagnosticsOf(s.ctx, d)
			if s.isStale(changes) {
				return
			}
			published[d.uri] = true
			s.publish(d.uri, &d.version, found)
		}
		for _, r := range s.roots {
			if uri, found := r.configFault(); found != nil && !published[uri] {
				published[uri] = true
				s.publish(uri, nil, found)
			}
		}
		for uri := range s.shown {
			if !published[uri] {
				s.publish(uri, nil, nil)
			}
		}
	})
}

func (s *server) isStale(changes int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes != changes
}

// pulls reports whether the client asks for diagnostics itself.
func (s *server) pulls() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.TextDocument.Diagnostic != nil
}

// refresh makes a client that pulls ask again for documents that it did not change itself.
func (s *server) refresh() {
	s.mu.Lock()
	can := s.client.Workspace.Diagnostics.RefreshSupport
	s.mu.Unlock()
	if can {
		go func() { _ = s.conn.Call(s.ctx, "workspace/diagnostic/refresh", nil, nil) }() // it asks again on the next change
	}
}

// publish tells the client what is known of a file.
func (s *server) publish(uri string, version *int32, found []diagnostic) {
	if found == nil {
		found = []diagnostic{}
	}
	delete(s.shown, uri)
	if len(found) > 0 {
		s.shown[uri] = true
	}
	_ = s.conn.Notify(s.ctx, "textDocument/publishDiagnostics", publishParams{uri, version, found}) // the connection is gone then
}

// openDocuments are the open documents, in the order of their URIs.
func (s *server) openDocuments() []*document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sortedValues(s.docs)
}

// resultOf is what is known of a document; nil where it is not linted.
func (s *server) resultOf(ctx context.Context, d *document) *result {
	if d.root == "" {
		return s.scratch(ctx, d)
	}
	r := s.roots[d.root]
	if r == nil {
		return nil
	}
	return r.result(ctx, d.name)
}

// diagnosticsOf are the findings of a document as a client gets them.
func (s *server) diagnosticsOf(ctx context.Context, d *document) []diagnostic {
	if d.root != "" && isConfig(d.name) {
		return s.configDiagnostics(d.name, d.text)
	}
	x := s.resultOf(ctx, d)
	if x == nil {
		return nil
	}
	return s.diagnostics(s.roots[d.root], x)
}

// diagnostics are the findings of a file that count, and what kept it from being linted.
func (s *server) diagnostics(r *root, x *result) []diagnostic {
	found := []diagnostic{}
	for _, d := range x.found.Diagnostics {
		if d.Counts() {
			found = append(found, s.diagnosticFor(r, x, d))
		}
	}
	for _, p := range x.found.Problems {
		found = append(found, diagnostic{Severity: severityError, Source: sourceName, Message: "problem: " + p.Message})
	}
	return found
}

func (s *server) diagnosticFor(r *root, x *result, d *lint.Diagnostic) diagnostic {
	out := diagnostic{
		Range: x.text.textRange(d.Span, s.encoding), Severity: severityOf(d.Severity), Code: d.Rule.ID,
		Description: &codeDescription{d.Rule.HelpURI()}, Source: sourceName, Message: d.Message, Data: &diagnosticData{d.Fingerprint, d.Variant},
	}
	for _, related := range d.Related {
		if r == nil {
			break
		}
		out.Related = append(out.Related, s.related(r, x, related))
	}
	return out
}

func severityOf(severity lint.Severity) int {
	switch severity {
	case lint.Error:
		return severityError
	case lint.Warning:
		return severityWarning
	case lint.Info:
		return severityInformation
	case lint.Style, lint.SeverityUnset:
	}
	return severityHint
}

func (s *server) related(r *root, x *result, related lint.Related) relatedPlace {
	name := related.Name()
	if name == "" {
		name = x.file.Path
	}
	place := relatedPlace{Location: location{URI: r.uri(name)}, Message: related.Message}
	switch {
	case related.Source != nil:
		place.Location.Range = newContent(related.Source.Bytes).textRange(related.Span, s.encoding)
	case related.File == "":
		place.Location.Range = x.text.textRange(related.Span, s.encoding)
	}
	return place
}

// diagnostic answers textDocument/diagnostic.
func (s *server) diagnostic(ctx context.Context, p *diagnosticParams) (report diagnosticReport, err error) {
	items := []diagnostic{}
	report = diagnosticReport{Kind: "full", Items: &items}
	err = s.working(ctx, func() {
		s.sync(ctx)
		d := s.document(p.TextDocument.URI)
		if d == nil {
			return
		}
		if isConfig(d.name) || d.root == "" {
			if found := s.diagnosticsOf(ctx, d); found != nil {
				items = found
			}
			return
		}
		x := s.resultOf(ctx, d)
		if x == nil {
			return
		}
		if report.ResultID = x.id; p.PreviousResultID == x.id {
			report.Kind, report.Items = "unchanged", nil
			return
		}
		items = s.diagnostics(s.roots[d.root], x)
	})
	return report, err
}

// workspaceDiagnostic answers workspace/diagnostic: all files of the folders. Others may
// work between two files.
func (s *server) workspaceDiagnostic(ctx context.Context, p *workspaceDiagnosticParams) (report object, err error) {
	previous := map[string]string{}
	for _, x := range p.PreviousResultIDs {
		previous[x.URI] = x.Value
	}
	type place struct{ root, name string }
	var places []place
	reports := []diagnosticReport{}
	err = s.working(ctx, func() {
		s.sync(ctx)
		for _, key := range sortedKeys(s.roots) {
			for _, name := range s.roots[key].names() {
				places = append(places, place{key, name})
			}
		}
	})
	for i := 0; i < len(places) && err == nil; i++ {
		at := places[i]
		err = s.working(ctx, func() {
			s.sync(ctx)
			r := s.roots[at.root]
			if r == nil {
				return
			}
			if one, ok := s.reportOf(ctx, r, at.name, previous); ok {
				reports = append(reports, one)
			}
		})
	}
	return object{"items": reports}, err
}

// reportOf is the report of a file of a root; ok is false where there is nothing to say.
func (s *server) reportOf(ctx context.Context, r *root, name string, previous map[string]string) (one diagnosticReport, ok bool) {
	one = diagnosticReport{Kind: "full", URI: r.uri(name)}
	d := r.set[name]
	if d != nil {
		one.Version = &d.version
	}
	items := []diagnostic{}
	if d != nil && isConfig(name) {
		items = s.configDiagnostics(name, d.text)
		one.Items = &items
		return one, true
	}
	x := r.result(ctx, name)
	if x == nil {
		return one, false
	}
	if one.ResultID = x.id; previous[one.URI] == x.id {
		one.Kind = "unchanged"
		return one, true
	}
	items = s.diagnostics(r, x)
	one.Items = &items
	return one, true
}

// configLine is the line of a message about a configuration.
var configLine = sync.OnceValue(func() *regexp.Regexp { //nolint:gochecknoglobals // it is made once
	return regexp.MustCompile(`^([^:]+):([0-9]+):(?:[0-9]+:)? (.+)$`)
})

// configDiagnostics are the mistakes in a configuration that is open.
func (s *server) configDiagnostics(name string, src *content) []diagnostic {
	read := func(other string) ([]byte, error) {
		if r := s.rootWith(name, src); r != nil && r.live != nil {
			return r.live.ReadPolicy(other)
		}
		return nil, fs.ErrNotExist
	}
	chain, err := config.Chain(name, src.src, read)
	if err == nil {
		_, err = config.ParseChain(chain, rules.All().Metas())
	}
	return configFaults(name, src, s.encoding, err)
}

// rootWith is the root in which a configuration is open.
func (s *server) rootWith(name string, src *content) *root {
	for _, r := range s.roots {
		if d := r.set[name]; d != nil && d.text == src {
			return r
		}
	}
	return nil
}

// configFaults are the lines of an error of a configuration, each at its place.
func configFaults(name string, src *content, e encoding, err error) []diagnostic {
	found := []diagnostic{}
	if err == nil {
		return found
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		out := diagnostic{Severity: severityError, Source: sourceName, Message: strings.TrimSpace(line)}
		if m := configLine().FindStringSubmatch(out.Message); m != nil && path.Base(m[1]) == path.Base(name) {
			if n, err := strconv.Atoi(m[2]); err == nil && n >= 1 && n <= len(src.starts) {
				span := src.line(n - 1)
				span.Start += len(span.Of(src.src)) - len(strings.TrimLeft(string(span.Of(src.src)), " \t"))
				out.Range, out.Message = src.textRange(span, e), m[3]
			}
		}
		found = append(found, out)
	}
	return found
}

// configFault is what keeps a root from being linted, at the configuration that says so.
func (r *root) configFault() (uri string, found []diagnostic) {
	if r.err == nil {
		return "", nil
	}
	first, _, _ := strings.Cut(r.err.Error(), "\n")
	m := configLine().FindStringSubmatch(first)
	if m == nil || !isConfig(m[1]) || r.set[m[1]] != nil {
		return "", nil
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n < 1 || n > 1<<20 {
		n = 1
	}
	at := position{Line: uint32(n - 1)}
	return r.uri(m[1]), []diagnostic{{Range: textRange{at, at}, Severity: severityError, Source: sourceName, Message: m[3]}}
}
