package main

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// mutant is a document changed in one way.
type mutant struct {
	name string
	src  []byte
}

// mutantsOf are the document itself and what the ways of its kind make of it.
func mutantsOf(target lint.Target, src []byte) []mutant {
	all := []mutant{{"as it is", src}}
	add := func(name string, made []byte) {
		if !bytes.Equal(made, src) {
			all = append(all, mutant{name, made})
		}
	}
	for _, way := range waysOfText {
		add(way.name, way.make(src))
	}
	switch target {
	case lint.TargetDockerfile:
		d := dockerfile.Parse(src)
		for _, way := range waysOfRun {
			add(way.name, eachInstruction(d, "run", way.make))
		}
		add("onbuild", eachInstruction(d, "", func(_, whole string) string { return "ONBUILD " + whole }))
		add("escape", escaped(src))
		for _, line := range linesBehindFrom {
			add(line, eachInstruction(d, "from", func(_, whole string) string { return whole + "\n" + line }))
		}
	case lint.TargetIgnoreFile:
		add("exception", append(bytes.Clone(src), "\n!kept/file\n"...))
		add("leading slash", leadingWord.ReplaceAll(src, []byte("/$1")))
	default:
		for _, way := range waysOfYAML {
			add(way.name, way.make(src))
		}
	}
	return all
}

type way struct {
	name string
	make func(src []byte) []byte
}

var waysOfText = []way{
	{"carriage returns", func(src []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}},
	{"no last line end", func(src []byte) []byte { return bytes.TrimRight(src, "\r\n") }},
	{"byte order mark", func(src []byte) []byte {
		return append([]byte("\xEF\xBB\xBF"), bytes.TrimPrefix(src, []byte("\xEF\xBB\xBF"))...)
	}},
}

// linesBehindFrom change in what way commands run.
var linesBehindFrom = []string{
	`SHELL ["/bin/bash", "-c"]`,
	`SHELL ["/bin/bash", "-o", "pipefail", "-c"]`,
	"USER app",
	"WORKDIR sub",
}

// wayOfRun changes an instruction: args is what stands behind the keyword, whole all
// of it.
type wayOfRun struct {
	name string
	make func(args, whole string) string
}

var waysOfRun = []wayOfRun{
	{"comment at the end", func(_, whole string) string { return whole + " # note" }},
	{"comment line within", func(_, whole string) string { return strings.Replace(whole, " && ", " && \\\n    # note\n    ", 1) }},
	{"continued", func(_, whole string) string { return strings.ReplaceAll(whole, " && ", " \\\n    && ") }},
	{"one line", func(_, whole string) string { return continuation.ReplaceAllString(whole, " ") }},
	{"here-document", func(args, whole string) string {
		if strings.Contains(args, "\n") {
			return whole
		}
		return "RUN <<EOF\n" + args + "\nEOF"
	}},
	{"background", func(_, whole string) string { return whole + " &" }},
	{"alternative", func(_, whole string) string { return whole + " || true" }},
	{"piped", func(_, whole string) string { return whole + " | tee log" }},
	{"semicolon", func(_, whole string) string { return whole + ";" }},
	{"cd", func(args, _ string) string { return "RUN cd /tmp && " + args }},
	{"set -e", func(args, _ string) string { return "RUN set -eux; " + args }},
	{"exec", func(args, _ string) string { return "RUN exec " + args }},
	{"assignment", func(args, _ string) string { return "RUN X=1; " + args }},
	{"trap", func(args, _ string) string { return "RUN trap cleanup EXIT; " + args }},
	{"subshell", func(args, _ string) string { return "RUN ( " + args + " )" }},
	{"braces", func(args, _ string) string { return "RUN { " + args + "; }" }},
	{"condition", func(args, _ string) string { return "RUN if probe; then " + args + "; fi" }},
	{"sudo", func(args, _ string) string { return "RUN sudo " + args }},
	{"quoted", func(_, whole string) string { return lastWord.ReplaceAllString(whole, ` "$1"`) }},
	{"mounted", func(args, _ string) string { return "RUN --mount=type=cache,target=/var/tmp/cache " + args }},
}

var (
	continuation = regexp.MustCompile(`[ \t]*\\\n[ \t]*`)
	lastWord     = regexp.MustCompile(` ([a-z][a-z0-9-]*)$`)
	leadingWord  = regexp.MustCompile(`(?m)^([a-z])`)
)

// eachInstruction changes the instructions with a keyword, all but FROM and ARG for
// the empty one. Those with here-documents stay, and triggers.
func eachInstruction(d *dockerfile.Document, keyword string, change func(args, whole string) string) []byte {
	var out bytes.Buffer
	last := 0
	for _, in := range d.Instructions {
		skip := in.Keyword != keyword
		if keyword == "" {
			skip = in.Keyword == "from" || in.Keyword == "arg"
		}
		if skip || in.Inner != nil || len(in.Heredocs) > 0 || in.Span.Start < last {
			continue
		}
		whole := strings.TrimRight(d.Text(in.Span), " \t\r\n")
		_, args, _ := strings.Cut(whole, " ")
		if keyword == "run" && (strings.HasPrefix(args, "[") || strings.HasPrefix(args, "--")) {
			continue
		}
		out.Write(d.Src[last:in.Span.Start])
		out.WriteString(change(args, whole))
		last = in.Span.Start + len(whole)
	}
	out.Write(d.Src[last:])
	return out.Bytes()
}

// escaped continues lines with a backtick.
func escaped(src []byte) []byte {
	if bytes.HasPrefix(src, []byte("#")) || bytes.Contains(src, []byte("`")) {
		return src
	}
	return append([]byte("# escape=`\n"), bytes.ReplaceAll(src, []byte("\\\n"), []byte("`\n"))...)
}

var waysOfYAML = []way{
	{"comment at line ends", func(src []byte) []byte { return plainValue.ReplaceAll(src, []byte("$0 # note")) }},
	{"comment lines", func(src []byte) []byte { return keyLine.ReplaceAll(src, []byte("$1# note\n$0")) }},
	{"marked", func(src []byte) []byte {
		return keyWithValue.ReplaceAll(src, []byte("$1###> own ###\n$0\n$1###< own ###"))
	}},
	{"second document", func(src []byte) []byte { return append(bytes.Clone(src), "---\nx-other: 1\n"...) }},
	{"anchor", func(src []byte) []byte { return imageValue.ReplaceAll(src, []byte("$1 &own $2")) }},
	{"double quotes", func(src []byte) []byte { return imageValue.ReplaceAll(src, []byte(`$1 "$2"`)) }},
	{"flow", func(src []byte) []byte { return oneItem.ReplaceAll(src, []byte("$1: [$2]\n")) }},
	{"blank lines", func(src []byte) []byte { return keyLine.ReplaceAll(src, []byte("\n$0")) }},
	{"deep", func(src []byte) []byte { return indented.ReplaceAll(src, []byte("$1$1")) }},
}

var (
	plainValue   = regexp.MustCompile(`(?m)^ +[a-z_-]+: [A-Za-z0-9./:_-]+$`)
	keyLine      = regexp.MustCompile(`(?m)^( {4})[a-z_]+:.*$`)
	keyWithValue = regexp.MustCompile(`(?m)^( {4})[a-z_]+: [^|>&\[{\n]+$`)
	imageValue   = regexp.MustCompile(`(?m)^( +image:) ([A-Za-z0-9./:_-]+)$`)
	oneItem      = regexp.MustCompile(`(?m)^( +[a-z_]+):\n +- ([A-Za-z0-9./_-]+)\n`)
	indented     = regexp.MustCompile(`(?m)^( +)`)
)
