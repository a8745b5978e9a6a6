package discover

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// ErrForeign is wrapped by the error for a path that was named and is YAML of
// another kind: nothing here could say anything true about it.
var ErrForeign = errors.New("YAML, but no compose file, Kubernetes manifest or GitHub workflow")

// sniffed is how many bytes of a YAML file are read to tell what it is.
const sniffed = 8 << 10

// isYAML tells whether a name is that of a YAML file; it may be in any case.
func isYAML(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".yml") || strings.HasSuffix(lower, ".yaml")
}

// isWorkflow tells whether GitHub reads a file as a workflow.
func isWorkflow(name string) bool {
	dir := path.Dir(name)
	return isYAML(name) && (dir == ".github/workflows" || strings.HasSuffix(dir, "/.github/workflows"))
}

// sniff tells what a YAML file is whose name does not say so: a manifest, or a
// compose file where one was named. Charts' templates are no YAML yet, and no
// part of this.
func (s *search) sniff(name string, named bool) (target lint.Target, ok bool) {
	f, err := s.root.Open(name)
	if err != nil {
		return target, false
	}
	defer func() { _ = f.Close() }() // it was only read from
	head, err := io.ReadAll(io.LimitReader(f, sniffed))
	if err != nil || bytes.Contains(head, []byte("{{")) {
		return target, false
	}
	keys := topKeys(head)
	switch {
	case keys["apiVersion"] && keys["kind"]:
		return lint.TargetKubernetes, true
	case named && keys["services"]:
		return lint.TargetCompose, true
	}
	return target, false
}

// topKeys are the keys that begin a line, up to the next document: what stands
// in the first column is at the top level, or in a text that nobody indents.
func topKeys(head []byte) map[string]bool {
	keys := map[string]bool{}
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))) {
		if bytes.HasPrefix(line, []byte("---")) && len(keys) > 0 {
			break
		}
		key, rest, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(":"))
		if ok && len(key) > 0 && key[0] != ' ' && key[0] != '#' && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t') {
			keys[string(bytes.Trim(key, `"'`))] = true
		}
	}
	return keys
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
