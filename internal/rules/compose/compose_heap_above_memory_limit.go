package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHeapAboveMemoryLimit reports services whose heap may grow to the memory limit of
// the container or above. It reads `-Xmx` of Java and `--max-old-space-size` of Node.js in
// variables and in the command, and knows the heap of Kafka and ZooKeeper if no variable
// sets one.
//
// # Why it matters
//
// The program needs memory besides its heap. When the heap grows, the kernel kills the
// program, and the log of the program does not say why.
//
// # How to fix it
//
// Raise the limit, or set a heap of about half of it:
//
//	environment:
//	  ES_JAVA_OPTS: -Xms512m -Xmx512m
//	deploy:
//	  resources:
//	    limits:
//	      memory: 1g
//
// # Fix safety
//
// There is no automatic fix: only the author knows how much memory the program and the host have.
//
// # Exceptions
//
// It does not report:
//
//   - values that a variable without a default decides
//   - files for tests and demonstrations
var ComposeHeapAboveMemoryLimit = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-heap-above-memory-limit",
		Title:    "Heap of a program is as large as the memory limit",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeHeapAboveMemoryLimit,
}

func checkComposeHeapAboveMemoryLimit(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		limitAt := s.Value("deploy", "resources", "limits", "memory")
		if !limitAt.Exists() {
			limitAt = s.Value("mem_limit")
		}
		limit, ok := byteCount(limitAt)
		if !ok || limit <= 0 {
			continue
		}
		at, written, heap := heapOf(s)
		if heap < limit {
			continue
		}
		if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimUpkeep); excused {
			continue
		}
		p.Report(lint.Finding{
			Span: at,
			Message: fmt.Sprintf("the heap of %q may grow to %s and its memory limit is %s, so the kernel kills it; raise the limit, or set a smaller heap",
				shortText(s.Name), written, shortText(limitAt.Text)),
			Related: []lint.Related{{Span: limitAt.Span, Message: "the memory limit"}},
		})
	}
}

// heapOf is the most that the heap of a service may take, in bytes, as it is written and
// where; 0 where nothing says it.
func heapOf(s *facts.ComposeService) (at text.Span, written string, bytes float64) {
	values := slices.Concat(s.Entrypoint().Words, s.Command().Words)
	opensHeap := false
	for _, kv := range s.Env() {
		values = append(values, kv.Value)
		opensHeap = opensHeap || strings.Contains(kv.Key, "HEAP") || strings.Contains(kv.Key, "JAVA") || strings.Contains(kv.Key, "JVM")
	}
	for _, v := range values {
		if !v.Exists() || !v.Known {
			continue
		}
		for _, option := range strings.Fields(v.Text) {
			if written, bytes := heapOption(strings.Trim(option, "'\"")); bytes > 0 {
				return v.Span, written, bytes
			}
		}
	}
	own, ok := s.ImageTrait(images.Heap)
	if !ok || opensHeap || s.Has("env_file") || s.Has("command") {
		return at, "", 0
	}
	bytes, _ = byteCount(compose.Value{Text: own, Known: true})
	return s.Span(), own, bytes
}

// heapOption is the size that an option of Java or Node.js sets; 0 for any other word.
func heapOption(option string) (written string, bytes float64) {
	if size, ok := strings.CutPrefix(option, "-Xmx"); ok {
		bytes, _ = byteCount(compose.Value{Text: size, Known: true})
		return size, bytes
	}
	if size, ok := strings.CutPrefix(option, "--max-old-space-size="); ok {
		bytes, _ = byteCount(compose.Value{Text: size + "m", Known: true})
		return size + " MB", bytes
	}
	return "", 0
}
