// Command execform says of every shell-form CMD and ENTRYPOINT below a folder whether
// shell-form-command rewrites it as a JSON array, and why not. With -engine it builds and
// starts each that is rewritten as safe, before and after, with programs that print how they
// were started, and compares what they print. Each child folder is one repository.
//
//	execform [-engine docker] [-shell /bin/busybox] DIR
//	execform [-engine docker] [-shell /bin/busybox] CASES.txtar
//
// Of an archive with the cases of a rule each case is a repository.
//
// The engine must build with the classic builder, and pulls nothing. It ends with 1 where a
// container starts in another way.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
	"github.com/rogpeppe/go-internal/txtar"
)

func main() {
	engine := flag.String("engine", "", "the container engine that builds and starts what is safe; empty for none")
	shell := flag.String("shell", "/bin/busybox", "a static busybox, for the images")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	dir, remove, err := unpacked(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "execform:", err)
		os.Exit(2)
	}
	differ, err := run(context.Background(), os.Stdout, dir, starter{*engine, *shell})
	remove()
	if err != nil {
		fmt.Fprintln(os.Stderr, "execform:", err)
		os.Exit(2)
	}
	if differ > 0 {
		os.Exit(1)
	}
}

// unpacked is a folder with what an archive holds; a folder is itself. remove deletes what was
// unpacked.
func unpacked(name string) (dir string, remove func(), err error) {
	if !strings.HasSuffix(name, ".txtar") {
		return name, func() {}, nil
	}
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return "", nil, err
	}
	if dir, err = os.MkdirTemp("", "execform-cases-"); err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	for _, f := range archive.Files {
		if base := filepath.Base(f.Name); base == "want" || base == "fixed" || !filepath.IsLocal(f.Name) {
			continue
		}
		to := filepath.Join(dir, f.Name)
		if err = os.MkdirAll(filepath.Dir(to), 0o700); err == nil {
			err = os.WriteFile(to, f.Data, 0o600)
		}
		if err != nil {
			remove()
			return "", nil, err
		}
	}
	return dir, remove, nil
}

// form is a shell-form instruction and what the rule says of it.
type form struct {
	file    string
	line    int
	text    string
	verdict string
	why     string
	before  []byte
	after   []byte
}

// run prints a line for each shell form, and counts the containers that start differently.
func run(ctx context.Context, out io.Writer, dir string, s starter) (differ int, err error) {
	children, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	counts := map[string]int{}
	for _, child := range children {
		if !child.IsDir() {
			continue
		}
		forms, err := formsOf(ctx, filepath.Join(dir, child.Name()))
		if err != nil {
			return differ, err
		}
		for _, f := range forms {
			counts[f.verdict]++
			if f.verdict == "safe" && s.engine != "" {
				same, err := s.startsAlike(ctx, f.before, f.after)
				if err != nil {
					return differ, fmt.Errorf("%s/%s: %w", child.Name(), f.file, err)
				}
				counts["started before and after"]++
				if f.why = "starts the same"; !same {
					differ++
					f.why = "STARTS DIFFERENTLY"
				}
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s/%s:%d\t%s\n", f.verdict, f.why, child.Name(), f.file, f.line, f.text)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		_, _ = fmt.Fprintf(out, "# %s: %d\n", what, counts[what])
	}
	_, _ = fmt.Fprintf(out, "# start differently: %d\n", differ)
	return differ, nil
}

// formsOf are the shell forms of a repository.
func formsOf(ctx context.Context, dir string) (forms []form, err error) {
	names, err := corpusrun.Files(dir, lint.TargetDockerfile)
	if errors.Is(err, discover.ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	result, err := corpusrun.Lint(ctx, dir, lint.TargetDockerfile, names, "strict", false)
	if err != nil {
		return nil, err
	}
	said := map[string]map[int]*lint.Diagnostic{}
	for _, d := range result.Diagnostics {
		if d.Rule.ID != "shell-form-command" {
			continue
		}
		file := d.Source.Path
		if said[file] == nil {
			said[file] = map[int]*lint.Diagnostic{}
		}
		said[file][d.Start().Line] = d
	}
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		d := facts.NewDockerfile(dockerfile.Parse(src))
		for _, in := range d.Instructions {
			if (in.Keyword != "cmd" && in.Keyword != "entrypoint") || in.JSON || in.Err != nil {
				continue
			}
			f := form{file: name, line: d.Lines.Position(in.Span.Start).Line, text: firstLine(d.Text(in.Span)), before: src}
			f.judge(said[name], d, in)
			forms = append(forms, f)
		}
	}
	return forms, nil
}

// judge says what the rule makes of an instruction.
func (f *form) judge(said map[int]*lint.Diagnostic, d *facts.Dockerfile, in *dockerfile.Instruction) {
	found, reported := said[d.Lines.Position(in.Span.Start).Line]
	switch {
	case !reported && d.StageOf(in) != d.Final():
		f.verdict, f.why = "none", "not reported: no container starts this stage"
	case !reported:
		f.verdict, f.why = "none", "not reported: "+whyItStays(in)
	case len(found.Fixes) == 0:
		f.verdict, f.why = "none", inParentheses(found.Message)
	default:
		fix := found.Fixes[0]
		f.verdict, f.why = fix.Applicability.String(), fix.Title
		var edits []text.Edit
		for _, e := range fix.Edits {
			edits = append(edits, e.Edit)
		}
		if after, err := text.Apply(f.before, edits); err == nil {
			f.after = after
		}
	}
}

// whyItStays is what keeps an instruction that the rule does not report.
func whyItStays(in *dockerfile.Instruction) string {
	switch {
	case strings.HasPrefix(in.Args, "exec ") && strings.Contains(in.Args, "$"):
		return "exec replaces the shell, which expands the arguments first"
	case strings.HasPrefix(in.Args, "exec "):
		return "exec replaces the shell"
	case strings.Contains(in.Args, "$"):
		return "a shell expands its arguments"
	case strings.ContainsAny(in.Args, ";|&<>"):
		return "a shell runs several commands"
	}
	return "another instruction or another shell starts the program"
}

func inParentheses(message string) string {
	if _, why, ok := strings.Cut(message, "(no automatic fix: "); ok {
		return strings.TrimSuffix(why, ")")
	}
	return message
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
