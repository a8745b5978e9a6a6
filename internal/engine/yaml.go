package engine

import (
	"bytes"
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/suppress"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// scriptHolder is a document of YAML that has shell scripts in it.
type scriptHolder interface{ UnreadScripts() []text.Span }

// yamlDocument is a document of any kind that is written in YAML.
type yamlDocument[D scriptHolder] struct {
	typed[D]
	file *yaml.File
}

func (d yamlDocument[D]) directives(opts suppress.Options) *suppress.Directives {
	return suppress.ParseYAML(d.file, opts)
}

func (d yamlDocument[D]) faults() []fault {
	err := d.file.Err
	if err == nil {
		if found := unbounded(d.file); found != nil {
			return found
		}
		return unread(d.doc.UnreadScripts())
	}
	f := fault{rule: syntaxError, finding: lint.Finding{Span: err.Span, Message: "the file is not valid YAML from here on: " + err.Message}}
	switch err.Kind {
	case yaml.LimitError:
		f.rule, f.finding.Message = limitReached, fmt.Sprintf("%s: the file was not linted from here on; split it up or exclude it", err.Message)
	case yaml.EncodingError:
		f.finding.Message = err.Message
	case yaml.LostError:
		f = fault{problem: err.Message + "; this is a bug in dockmend; please report it with the file"}
	default:
	}
	return []fault{f}
}

// unbounded says that a file's aliases and merge keys stand for more than is
// looked at, or for themselves: rules say nothing of what they do not see.
func unbounded(file *yaml.File) []fault {
	if len(file.Aliases()) == 0 {
		return nil
	}
	for _, doc := range file.Documents {
		view := yaml.NewView(file)
		if view.Finite(doc.Root) {
			continue
		}
		err := view.Err()
		if err.Kind == yaml.LimitError {
			return []fault{
				{rule: limitReached, finding: lint.Finding{Span: err.Span, Message: err.Message + ": the rest was not linted; write it with fewer aliases or exclude it"}},
			}
		}
		return []fault{
			{rule: syntaxError, finding: lint.Finding{Span: err.Span, Message: err.Message + ", so no program can read the file; take the alias away"}},
		}
	}
	return nil
}

// isYAMLTemplate reports whether a file that is no YAML is one for a template
// engine. In files that are YAML such marks are text: a label, a format.
func isYAMLTemplate(f *yaml.File) bool {
	if f.Err == nil {
		return false
	}
	for _, mark := range []string{"{{", "{%", "<%"} {
		if bytes.Contains(f.Src, []byte(mark)) {
			return true
		}
	}
	return false
}

func newYAML[D scriptHolder](doc typed[D], file *yaml.File) yamlDocument[D] {
	return yamlDocument[D]{doc, file}
}
