package prove

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// nodeBytes is about how long a key or a value is in a file.
	nodeBytes = 12
	// maxDollars is how many dollar signs a value may have: the time in which the
	// loader puts in values goes with their square.
	maxDollars = 256
	// maxUnknown is how many refusals are passed over that depend on unknown values.
	maxUnknown = 10
)

// ComposeRefusals says why Compose does not load a file, together with the files that
// belong to it: at most one reason, the first in the file. Nothing is said of what
// depends on a value that nothing here gives. An error says why Compose was not asked.
func ComposeRefusals(doc *facts.Compose, project *facts.Project) ([]lint.Refusal, error) {
	switch {
	case len(doc.Src) > limits.LoadedFile:
		return nil, fmt.Errorf("the file has more than the limit of %d bytes", limits.LoadedFile)
	case doc.File.Err != nil || doc.Root == nil || doc.Endless() != nil || len(doc.File.Documents) != 1:
		return nil, nil // what is wrong with it was said, or Compose merges several
	}
	l := &loading{doc: doc, project: project, left: limits.LoadedBytes, merged: map[string]bool{}}
	content, err := model.Decode(doc.Src)
	if err != nil {
		return l.unreadable(err), nil
	}
	if over := tooCostly(content); over != "" {
		return nil, errors.New(over)
	}
	if r, ok := l.readVariables(); !ok {
		return r, nil
	}
	if r, ok := l.complete(content); !ok {
		return r, nil
	}
	var found *lint.Refusal
	if !l.isWholeAndTaken(content) {
		if found = l.refusal(content, false); found == nil {
			found = l.refusalOfWhole(content)
		}
	}
	switch {
	case found != nil:
		return []lint.Refusal{*found}, nil
	case l.left <= 0:
		return nil, fmt.Errorf("it would need more than the limit of %d bytes to load", limits.LoadedBytes)
	}
	return l.variableFiles(), nil
}

// loading asks about one file.
type loading struct {
	doc     *facts.Compose
	project *facts.Project
	// gate is to the folder of the file; nil where nothing is known of it.
	gate lint.Context
	// env are the variables of .env.
	env map[string]string
	// merged are the services that another file has a part of.
	merged map[string]bool
	left   int // in bytes
}

func (l *loading) lookup(name string) (string, bool) {
	value, ok := l.env[name]
	return value, ok
}

// tooCostly says why a content is not loaded; empty for one that is.
func tooCostly(content any) string {
	nodes := 0
	var visit func(v any) string
	visit = func(v any) string {
		if nodes++; nodes*nodeBytes > 2*limits.LoadedFile {
			return fmt.Sprintf("with what its aliases stand for it has more than the limit of %d keys and values", 2*limits.LoadedFile/nodeBytes)
		}
		switch v := v.(type) {
		case map[string]any:
			for _, entry := range v {
				if over := visit(entry); over != "" {
					return over
				}
			}
		case []any:
			for _, entry := range v {
				if over := visit(entry); over != "" {
					return over
				}
			}
		case string:
			if strings.Count(v, "$") > maxDollars {
				return fmt.Sprintf("a value of it has more than %d dollar signs", maxDollars)
			}
		}
		return ""
	}
	return visit(content)
}

// ask reports whether Compose refuses a content; it does not where the budget is used up.
func (l *loading) ask(content model.Content, lookup func(string) (string, bool), whole bool) bool {
	return l.pay(content) && model.Refuses(content, lookup, whole)
}

// pay reports whether the budget suffices to load a content.
func (l *loading) pay(content model.Content) bool {
	l.left -= max(leastLoaded, weight(content)*nodeBytes)
	return l.left >= 0
}

// leastLoaded is what a load costs at least, in bytes.
const leastLoaded = 512

// mappingWeight is as how many keys and values a mapping counts: the loader takes about
// 0.6 ms for a service of nothing but an image.
const mappingWeight = 8

// weight is what loading a value costs, in keys and values.
func weight(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		n = mappingWeight
		for _, entry := range v {
			n += weight(entry)
		}
	case []any:
		for _, entry := range v {
			n += weight(entry)
		}
	}
	return n
}

// refusal finds the first part of the file that is refused, whatever the values are
// that nothing here gives.
func (l *loading) refusal(content model.Content, whole bool) *lint.Refusal {
	for range maxUnknown {
		if !l.ask(content, l.lookup, whole) {
			return nil
		}
		cut, path := l.locate(content, whole)
		if !l.pay(cut) {
			return nil
		}
		err := model.Refusal(cut, l.lookup, whole)
		if err == nil {
			return nil
		}
		if !l.depends(cut, path, whole, err) {
			return l.found(path, err, whole)
		}
		if content = without(content, path); content == nil {
			return nil
		}
	}
	return nil
}

// isWholeAndTaken reports whether a file is loaded by itself and Compose takes it, as it does
// nearly all: what it takes as a whole project it also takes as a part of one.
func (l *loading) isWholeAndTaken(content model.Content) bool {
	return len(l.project.Loads(l.doc)) == 0 && l.override() == "" && !l.ask(content, l.lookup, true) && l.left > 0
}

// refusalOfWhole is the refusal of the project that the file is a part of: of each list of
// files with which it is loaded, or of the file with its override.
func (l *loading) refusalOfWhole(content model.Content) *lint.Refusal {
	loads := l.project.Loads(l.doc)
	if len(loads) == 0 {
		whole := l.withOverride(content)
		if whole == nil {
			return nil
		}
		return l.refusal(whole, true)
	}
	var first *lint.Refusal
	for _, load := range loads {
		clear(l.merged)
		whole := l.withOthers(content, load.Files)
		if whole == nil {
			return nil // nobody knows what the others have
		}
		r := l.refusal(whole, true)
		if r == nil {
			return nil
		}
		if first == nil {
			r.Whole = false // all of it was read
			first = r
		}
	}
	if first.Within == l.doc.Root.Span {
		return nil // it lies in another file of the list, of which it is said
	}
	return first
}

// locate finds the part that is refused: the file without what follows it, and the
// way to it. Which of several reasons Compose names is a matter of chance, so only
// whether it refuses a part is asked.
func (l *loading) locate(content model.Content, whole bool) (cut model.Content, path []string) {
	cut = content
	asked := content // cut, where possible without the other services
	for {
		value := valueAt(cut, path)
		keys := l.keys(path, value)
		if len(keys) == 0 {
			return cut, path
		}
		up := func(of model.Content, n int) model.Content {
			return replaced(of, path, prefix(path, value, keys, n)).(model.Content)
		}
		refused := func(n int) bool { return l.ask(up(asked, n), l.lookup, whole) }
		n := 0
		if !refused(0) {
			n = 1 + sort.Search(len(keys)-1, func(i int) bool { return refused(i + 1) })
		}
		if n == 0 || l.left < 0 {
			return cut, l.only(asked, path, value, keys, whole)
		}
		cut, asked = up(cut, n), up(asked, n)
		if isServices := len(path) == 1 && path[0] == "services"; isServices && n > 1 {
			if alone := replaced(asked, path, others(value, keys[n-1])).(model.Content); l.ask(alone, l.lookup, whole) {
				asked = alone
			}
		}
		path = append(slices.Clone(path), keys[n-1])
	}
}

// others are services of which one is as it is, the others such that nobody refuses them.
func others(services any, but string) map[string]any {
	out := map[string]any{}
	for name, service := range services.(map[string]any) {
		if name != but {
			service = plainService()
		}
		out[name] = service
	}
	return out
}

// only looks for a key without which a mapping is taken that cannot be empty, and is the
// way to it, or else to the mapping.
func (l *loading) only(asked model.Content, path []string, value any, keys []string, whole bool) []string {
	entries, ok := value.(map[string]any)
	const most = 12
	if !ok || len(path) < 3 || len(keys) > most {
		return path
	}
	for _, key := range keys {
		rest := maps.Clone(entries)
		delete(rest, key)
		if !l.ask(replaced(asked, path, rest).(model.Content), l.lookup, whole) && l.left > 0 {
			return append(slices.Clone(path), key)
		}
	}
	return path
}

// keys are those of a mapping, or the numbers of a list's items, in the order of the
// file, definitions before the services that name them. A part that another file has
// too is not looked into.
func (l *loading) keys(path []string, value any) []string {
	const service = 2
	if len(path) > service && path[0] == "services" && l.merged[path[1]] {
		return nil
	}
	node := l.doc.View.Get(l.doc.Root, path...).Resolve()
	var keys []string
	switch v := value.(type) {
	case map[string]any:
		for _, p := range l.doc.View.Pairs(node) {
			if _, ok := v[p.Key.Value]; ok && p.Key.Kind == yaml.Scalar {
				keys = append(keys, p.Key.Value)
			}
		}
		last := func(key string) bool { return len(path) == 0 && key == "services" }
		first := func(key string) bool { return len(path) == service && path[0] == "services" && isSource(key) }
		slices.SortStableFunc(keys, func(a, b string) int {
			return orderOf(last(a), first(a)) - orderOf(last(b), first(b))
		})
	case []any:
		if node.Is(yaml.Sequence) && len(node.Items) == len(v) {
			for i := range v {
				keys = append(keys, strconv.Itoa(i))
			}
		}
	}
	return keys
}

func orderOf(last, first bool) int {
	switch {
	case last:
		return 1
	case first:
		return -1
	}
	return 0
}

func isSource(key string) bool { return key == "image" || key == "build" || key == "provider" }

// prefix is a value with the first n of its keys. Other services stay, as ones that
// nobody refuses, and so does the source of a service.
func prefix(path []string, value any, keys []string, n int) any {
	switch v := value.(type) {
	case map[string]any:
		out := maps.Clone(v)
		for _, key := range keys[n:] {
			switch {
			case len(path) == 0 && key == "services":
				out[key] = plain(v[key])
			case len(path) == 1 && path[0] == "services":
				out[key] = plainService()
			default:
				delete(out, key)
			}
		}
		if len(path) == 0 && len(out) == 0 {
			out["services"] = map[string]any{"dockmend": plainService()}
		}
		isService := len(path) == 2 && path[0] == "services"
		if hasSource := slices.ContainsFunc(keys, isSource); isService && n == 0 && hasSource {
			out["image"] = "dockmend"
		}
		return out
	case []any:
		return slices.Clone(v[:n])
	}
	return value
}

// plainService is a service to which everything may refer.
func plainService() map[string]any {
	return map[string]any{"image": "dockmend", "build": map[string]any{"context": "."}}
}

func plain(services any) any {
	all, ok := services.(map[string]any)
	if !ok {
		return map[string]any{"dockmend": plainService()}
	}
	out := make(map[string]any, len(all))
	for name := range all {
		out[name] = plainService()
	}
	return out
}

// valueAt follows keys and the numbers of items.
func valueAt(value any, path []string) any {
	for _, key := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// replaced is a value with another one at the end of a path; what is on the way is
// copied.
func replaced(value any, path []string, by any) any {
	if len(path) == 0 {
		return by
	}
	switch v := value.(type) {
	case map[string]any:
		out := maps.Clone(v)
		out[path[0]] = replaced(v[path[0]], path[1:], by)
		return out
	case []any:
		out := slices.Clone(v)
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(out) {
			out[i] = replaced(out[i], path[1:], by)
		}
		return out
	}
	return value
}

// without is a content without what lies at the end of a path, a whole list where
// that is an item of one; nil where there is nothing to take away.
func without(content model.Content, path []string) model.Content {
	for len(path) > 0 {
		if _, isList := valueAt(content, path[:len(path)-1]).([]any); !isList {
			break
		}
		path = path[:len(path)-1]
	}
	switch {
	case len(path) == 0:
		return nil
	case len(path) == 2 && path[0] == "services":
		return replaced(content, path, plainService()).(model.Content)
	}
	up := path[:len(path)-1]
	rest, ok := valueAt(content, up).(map[string]any)
	if !ok {
		return nil
	}
	rest = maps.Clone(rest)
	delete(rest, path[len(path)-1])
	if len(up) == 2 && up[0] == "services" && isSource(path[2]) {
		rest["image"] = "dockmend"
	}
	return replaced(content, up, rest).(model.Content)
}

// depends reports whether a refusal depends on a value that nothing here gives.
func (l *loading) depends(cut model.Content, path []string, whole bool, err error) bool {
	part := valueAt(cut, path)
	if isPlaceholder(part) {
		return true
	}
	if strings.Contains(err.Error(), "invalid interpolation format") {
		return false
	}
	if l.hasUnknown(part) {
		return true
	}
	unit := valueAt(cut, path[:min(len(path), 2)])
	if !l.hasUnknown(unit) {
		return false
	}
	for _, value := range []string{"1", "dockmend", "/dockmend"} {
		other := func(name string) (string, bool) {
			if set, ok := l.lookup(name); ok {
				return set, ok
			}
			return value, true
		}
		if !l.ask(cut, other, whole) {
			return true
		}
	}
	return false
}

// isPlaceholder reports whether a value, or one in it, is to be replaced before the
// file is used.
func isPlaceholder(value any) bool {
	return eachText(value, func(s string) bool {
		return facts.IsPlaceholder(s) || (strings.Contains(s, "__") && strings.Count(s, "__") > 1)
	})
}

// hasUnknown reports whether a value has a variable to which nothing here gives one.
func (l *loading) hasUnknown(value any) bool {
	return eachText(value, func(s string) bool {
		if strings.IndexByte(s, '$') < 0 {
			return false
		}
		return slices.ContainsFunc(compose.ParseTemplate(s).Variables(), func(v *compose.Variable) bool {
			_, set := l.env[v.Name]
			return !v.HasDefault() && !set
		})
	})
}

// eachText reports whether a text of a value is so.
func eachText(value any, is func(string) bool) bool {
	switch v := value.(type) {
	case map[string]any:
		for key, entry := range v {
			if is(key) || eachText(entry, is) {
				return true
			}
		}
	case []any:
		for _, entry := range v {
			if eachText(entry, is) {
				return true
			}
		}
	case string:
		return is(v)
	}
	return false
}

// found is the refusal of what lies at the end of a path.
func (l *loading) found(path []string, err error, whole bool) *lint.Refusal {
	r := &lint.Refusal{Reason: composeReason(err), Whole: whole}
	r.Within, r.At = l.place(path)
	if strings.Contains(r.Reason, "cycle") {
		r.Within = l.doc.Root.Span // it goes through several services
	}
	return r
}

// place is where a path ends: the entry of the file in which it lies, and the value or
// the name there.
func (l *loading) place(path []string) (within, at text.Span) {
	within, at = l.doc.Root.Span, text.Span{Start: l.doc.Root.Span.Start, End: l.doc.Root.Span.Start}
	node := l.doc.Root
	for i, key := range path {
		if pair := l.doc.View.Pair(node, key); pair != nil {
			if at = pair.Key.Span; pair.Value.Resolve().Kind == yaml.Scalar && pair.Value.Span.Len() > 0 {
				at = pair.Value.Span
			}
			if (i == 0 && key != "services") || (i == 1 && path[0] == "services") {
				within = pair.Span
			}
			node = pair.Value.Resolve()
			continue
		}
		item := l.doc.View.Get(node, key)
		if item == nil {
			break
		}
		at = item.Span
		node = item.Resolve()
	}
	return within, firstLine(l.doc.Src, at)
}

// firstLine is a span up to the end of its first line.
func firstLine(src []byte, at text.Span) text.Span {
	line, _, _ := strings.Cut(string(at.Of(src)), "\n")
	return text.Span{Start: at.Start, End: at.Start + len(strings.TrimRight(line, "\r \t"))}
}

// placeInYAML is where the library of YAML found something; the finding has a place.
var placeInYAML = regexp.MustCompile(`^go-yaml load error in \w+ at L\d+\.C\d+: |^line \d+: `)

var lineOfYAML = regexp.MustCompile(`(?:line |at L)(\d+)`)

// unreadable places what Compose says of a file that is no YAML to it.
func (l *loading) unreadable(err error) []lint.Refusal {
	r := lint.Refusal{
		Reason: composeReason(err), Within: l.doc.Root.Span,
		At: text.Span{Start: l.doc.Root.Span.Start, End: l.doc.Root.Span.Start},
	}
	if m := lineOfYAML.FindStringSubmatch(err.Error()); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil && line >= 1 && line <= l.doc.File.OwnLines().Lines() {
			at := l.doc.File.OwnLines().Line(line)
			start := at.Start + len(at.Of(l.doc.Src)) - len(strings.TrimLeft(string(at.Of(l.doc.Src)), " \t"))
			r.At = firstLine(l.doc.Src, text.Span{Start: start, End: at.End})
			r.Within = r.At
		}
	}
	return []lint.Refusal{r}
}

// composeReason is what Compose says, on one line and without the names of files that
// are only ours.
func composeReason(err error) string {
	reason := strings.Join(strings.Fields(strings.ToValidUTF8(err.Error(), "\uFFFD")), " ")
	for _, before := range []string{"validating compose.yaml: ", "decoding failed due to the following error(s): ", "yaml: unmarshal errors: ", "yaml: construct errors: "} {
		reason = strings.TrimPrefix(reason, before)
	}
	reason = placeInYAML.ReplaceAllString(reason, "")
	reason = strings.TrimSuffix(reason, ": invalid compose project")
	return bounded(reason)
}
