// Package suppress reads the ignore comments of every dialect and silences the
// findings that they name. A silenced finding is marked, never dropped, and an
// ignore of ours that is wrong or that silences nothing is a finding itself
// (docs/contract.md section 3).
package suppress

import (
	"strings"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/linter"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// The dialects, as lint.Suppression.Kind names them.
const (
	kindDockmend = "dockmend"
	kindHadolint = "hadolint"
	kindBuildKit = "buildkit"
	kindTrivy    = "trivy"
	kindCheckov  = "checkov"
	kindKICS     = "kics"
	kindDclint   = "dclint"
)

// reach says how far a directive counts.
type reach uint8

const (
	// reachNext is what the comment stands above, or inside of.
	reachNext reach = iota
	// reachStage is the build stage whose FROM the comment stands above.
	reachStage
	reachFile
	// reachNone marks a directive of ours that cannot be understood.
	reachNone
)

// name is a rule as a directive names it. Only those of our own dialect have a
// span and stand as they were written; the others are spelt as our aliases are.
type name struct {
	text string
	span text.Span
}

// directive is what one comment asks for.
type directive struct {
	kind  string
	reach reach
	// span reaches from the "#" to the end of the comment.
	span   text.Span
	names  []name
	reason string
	// verb is set in our own dialect: "ignore", "ignore-file" or a slip.
	verb name
	// until is the last day on which one of ours counts, as it was written; ended is set
	// where that day is past, or is none.
	until name
	ended bool
	// trailing is set for an ignore at the end of a line of an instruction.
	trailing bool
}

// appendDirectives reads the comment in src that at covers, from its "#" to
// its end without the line end, and appends what it asks for. It knows no
// target language: where the directives count is for the caller to say. An
// ignore that has run out at now is left out.
func appendDirectives(dst []directive, src string, at text.Span, now time.Time) []directive {
	body := src[at.Start+1 : at.End]
	before := len(dst)
	c := cursor{src: src[:at.End], pos: at.Start + 1}
	c.blanks()
	switch c.peek() {
	case 'd':
		dst = c.dockmend(dst, at, now)
		dst = c.dclint(dst, at)
	case 'h':
		dst = c.hadolint(dst, at)
	case 'c', 'C':
		dst = c.buildkit(dst, at)
	case 'k', 'K', '/', '#', ';':
		dst = c.kics(dst, at)
	}
	// These two read the whole comment, so they may stand behind another one.
	if strings.Contains(body, "trivy:ignore:") {
		dst = appendTrivy(dst, body, at, now)
	}
	if i := strings.Index(body, ":skip="); i >= 0 {
		dst = appendCheckov(dst, body, i, at)
	}
	if len(dst) == before {
		dst = appendNear(dst, src, at)
	}
	return dst
}

// dockmend reads "dockmend ignore=RULE[,RULE] [until=DAY] -- reason" and "ignore-file=".
// A comment without the "=" is prose that mentions the tool.
func (c cursor) dockmend(dst []directive, at text.Span, now time.Time) []directive {
	if !c.literal("dockmend") {
		return dst
	}
	colon := c.literal(":")
	if blank := c.blanks(); !blank && !colon {
		return dst
	}
	d := directive{kind: kindDockmend, span: at, verb: c.take(isVerbByte)}
	c.blanks()
	if d.verb.text == "" || !c.literal("=") {
		return dst
	}
	switch d.verb.text {
	case "ignore":
		d.reach = reachNext
	case "ignore-file":
		d.reach = reachFile
	default:
		d.reach = reachNone
	}
	for {
		for c.blanks() || c.literal(",") {
		}
		before := c.pos
		n := c.take(isNameByte)
		if n.text == "" || n.text[0] == '#' || strings.HasPrefix(n.text, "--") {
			c.pos = before
			break
		}
		d.names = append(d.names, n)
		c.blanks()
		if c.peek() != ',' {
			break
		}
	}
	if c.literal("until=") {
		d.until = c.take(isNameByte)
		last, err := time.Parse(time.DateOnly, d.until.text)
		d.ended = err != nil || now.After(last)
		c.blanks()
	}
	d.reason = reason(c.src[c.pos:])
	return append(dst, d)
}

// hadolint reads "hadolint [global|stage] ignore=DL3006,SC2086 # reason". What
// hadolint refuses is no directive: it reads the comment whole or not at all.
func (c cursor) hadolint(dst []directive, at text.Span) []directive {
	if !c.literal("hadolint") || !c.blanks() {
		return dst
	}
	d := directive{kind: kindHadolint, span: at}
	switch {
	case c.literal("global"):
		d.reach = reachFile
	case c.literal("stage"):
		d.reach = reachStage
	}
	if (d.reach != reachNext && !c.blanks()) || !c.assignment("ignore") {
		return dst
	}
	for {
		n := c.take(isHadolintByte)
		if n.text == "" {
			return dst
		}
		d.names = append(d.names, name{text: n.text})
		if c.tail() {
			d.reason = reason(c.src[c.pos:])
			return append(dst, d)
		}
		if !c.literal(",") {
			return dst
		}
		c.blanks()
	}
}

// buildkit reads "check=skip=A,B;error=true". One that BuildKit refuses has no
// names, since it still keeps BuildKit from reading another one below.
func (c cursor) buildkit(dst []directive, at text.Span) []directive {
	const key = "check"
	if len(c.src)-c.pos < len(key) || !strings.EqualFold(c.src[c.pos:c.pos+len(key)], key) {
		return dst
	}
	c.pos += len(key)
	c.blanks()
	if !c.literal("=") {
		return dst
	}
	c.blanks()
	if c.pos == len(c.src) {
		return dst
	}
	return append(dst, directive{kind: kindBuildKit, span: at, names: checkNames(c.src[c.pos:])})
}

// checkNames lists the checks that the value of a check directive skips.
func checkNames(value string) []name {
	value, _, _ = strings.Cut(value, " ")
	options, err := linter.ParseLintOptions(value)
	if err != nil {
		return nil // BuildKit refuses or disregards it, and says so itself
	}
	if options.SkipAll {
		return []name{{text: everyBuildKit}}
	}
	var names []name
	for _, rule := range options.SkipRules {
		if isBuildKit(rule) {
			names = append(names, name{text: rule})
		}
	}
	return names
}

// kics reads "kics-scan ignore-line", "ignore-block" and "ignore". Its
// "disable=" and "enable=" list queries by numbers that we have no aliases for.
func (c cursor) kics(dst []directive, at text.Span) []directive {
	const key = "kics-scan"
	for c.literal("//") || c.literal("#") || c.literal(";") {
	}
	c.blanks()
	if len(c.src)-c.pos < len(key) || !strings.EqualFold(c.src[c.pos:c.pos+len(key)], key) {
		return dst
	}
	d := directive{kind: kindKICS, span: at, names: []name{{text: everyKICS}}}
	first := true
	for word := range strings.FieldsSeq(c.src[c.pos+len(key):]) {
		switch {
		case strings.EqualFold(word, "ignore-line"):
			d.reach = reachNext
			return append(dst, d)
		case strings.EqualFold(word, "ignore-block"):
			d.reach = reachStage
			return append(dst, d)
		case first && strings.EqualFold(word, "ignore"):
			d.reach = reachFile
			return append(dst, d)
		}
		first = false
	}
	return dst
}

// dclint reads "dclint disable-file", "dclint disable [RULE...]" and
// "dclint disable-line [RULE...]", which counts for its own line or the one
// below (dclint's docs/configuration-comments.md).
func (c cursor) dclint(dst []directive, at text.Span) []directive {
	if !c.literal("dclint") || !c.blanks() {
		return dst
	}
	d := directive{kind: kindDclint, reach: reachFile, span: at}
	words := strings.Fields(c.src[c.pos:])
	if len(words) == 0 {
		return dst
	}
	switch words[0] {
	case "disable":
	case "disable-file":
		words = words[:1]
	case "disable-line":
		d.reach = reachNext
	default:
		return dst
	}
	for _, w := range words[1:] {
		d.names = append(d.names, name{text: dclintPrefix + strings.TrimSuffix(w, ",")})
	}
	if len(d.names) == 0 {
		d.names = []name{{text: everyDclint}}
	}
	return append(dst, d)
}

// appendTrivy reads each "trivy:ignore:ID[:exp:2026-01-31]" of a comment.
func appendTrivy(dst []directive, body string, at text.Span, now time.Time) []directive {
	d := directive{kind: kindTrivy, span: at}
	rest := body[strings.LastIndex(body, "trivy:ignore:"):]
	if i := strings.IndexAny(rest, " \t"); i >= 0 {
		d.reason = reason(rest[i:])
	}
	for word := range strings.FieldsSeq(body) {
		sections, ok := strings.CutPrefix(strings.TrimLeft(word, "#/*"), "trivy:ignore:")
		if !ok {
			continue
		}
		id, sections, _ := strings.Cut(sections, ":")
		id, _, _ = strings.Cut(id, "[")
		if id == "*" {
			id = everyTrivy
		} else if id, ok = lint.TrivyName(id); !ok {
			continue
		}
		if !expired(sections, now) {
			d.names = append(d.names, name{text: id})
		}
	}
	if len(d.names) == 0 {
		return dst
	}
	return append(dst, d)
}

// expired reads trivy's "key:value:key:value". As in trivy, a date that cannot
// be read counts as past.
func expired(sections string, now time.Time) bool {
	for sections != "" {
		var key, value string
		key, sections, _ = strings.Cut(sections, ":")
		value, sections, _ = strings.Cut(sections, ":")
		if key != "exp" {
			continue
		}
		if day, err := time.Parse(time.DateOnly, value); err != nil || !now.Before(day) {
			return true
		}
	}
	return false
}

// appendCheckov reads "checkov:skip=CKV_DOCKER_2:reason"; i is the place of the
// first ":skip=" in the comment's body.
func appendCheckov(dst []directive, body string, i int, at text.Span) []directive {
	tool := body[:i]
	if !strings.HasSuffix(tool, "checkov") && !strings.HasSuffix(tool, "bridgecrew") && !strings.HasSuffix(tool, "cortex") {
		return dst
	}
	d := directive{kind: kindCheckov, reach: reachFile, span: at}
	c := cursor{src: body, pos: i + len(":skip=")}
	c.blanks()
	for {
		n := c.take(isCheckovByte)
		if isCheckov(n.text) {
			d.names = append(d.names, name{text: n.text})
		}
		if n.text == "" || !c.literal(",") {
			break
		}
	}
	if len(d.names) == 0 {
		return dst
	}
	if c.literal(":") {
		d.reason = strings.TrimSpace(body[c.pos:])
	}
	return append(dst, d)
}

// reason is the text behind the rules, without the mark that sets it off.
func reason(rest string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(rest), "-#"))
}

func isVerbByte(b byte) bool {
	return text.IsLetter(b) || b == '-' || b == '_'
}

func isNameByte(b byte) bool { return b != ' ' && b != '\t' && b != ',' }

func isHadolintByte(b byte) bool {
	return text.IsDigit(b) || strings.IndexByte("DLSC", b) >= 0
}

func isCheckovByte(b byte) bool {
	return text.IsLetter(b) || text.IsDigit(b) || b == '_'
}
