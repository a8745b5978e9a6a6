package suppress

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/text"
)

// kindNear is a comment that is written like an ignore of a tool, and that neither the
// tool nor this one reads. Its verb is the tool, its reason what to write.
const kindNear = "near"

// nearVerbs are the words that people write for ignore.
const nearVerbs = `(?:global[ \t]+|stage[ \t]+)?(?:ignore(?:[-_](?:file|line|next|next-line))?|disable(?:[-_](?:file|line|next|next-line))?|skip)`

// nearTool is how comments of one tool are nearly written.
type nearTool struct {
	tool string
	// like has the tool, a verb and the first name of a rule, with nothing else between
	// them; prose about the tool has.
	like *regexp.Regexp
	// list finds the first names that stand together, name each of them: a remark may name
	// other rules.
	list, name *regexp.Regexp
	// write is the right comment, with the names in the place of %s and between sep.
	write, sep string
}

// near is what lies between a tool, a verb and a name.
const near = `[ \t:=,-]*`

func nearlyLike(tool, name string) *regexp.Regexp {
	return regexp.MustCompile(`^(?i:` + tool + `[ \t:-]` + near + nearVerbs + `[ \t:=,\["'(]+` + name + `(?:[^A-Za-z0-9_-]|$))`)
}

// nearTools makes the table; it is made for comments alone that name one of the tools.
func nearTools() []nearTool {
	const (
		code    = `(?:DL|SC)[0-9]{4}`
		trivy   = `(?:AVD-)?DS-?[0-9]{3,4}`
		checkov = `CKV2?_[A-Z]+_[0-9]+`
		words   = `[a-z0-9]+(?:-[a-z0-9]+)+`
	)
	tool := func(tool, name, write, sep string) nearTool {
		list := regexp.MustCompile(`(?i:` + name + `(?:[ \t,;|]+` + name + `)*)`)
		return nearTool{tool, nearlyLike(tool, name), list, regexp.MustCompile(`(?i:` + name + `)`), write, sep}
	}
	return []nearTool{
		tool(kindHadolint, code, "hadolint ignore=%s", ","),
		tool(kindDockmend, `(?:`+code+`|`+trivy+`|`+checkov+`|`+words+`)`, "dockmend ignore=%s", ","),
		tool(kindTrivy, trivy, "trivy:ignore:%s", " trivy:ignore:"),
		tool(kindCheckov, checkov, "checkov:skip=%s", ","),
	}
}

// maxNearNames is how many names of such a comment are repeated.
const maxNearNames = 10

// appendNear appends what a comment in which no tool reads anything was meant to be.
func appendNear(dst []directive, src string, at text.Span) []directive {
	body := strings.TrimLeft(src[at.Start:at.End], "#/ \t")
	if !namesTool(body) || strings.Contains(body, "trivy:ignore:") || strings.Contains(body, "checkov:skip=") {
		return dst // the last two are read, and may have ended or name what is not known here
	}
	for _, t := range nearTools() {
		if !t.like.MatchString(body) {
			continue
		}
		names := t.name.FindAllString(t.list.FindString(body[len(t.tool):]), maxNearNames)
		for i, n := range names {
			if t.tool != kindDockmend {
				names[i] = strings.ToUpper(n)
			}
		}
		write := "# " + fmt.Sprintf(t.write, strings.Join(names, t.sep))
		return append(dst, directive{kind: kindNear, reach: reachNone, span: at, verb: name{text: t.tool}, reason: write})
	}
	return dst
}

// namesTool reports whether a comment begins with one of the tools, in any case.
func namesTool(body string) bool {
	for _, tool := range []string{kindHadolint, kindDockmend, kindTrivy, kindCheckov} {
		if len(body) > len(tool) && strings.EqualFold(body[:len(tool)], tool) {
			return true
		}
	}
	return false
}

// appendTrailing appends an ignore that stands at the end of a line of an instruction,
// where no tool reads one: to Docker it is no comment there, and to a shell it is one.
func appendTrailing(dst []directive, src string, line text.Span, now time.Time) []directive {
	words := strings.TrimRight(src[line.Start:line.End], " \t\\")
	i := max(strings.LastIndex(words, " #"), strings.LastIndex(words, "\t#"))
	if i < 0 || strings.ContainsAny(words[i:], "\"'`$") {
		return dst // quotes make it a part of a text
	}
	at := text.Span{Start: line.Start + i + 1, End: line.Start + len(words)}
	if !namesTool(strings.TrimLeft(src[at.Start:at.End], "#/ \t")) {
		return dst
	}
	for _, x := range appendDirectives(nil, src, at, now) {
		tool, write := x.kind, src[at.Start:at.End]
		if x.kind == kindNear {
			tool, write = x.verb.text, x.reason
		}
		if tool == kindHadolint || tool == kindDockmend {
			return append(dst, directive{kind: kindNear, reach: reachNone, span: at, verb: name{text: tool}, reason: write, trailing: true})
		}
	}
	return dst
}
