package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// BuildRefused reports instructions for which BuildKit refuses to build the file: the
// build stops with an error before it runs the first step. BuildKit's own compiler reads
// the file, without a network, for the last stage and for the stages and arguments that
// Compose files pass. The message ends with BuildKit's error.
//
// # Why it matters
//
// The file cannot be built. Common reasons are a comma between the ports of `EXPOSE`, an
// unknown option of `RUN --mount`, an invalid mode or checksum, an image name with
// capital letters, a missing quote, and a variable in `COPY --from`.
//
// # How to fix it
//
// Change the instruction as the message says. The error in parentheses is what `docker
// build` prints.
//
// # Fix safety
//
// There is no automatic fix: BuildKit reports what it rejects, but not what the author meant.
//
// # Exceptions
//
// It does not report:
//
//   - stages that no known build needs
//   - values that the repository does not give, such as an `ARG` without a default, or
//     one that a Makefile, a script or a workflow passes
//   - placeholders, and files in folders of tests
//   - files that another frontend reads (`# syntax=`)
//   - reasons that another rule reports
//   - files that are too large to compile; they are listed as skipped
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
		if at < 0 || (strings.Count(head[args:], word) > 1 && len(word) < 3) {
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
// quotes, then what follows the last colon.
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

// refusalAdvice says what to do about a reason. The first entry whose part is in the
// error of BuildKit 0.34, for any instruction or for one, is used.
var refusalAdvice = []struct{ keyword, part, advice string }{
	{"", "looking for matching", "close the quote, or escape it with a backslash"},
	{"", "substitution", "write ${NAME}, ${NAME:-default} or ${NAME:+value}, or escape a literal dollar sign as \\$"},
	{"", "missing '}'", "close the brace"},
	{"", "not allowed to be", "give the variable a value"},
	{"expose", "", "write ports as 8080 or 8080/udp, separated by spaces and without a comment after them"},
	{"copy", "variable expansion is not supported", "add a named stage FROM that image, and copy from it"},
	{"copy", "needs to be defined before", "move that stage above this one"},
	{"copy", "stage index", "name an earlier stage"},
	{"", "circular dependency", "name an earlier stage, because a stage cannot copy from itself"},
	{"from", "must be lowercase", "write the image name in lower case"},
	{"from", "invalid reference", "write an image as name:tag or name@sha256:digest"},
	{"from", "platform", "write a platform such as linux/amd64"},
	{"copy", "invalid reference", "name a stage, or write an image as name:tag"},
	{"run", "unsupported mount type", "use one of the mount types bind, cache, tmpfs, secret and ssh"},
	{"run", "invalid mount target", "add target= with the path of the mount"},
	{"run", "sharing", "set sharing to shared, private or locked"},
	{"run", "unexpected key", "remove the option, or correct its name"},
	{"run", "secret mount", "add id= with the name of the secret"},
	{"run", "for mode", "write an octal mode such as 0400"},
	{"run", "for uid", "write the numeric ID of the user"},
	{"run", "for gid", "write the numeric ID of the group"},
	{"run", "for size", "write a size such as 64m"},
	{"run", "arguments are required", "write the command"},
	{"stopsignal", "", "write a signal such as SIGTERM, or its number"},
	{"", "chmod", "write an octal mode such as 755, or letters such as u=rwX,go=rX"},
	{"", "checksum requires", "remove --checksum, which works only for URLs and Git repositories"},
	{"", "digest", "write sha256: and the 64 hexadecimal digits of the checksum"},
	{"", "checksum", "write sha256: and the 64 hexadecimal digits of the checksum"},
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
