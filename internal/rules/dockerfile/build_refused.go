package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// BuildRefused finds what makes BuildKit refuse to build the file: it stops with
// an error before it runs any step.
//
// The file is compiled by BuildKit's own compiler, without a network, for the last
// stage and for the stages and arguments that Compose files around it pass. The
// message has BuildKit's own words at its end. Each stage that such a build needs
// is compiled; for another stage nothing is reported.
//
// Common reasons are a comma between two ports of EXPOSE, an unknown option of RUN
// --mount, a mode or checksum that is none, an image name with capital letters, a
// quote that is not closed, and COPY --from with a variable.
//
// Silent where a value decides that nothing in the repository gives, such as an
// ARG without a default, or one that a Makefile, a script or a workflow passes;
// for placeholders; for files in folders of tests; for files that another
// frontend reads (# syntax=); and where another rule reports the reason. A file
// that is too large to compile is listed as skipped.
var BuildRefused = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "build-refused",
		Title:    "BuildKit refuses to build the file",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesAny,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
	},
	Check: checkBuildRefused,
}

func checkBuildRefused(p *facts.Pass[*facts.Dockerfile]) {
	if p.Refusals == nil || facts.IsTestName(p.Doc.Name) || !isParsed(p.Doc) {
		return
	}
	refusals, err := p.Refusals()
	if err != nil {
		p.Skip("BuildKit did not compile the file: " + err.Error())
		return
	}
	for _, r := range refusals {
		in := instructionAt(p.Doc, r.Within)
		if in == nil {
			continue
		}
		at := refusedWord(p.Doc, in, r.Reason)
		p.Report(lint.Finding{
			Span: at, Within: r.Within,
			Message: fmt.Sprintf("%s stops the build; %s (BuildKit: %s)", quoteShort(p.Doc.Text(at)), adviceFor(in.Keyword, r.Reason), r.Reason),
		})
	}
}

// isParsed reports whether BuildKit reads every instruction: syntax-error has
// reported the others.
func isParsed(d *facts.Dockerfile) bool {
	if d.Whole != nil {
		return false
	}
	for _, in := range d.Instructions {
		if in.Err != nil {
			return false
		}
	}
	return true
}

func instructionAt(d *facts.Dockerfile, at text.Span) *dockerfile.Instruction {
	for _, in := range d.Instructions {
		if in.Span == at {
			return in
		}
	}
	return nil
}

// refusedWord is the word of an instruction that the reason names, else its
// keyword and arguments up to the end of the line.
func refusedWord(d *facts.Dockerfile, in *dockerfile.Instruction, reason string) text.Span {
	head := d.Text(in.Head)
	args := in.KeywordSpan.End - in.Head.Start
	for _, word := range namedWords(reason) {
		at := strings.Index(head[args:], word)
		if at < 0 || strings.Count(head[args:], word) > 1 && len(word) < 3 {
			continue
		}
		start := in.Head.Start + args + at
		return text.Span{Start: start, End: start + len(word)}
	}
	for _, f := range in.Flags {
		if isAbout(reason, f.Name) {
			return f.Span
		}
	}
	line, _, _ := strings.Cut(head, "\n")
	return text.Span{Start: in.Head.Start, End: in.Head.Start + len(strings.TrimRight(line, "\r \t\\"))}
}

// isAbout reports whether a reason without a word of the file is about a flag.
func isAbout(reason, flag string) bool {
	switch flag {
	case "from":
		return strings.Contains(reason, "--from") || strings.Contains(reason, "stage index") || strings.Contains(reason, "circular")
	case "chmod":
		return strings.Contains(reason, "chmod") || reason == "invalid syntax"
	case "checksum":
		return strings.Contains(reason, "checksum") || strings.Contains(reason, "digest")
	case "mount":
		return strings.Contains(reason, "mount") || strings.Contains(reason, "key")
	case "platform":
		return strings.Contains(reason, "platform")
	}
	return false
}

// namedWords lists the words of a reason that may be the file's own: those in
// quotes, then what stands after the last colon.
func namedWords(reason string) (words []string) {
	for _, quote := range []string{`"`, "'"} {
		for i, part := range strings.Split(reason, quote) {
			if i%2 == 1 && part != "" {
				words = append(words, strings.ReplaceAll(part, `\"`, `"`))
			}
		}
	}
	if i := strings.LastIndex(reason, ": "); i >= 0 && len(reason) > i+2 {
		words = append(words, reason[i+2:])
	}
	if word, ok := strings.CutPrefix(reason, "invalid value "); ok {
		word, _, _ = strings.Cut(word, " ")
		words = append(words, word)
	}
	return words
}

// refusalAdvice has what to do about a reason, the first that fits: parts of what
// BuildKit 0.34 says, in any instruction or in one.
var refusalAdvice = []struct{ keyword, part, advice string }{
	{"", "looking for matching", "close the quote, or escape it with a backslash"},
	{"", "substitution", "write ${NAME}, ${NAME:-default} or ${NAME:+value}; a dollar that is meant as such is \\$"},
	{"", "missing '}'", "close the brace"},
	{"", "not allowed to be", "give the variable a value"},
	{"expose", "", "write ports as 8080 or 8080/udp, with spaces between them and no comment behind them"},
	{"copy", "variable expansion is not supported", "--from takes no variable: add a stage FROM that image with AS and a name, and copy from it"},
	{"copy", "needs to be defined before", "move that stage above this one"},
	{"copy", "stage index", "name an earlier stage"},
	{"", "circular dependency", "a stage cannot copy from itself: name an earlier stage"},
	{"from", "must be lowercase", "write the image's name in lower case"},
	{"from", "invalid reference", "write an image as name:tag or name@sha256:digest"},
	{"from", "platform", "write a platform such as linux/amd64"},
	{"copy", "invalid reference", "--from takes a stage or an image: write an image as name:tag"},
	{"run", "unsupported mount type", "a mount is of type bind, cache, tmpfs, secret or ssh"},
	{"run", "invalid mount target", "add target= with a path to the mount"},
	{"run", "sharing", "sharing is shared, private or locked"},
	{"run", "unexpected key", "take the option out, or write its right name"},
	{"run", "secret mount", "add id= with the secret's name to the mount"},
	{"run", "for mode", "write an octal mode such as 0400"},
	{"run", "for uid", "write the number of the user"},
	{"run", "for gid", "write the number of the group"},
	{"run", "for size", "write a size such as 64m"},
	{"run", "arguments are required", "write the command"},
	{"stopsignal", "", "write a signal such as SIGTERM, or its number"},
	{"", "chmod", "write an octal mode such as 755, or letters such as u=rwX,go=rX"},
	{"", "checksum requires", "only ADD of an address has a checksum: remove it"},
	{"", "digest", "write sha256: and the 64 hexadecimal digits of the file's checksum"},
	{"", "checksum", "write sha256: and the 64 hexadecimal digits of the file's checksum"},
	{"from", "should not be blank", "give the ARG a default"},
	{"volume", "empty", "write the path of the volume"},
	{"copy", "invalid syntax", "write an octal mode such as 755, or letters such as u=rwX,go=rX"},
	{"add", "invalid syntax", "write an octal mode such as 755, or letters such as u=rwX,go=rX"},
}

func adviceFor(keyword, reason string) string {
	for _, a := range refusalAdvice {
		if (a.keyword == "" || a.keyword == keyword) && strings.Contains(reason, a.part) {
			return a.advice
		}
	}
	return "change this " + strings.ToUpper(keyword)
}
