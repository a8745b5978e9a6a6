package lsp

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
)

// Kinds of completions, as the protocol numbers them.
const (
	itemVariable = 6
	itemModule   = 9
	itemProperty = 10
	itemValue    = 12
	itemKeyword  = 14
	itemConstant = 21
)

// instructions are those of a Dockerfile with their flags, and the flags' values where these
// are few: docs.docker.com/reference/dockerfile.
var instructions = map[string][]string{
	"ADD": {"--chown=", "--chmod=", "--link", "--exclude=", "--checksum=sha256:", "--keep-git-dir", "--unpack"}, "ARG": nil, "CMD": nil,
	"COPY": {"--from=", "--chown=", "--chmod=", "--link", "--parents", "--exclude="}, "ENTRYPOINT": nil, "ENV": nil, "EXPOSE": nil,
	"FROM": {"--platform="}, "HEALTHCHECK": {"--interval=", "--timeout=", "--start-period=", "--start-interval=", "--retries="}, "LABEL": nil,
	"MAINTAINER": nil, "ONBUILD": nil, "RUN": {
		"--mount=type=cache,target=", "--mount=type=bind,source=", "--mount=type=secret,id=", "--mount=type=ssh", "--mount=type=tmpfs,target=",
		"--network=none", "--network=host", "--network=default", "--security=sandbox", "--security=insecure",
	}, "SHELL": nil, "STOPSIGNAL": nil, "USER": nil, "VOLUME": nil, "WORKDIR": nil,
}

// patterns are where in a line something can be completed. Other commands do not need them.
type patterns struct{ ignore, keyword, stage, flag, variable *regexp.Regexp }

var linePatterns = sync.OnceValue(func() patterns { //nolint:gochecknoglobals // it is made once
	return patterns{
		ignore:   regexp.MustCompile(`#\s*dockmend\s+ignore(?:-file)?=(?:[^\s,]+,)*([\w:/.-]*)$`),
		keyword:  regexp.MustCompile(`^\s*(?i:ONBUILD\s+)?(\w*)$`),
		stage:    regexp.MustCompile(`(?i)(?:--from=|\bfrom=|^\s*FROM\s+(?:--\S+\s+)*)([\w.-]*)$`),
		flag:     regexp.MustCompile(`(?i)^\s*(\w+)\s+(?:--\S+\s+)*(--\S*)$`),
		variable: regexp.MustCompile(`\$\{?(\w*)$`),
	}
})

// complete answers textDocument/completion.
func (s *server) complete(ctx context.Context, p *positionParams) (*completionList, error) {
	list := &completionList{Items: []completionItem{}}
	v, err := s.look(ctx, p.TextDocument.URI)
	if v == nil {
		return list, err
	}
	at := v.offset(p.Position)
	before := v.before(at)
	c := &completing{v: v, at: at, list: list}
	switch {
	case isConfig(v.doc.name):
		c.configuration(before)
	case linePatterns().ignore.MatchString(before):
		c.ruleNames(linePatterns().ignore.FindStringSubmatch(before)[1])
	case v.docker != nil:
		c.dockerfile(before)
	}
	return list, nil
}

// completing is the answer at one place.
type completing struct {
	v    *view
	at   int
	list *completionList
}

// offer offers texts for the last bytes before the place.
func (c *completing) offer(typed string, items ...completionItem) {
	r := c.v.textRange(text.Span{Start: c.at - len(typed), End: c.at})
	for _, item := range items {
		insert := cmp.Or(item.FilterText, item.Label)
		item.FilterText = insert
		item.TextEdit = &textEdit{r, insert}
		c.list.Items = append(c.list.Items, item)
	}
}

// ruleNames offers the rules that read this kind of file, by their ids.
func (c *completing) ruleNames(typed string) {
	for _, m := range rules.All().Metas() {
		if m.Target == c.v.target || !c.v.known {
			c.offer(typed, ruleItem(m))
		}
	}
}

func ruleItem(m *lint.Meta) completionItem {
	return completionItem{Label: m.ID, Kind: itemConstant, Detail: m.Title}
}

func (c *completing) dockerfile(before string) {
	f := c.v.docker
	in := f.At(max(c.at-1, 0))
	isFirst := in == nil || c.v.text.lineOf(in.Span.Start) == c.v.text.lineOf(c.at)
	if m := linePatterns().variable.FindStringSubmatch(before); m != nil && in != nil {
		for _, name := range f.ScopeAt(in).Names(200) {
			c.offer(m[1], completionItem{Label: name, Kind: itemVariable})
		}
		return
	}
	if m := linePatterns().stage.FindStringSubmatch(before); m != nil {
		own := f.Instructions
		for _, stage := range f.Stages() {
			if stage.Name != "" && stage.From.Span.End < c.v.line(c.at).Start && len(own) > 0 {
				c.offer(m[1], completionItem{Label: string(stage.NameSpan.Of(c.v.text.src)), Kind: itemModule, Detail: stage.Image.Raw})
			}
		}
	}
	if m := linePatterns().flag.FindStringSubmatch(before); m != nil {
		if !strings.Contains(m[2], "=") || strings.EqualFold(m[1], "RUN") {
			for _, flag := range instructions[strings.ToUpper(m[1])] {
				c.offer(m[2], completionItem{Label: flag, Kind: itemProperty})
			}
		}
		return
	}
	if m := linePatterns().keyword.FindStringSubmatch(before); m != nil && isFirst {
		for _, name := range sortedKeys(instructions) {
			c.offer(m[1], completionItem{Label: name, Kind: itemKeyword, FilterText: inCaseOf(name, m[1]) + " "})
		}
	}
}

// inCaseOf is a name in the letter case in which somebody began to write it.
func inCaseOf(name, typed string) string {
	if typed != "" && typed == strings.ToLower(typed) {
		return strings.ToLower(name)
	}
	return name
}

// configuration offers keys and values of .dockmend.yaml, by its schema.
func (c *completing) configuration(before string) {
	root, err := configSchema()
	if err != nil {
		return
	}
	trimmed := strings.TrimLeft(before, " ")
	indent := len(before) - len(trimmed)
	for strings.HasPrefix(trimmed, "- ") { // an item of a list
		rest := strings.TrimLeft(trimmed[2:], " ")
		indent += len(trimmed) - len(rest)
		trimmed = rest
	}
	parents := c.parents(indent, strings.HasPrefix(strings.TrimLeft(before, " "), "- "))
	key, value, hasValue := strings.Cut(trimmed, ":")
	at := root.below(parents)
	if hasValue {
		typed := strings.TrimLeft(value, " [{")
		if i := strings.LastIndexAny(typed, " ,"); i >= 0 {
			typed = typed[i+1:]
		}
		c.offer(typed, values(at.child(key))...)
		return
	}
	c.offer(key, at.keys()...)
	c.offer(key, values(at)...)
}

// parents are the keys above the line of the place that it is nested in, by indentation. An
// item of a list may begin where the key of the list does.
func (c *completing) parents(indent int, isItem bool) (keys []string) {
	n := c.v.text.lineOf(c.at)
	if isItem {
		indent++
	}
	for n--; n >= 0 && indent > 0; n-- {
		line := string(c.v.text.line(n).Of(c.v.text.src))
		trimmed := strings.TrimLeft(line, " ")
		at := len(line) - len(trimmed)
		for strings.HasPrefix(trimmed, "- ") && at < indent {
			rest := strings.TrimLeft(trimmed[2:], " ")
			if inner := at + len(trimmed) - len(rest); inner < indent {
				at, trimmed = inner, rest
				continue
			}
			trimmed = ""
		}
		key, _, ok := strings.Cut(trimmed, ":")
		if !ok || at >= indent || strings.HasPrefix(trimmed, "#") {
			continue
		}
		keys = append(keys, strings.Trim(key, `"' `))
		indent = at
	}
	slices.Reverse(keys)
	return keys
}
