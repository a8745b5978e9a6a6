package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Edits that put a command behind or before those of a RUN, or join two RUNs, in the
// layout that the file has. Whether that may be is for facts to say.

// maxLine is up to how many columns a RUN of one line stays one.
const maxLine = 100

// appendCommand is the fix that ends a RUN with one more command, on a line of its
// own where the RUN has several.
func appendCommand(d *facts.Dockerfile, c *facts.Command, command string) (lint.Fix, bool) {
	last, ok := d.MayAppend(c)
	if !ok {
		return lint.Fix{}, false
	}
	end, l := c.Script.SpanOf(last).End, layoutOf(d, c.Instruction)
	edit := lint.Insert(end, l.joint(d, end, len(command))+command)
	if last.Semicolon.IsValid() {
		semicolon := text.Span{Start: end - 1, End: end}
		switch {
		case d.Text(semicolon) != ";":
			return lint.Fix{}, false
		case facts.StopsAtFailure(c.Script.File):
			edit = lint.Insert(end, l.line(d)+command+";")
		default: // the last command decides whether the RUN works
			edit = lint.Replace(semicolon, l.joint(d, end, len(command))+command)
		}
	}
	return lint.Fix{
		Title: "append " + command, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{edit},
	}, true
}

// prependCommand is the edit that begins a RUN with one more command.
func prependCommand(d *facts.Dockerfile, c *facts.Command, command string) (edit lint.FileEdit, ok bool) {
	first, ok := d.MayPrepend(c)
	if !ok {
		return edit, false
	}
	l, start := layoutOf(d, c.Instruction), c.Script.SpanOf(first).Start
	if l.several && !l.leading && d.Lines.Position(start).Line == d.Lines.Position(c.Instruction.Span.Start).Line {
		return lint.Insert(start, command+" && "), true
	}
	return lint.Insert(start, command+l.joint(d, start, len(command))), true
}

// joinRuns is the edit that joins a RUN with the one right below it. oneLine keeps
// what is one line so, if the first line of the second has room on it.
func joinRuns(d *facts.Dockerfile, first, second *dockerfile.Instruction, oneLine bool) (edit lint.FileEdit, ok bool) {
	gap := text.Span{Start: first.Span.End, End: second.Span.Start}
	if isInner(first) || isInner(second) || len(first.Flags) > 0 || len(second.Flags) > 0 {
		return edit, false
	}
	if strings.TrimSpace(d.Text(gap)) != "" || !d.MayJoin(first, second) {
		return edit, false
	}
	l := layoutOf(d, first)
	if !l.several && !oneLine {
		l = layoutOf(d, second)
		l.several = true
	}
	end := first.Script().SpanOf(first.Script().File.Stmts[0]).End
	head, _, _ := strings.Cut(second.Body, "\n")
	return lint.Replace(text.Span{Start: end, End: second.BodySpan.Start}, l.joint(d, end, len(head))), true
}

// runLayout is how the commands of a RUN stand on lines.
type runLayout struct {
	// several is set where the RUN has more than one line.
	several bool
	// leading is set where lines begin with "&&", as against end with it.
	leading bool
	// indent is that of the lines on which commands stand.
	indent string
}

func layoutOf(d *facts.Dockerfile, in *dockerfile.Instruction) runLayout {
	l := runLayout{leading: true, indent: "    "}
	ended, plain := false, ""
	for _, line := range in.PhysicalLines() {
		if line.Kind != dockerfile.CodeLine {
			continue
		}
		code := string(d.Src[line.Start:line.Continued])
		words := strings.TrimLeft(code, " \t")
		indent := code[:len(code)-len(words)]
		switch {
		case line.Start <= in.Span.Start:
		case strings.HasPrefix(words, "&&"):
			return runLayout{several: true, leading: true, indent: indent}
		case ended:
			l = runLayout{several: true, indent: indent}
		case !l.several && plain == "":
			plain = indent
		}
		l.several = l.several || line.Start > in.Span.Start
		ended = strings.HasSuffix(strings.TrimRight(words, " \t"), "&&")
	}
	if l.leading && plain != "" {
		l.indent = plain
	}
	return l
}

// line is what stands between two commands that each end in a semicolon.
func (l runLayout) line(d *facts.Dockerfile) string {
	if !l.several {
		return " "
	}
	return " " + string(rune(d.Escape)) + d.Newline() + l.indent
}

// joint is what stands between two commands, of which the second has so many
// bytes and follows at a place of the file.
func (l runLayout) joint(d *facts.Dockerfile, at, length int) string {
	next := string(rune(d.Escape)) + d.Newline() + l.indent
	switch {
	case !l.several && d.Lines.Position(at).Column+length <= maxLine:
		return " && "
	case l.leading:
		return " " + next + "&& "
	}
	return " && " + next
}

// firstAction is a command's first word that is not a flag.
func firstAction(c *facts.Command) string {
	for _, a := range c.Args() {
		if !strings.HasPrefix(a.Text, "-") {
			return a.Text
		}
	}
	return ""
}

// leaveOutUpgrade deletes the upgrade. It deletes the whole RUN if the other commands only
// update the index and clean up. It leaves no index that nothing reads, and no
// installation without an index.
func leaveOutUpgrade(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	only, updates, installs := true, c.Name() == "apk" && c.HasFlag("-U", "--update", "--update-cache"), false
	for _, other := range d.Commands(c.Instruction) {
		pkg, ok := facts.Packages(other)
		updates = updates || (ok && updatesIndex(pkg))
		installs = installs || (ok && installsByName(pkg))
		cleans := (ok && (pkg.Action == "clean" || pkg.Action == "autoclean" || pkg.Action == "autoremove" || updatesIndex(pkg))) ||
			other.Name() == "rm"
		only = only && (other == c || cleans)
	}
	edit, ok := deleteCommand(c)
	switch {
	case only:
		edit, ok = deleteInstruction(c.Instruction)
		ok = ok && d.IsChain(c.Instruction) && !strings.Contains(c.Instruction.Body, ".list") && (!updates || !needsIndex(d, c.Instruction))
	case updates && !installs, updates && c.Name() == "apk" && c.HasFlag("-U", "--update", "--update-cache"):
		return nil
	}
	if !ok {
		return nil
	}
	return unsafeFix("remove the upgrade", lint.EffectGraph, edit)
}

func installsByName(c facts.PackageCommand) bool {
	return c.Action == "install" || c.Action == "add" || c.Action == "in"
}

// needsIndex reports whether a later RUN installs packages without updating the index
// itself.
func needsIndex(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	last := facts.Once(d, "last install that needs an index", nil, func() int {
		last := -1
		d.Each("run", true, func(x *dockerfile.Instruction) {
			if findsIndex(d, x) {
				last = x.Index()
			}
		})
		return last
	})
	return last > in.Index()
}

// findsIndex reports whether a RUN installs packages with an index that an earlier RUN
// downloaded.
func findsIndex(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	for _, c := range d.Commands(in) {
		pkg, ok := facts.Packages(c)
		if ok && updatesIndex(pkg) {
			return false
		}
		if !ok || !installsByName(pkg) {
			continue
		}
		switch pkg.Manager {
		case "apk":
			if !c.HasFlag("--no-cache", "-U", "--update", "--update-cache") {
				return true
			}
		case "apt-get", "apt", "aptitude":
			return true
		}
	}
	return false
}
