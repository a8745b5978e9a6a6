package discover

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// ErrForeign is wrapped by the error for a path that was named and is YAML of
// another kind: nothing here could say anything true about it.
var ErrForeign = errors.New("YAML, but no compose file, Kubernetes manifest or GitHub workflow")

const (
	// sniffed is how many bytes of a YAML file are read to tell what it is, comments
	// and blank lines left out.
	sniffed = 64 << 10
	// templated is in how many of them the mark of a template makes a file one: later
	// it stands in a text, as of a dashboard.
	templated = 8 << 10
	// maxComments is how many bytes of comments may stand in between.
	maxComments = 1 << 20
)

// isYAML reports whether a name is that of a YAML file; it may be in any case.
func isYAML(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".yml") || strings.HasSuffix(lower, ".yaml")
}

// isWorkflow reports whether GitHub reads a file as a workflow.
func isWorkflow(name string) bool {
	dir := path.Dir(name)
	return isYAML(name) && (dir == ".github/workflows" || strings.HasSuffix(dir, "/.github/workflows"))
}

// sniff tells what a YAML file is whose name does not say so: a manifest, or a
// compose file where one was named or the name is like one's. Charts' templates are no YAML yet, and not
// linted; the mark of a template in a comment is none.
func (s *search) sniff(name string, named bool) (c class, ok bool) {
	head, err := s.head(name)
	if err != nil {
		return c, false
	}
	keys := topKeys(head)
	template := bytes.Contains(head[:min(len(head), templated)], []byte("{{"))
	switch {
	case keys["apiVersion"] && keys["kind"] && template:
		return class{target: lint.TargetKubernetes, skip: "a template, by its text", kind: kindTemplate}, true
	case template:
		return c, false
	case keys["apiVersion"] && keys["kind"]:
		return class{target: lint.TargetKubernetes}, true
	case keys["services"] && (named || isComposeText(path.Base(name), keys)):
		return class{target: lint.TargetCompose}, true
	}
	return c, false
}

// composeKeys are the keys at the top level of a Compose file, but for those that begin
// with "x-": the Compose specification, with version, which old files have.
var composeKeys = []string{"version", "name", "services", "networks", "volumes", "configs", "secrets", "include", "models"}

// isComposeText reports whether a file with services is one that Compose reads: by its
// name, or by a name like one, where no other key shows that another program reads it.
func isComposeText(base string, keys map[string]bool) bool {
	lower := strings.ToLower(base)
	if isCompose(lower) || !mayBeCompose(lower) {
		return isCompose(lower)
	}
	for key := range keys {
		if !strings.HasPrefix(key, "x-") && !slices.Contains(composeKeys, key) {
			return false
		}
	}
	return true
}

// beginsWithFrom reports whether the first line of a file that is no comment is an
// instruction with which a Dockerfile begins.
func (s *search) beginsWithFrom(name string) bool {
	head, err := s.head(name)
	if err != nil {
		return false
	}
	first, _, _ := bytes.Cut(head, []byte(" "))
	first = bytes.ToUpper(bytes.TrimSpace(first))
	return bytes.Equal(first, []byte("FROM")) || bytes.Equal(first, []byte("ARG"))
}

// head is how a file begins, without its comments and blank lines.
func (s *search) head(name string) ([]byte, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	in := bufio.NewReaderSize(io.LimitReader(f, maxComments), sniffed)
	var head []byte
	for comment, begins := false, true; len(head) < sniffed; {
		part, err := in.ReadSlice('\n') // of a long line, a part
		if begins {
			text := bytes.TrimLeft(bytes.TrimPrefix(part, []byte("\xEF\xBB\xBF")), " \t\r\n")
			comment = len(text) == 0 || text[0] == '#'
		}
		if !comment {
			head = append(head, part...)
		}
		begins = err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
	}
	return head[:min(len(head), sniffed)], nil
}

// topKeys are the keys of the documents at their top level, or of a text that nobody
// indents: those that begin a line as far in as the first one of the document does. Of a
// document in flow style they are all words before a colon.
func topKeys(head []byte) map[string]bool {
	keys := map[string]bool{}
	first, flow := -1, false // how far in the document's first line is, and whether it opens a mapping
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))) {
		if bytes.HasPrefix(line, []byte("---")) {
			first = -1
			line = bytes.TrimPrefix(line, []byte("---"))
		}
		text := bytes.TrimSpace(line)
		if len(text) == 0 || text[0] == '#' || text[0] == '%' {
			continue
		}
		indent := bytes.Index(line, text)
		if first < 0 {
			first, flow = indent, text[0] == '{'
		}
		if flow {
			flowKeys(text, keys)
			continue
		}
		key, rest, ok := bytes.Cut(text, []byte(":"))
		isKey := len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t'
		if ok && indent == first && isKey {
			keys[keyName(key)] = true
		}
	}
	return keys
}

func keyName(key []byte) string { return string(bytes.Trim(bytes.TrimSpace(key), `"'`)) }

// flowKeys adds the words before a colon of a mapping in flow style.
func flowKeys(line []byte, keys map[string]bool) {
	for part := range bytes.FieldsFuncSeq(line, func(r rune) bool { return r == '{' || r == ',' || r == '}' }) {
		if key, _, ok := bytes.Cut(part, []byte(":")); ok {
			keys[keyName(key)] = true
		}
	}
}

// Classify tells what a file of that name is read as, for one that is not on the
// disk.
func Classify(name string) lint.Target {
	if isWorkflow(name) {
		return lint.TargetWorkflow
	}
	c, _ := classify(name)
	return c.target
}

// Known is what a file is by its name alone; ok is false for a name that is not one of ours.
func Known(name string) (target lint.Target, ok bool) {
	if isWorkflow(name) {
		return lint.TargetWorkflow, true
	}
	c, ok := classify(name)
	return c.target, ok
}
