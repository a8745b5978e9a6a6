package shellcheck

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// answer is ShellCheck's format json1: lines and columns from 1, columns in
// characters, ends exclusive.
type answer struct {
	Comments []comment `json:"comments"`
}

type comment struct {
	File string `json:"file"`
	place
	Level   string `json:"level"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Fix     *struct {
		Replacements []struct {
			place
			Replacement string `json:"replacement"`
		} `json:"replacements"`
	} `json:"fix"`
}

type place struct {
	Line      int `json:"line"`
	EndLine   int `json:"endLine"`
	Column    int `json:"column"`
	EndColumn int `json:"endColumn"`
}

// decode reads an answer about files that are named by their index.
func decode(src []byte, scripts []lint.Script, notes [][]lint.ScriptNote) error {
	var a answer
	if err := json.Unmarshal(src, &a); err != nil {
		return fmt.Errorf("could not parse the output of shellcheck: %w", err)
	}
	lines := make([]*text.LineIndex, len(scripts))
	for _, c := range a.Comments {
		i, err := strconv.Atoi(c.File)
		if err != nil || i < 0 || i >= len(scripts) {
			return fmt.Errorf("the output of shellcheck is about the file %q", c.File)
		}
		source := []byte(scripts[i].Text)
		if lines[i] == nil {
			lines[i] = text.NewLineIndex(source)
		}
		span, ok := c.span(source, lines[i])
		if !ok || excluded(c.Code) {
			continue
		}
		note := lint.ScriptNote{Span: span, Code: fmt.Sprintf("SC%04d", c.Code), Severity: severity(c.Level), Message: c.Message}
		if c.Fix != nil {
			for _, r := range c.Fix.Replacements {
				at, inside := r.span(source, lines[i])
				if !inside {
					note.Edits = nil
					break
				}
				note.Edits = append(note.Edits, text.Edit{Span: at, New: r.Replacement})
			}
		}
		notes[i] = append(notes[i], note)
	}
	return nil
}

// span is the place in the script's own text; ok is false for the lines before it.
func (p place) span(source []byte, lines *text.LineIndex) (s text.Span, ok bool) {
	start, ok := offset(source, lines, p.Line-headLines, p.Column)
	if !ok {
		return s, false
	}
	end, ok := offset(source, lines, p.EndLine-headLines, p.EndColumn)
	return text.Span{Start: start, End: max(start, end)}, ok
}

func offset(source []byte, lines *text.LineIndex, line, column int) (at int, ok bool) {
	if line < 1 || line > lines.Lines() {
		return 0, false
	}
	whole := lines.FullLine(line)
	at = whole.Start
	for range column - 1 {
		if at >= whole.End {
			break
		}
		_, size := utf8.DecodeRune(source[at:whole.End])
		at += size
	}
	return at, true
}

// excluded are codes about files that ShellCheck may not follow, and about the
// first line, which is ours.
func excluded(code int) bool {
	switch code {
	case 1090, 1091, 2187:
		return true
	}
	return false
}

func severity(level string) lint.Severity {
	switch level {
	case "error":
		return lint.Error
	case "warning":
		return lint.Warning
	case "info":
		return lint.Info
	}
	return lint.Style
}
