package facts

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Variable is a definition by ARG or ENV, or one that the builder makes.
type Variable struct {
	Name string
	// Value is the default or the value, expanded; it holds only when Known.
	Value string
	Known bool
	// IsEnv tells ENV from ARG.
	IsEnv bool
	// Instruction is nil for a variable of the builder's own.
	Instruction *dockerfile.Instruction
	Pair        dockerfile.Pair
}

// platformArguments are those that the builder sets for FROM and, once a stage
// declares them, for that stage (docs: "Automatic platform ARGs in the global scope").
var platformArguments = [...]string{
	"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT",
	"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
}

// IsPlatformArgument reports whether the builder sets an ARG of this name.
func IsPlatformArgument(name string) bool {
	for _, p := range platformArguments {
		if p == name {
			return true
		}
	}
	return false
}

// IsPredefinedArgument reports whether a build argument of this name is accepted
// without an ARG: the proxies and those of BuildKit.
func IsPredefinedArgument(name string) bool {
	switch strings.ToUpper(name) {
	case "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "SOURCE_DATE_EPOCH":
		return true
	}
	return strings.HasPrefix(name, "BUILDKIT_")
}

// ScopeAt is the scope in which an instruction is expanded: for FROM, and for
// instructions before the first one, the global one.
func (f *Dockerfile) ScopeAt(in *dockerfile.Instruction) Scope {
	if f.scopes == nil {
		f.computeScopes()
	}
	return f.scopes[in.Index()]
}

// EndScope is the scope after the last instruction of a stage.
func (s *Stage) EndScope() Scope { return Once(s.doc, "end scope", s, s.readEndScope) }

func (s *Stage) readEndScope() Scope {
	last := s.From
	if n := len(s.Instructions); n > 0 {
		last = s.Instructions[n-1]
	}
	before := s.doc.ScopeAt(last)
	if last == s.From {
		before = s.doc.startScope(s, Scope{})
	}
	return s.doc.define(before, last, s.doc.globalEnd())
}

func (f *Dockerfile) globalEnd() Scope {
	if stages := f.Stages(); len(stages) > 0 {
		return f.ScopeAt(stages[0].From)
	}
	return Scope{}
}

func (f *Dockerfile) computeScopes() {
	f.scopes = make([]Scope, len(f.Instructions)+1)
	f.left = make([]int, len(f.Instructions)+1)
	f.left[0] = limits.ExpandedBytes
	f.counting = true
	defer func() { f.counting = false }()
	// All scopes of the file number their names alike.
	empty := Scope{names: &names{}}
	global := empty
	for i := len(platformArguments) - 1; i >= 0; i-- {
		global = global.with(Variable{Name: platformArguments[i]})
	}
	current := global
	// ends has the scope at the end of each stage before, by the stage's name.
	ends := map[string]Scope{}
	var from *dockerfile.Instruction
	for i, in := range f.Instructions {
		f.left[i+1] = f.left[i]
		if in.Keyword == "from" {
			if from == nil {
				global = current
			} else if name := stageName(from); name != "" {
				ends[foldName(name)] = current
			}
			from = in
			f.scopes[i] = global
			f.charge(in, global)
			current = empty
			// A stage has the ENVs of the stage that it builds on, and its ARGs too.
			if end, ok := ends[foldName(f.baseName(in, global))]; ok {
				current = end
			}
			continue
		}
		f.scopes[i] = current
		f.charge(in, current)
		current = f.define(current, in, global)
	}
	f.scopes[len(f.Instructions)] = current
}

// baseName is what FROM names, empty where that is unknown. It is computed here,
// not taken from Stage, since stages need scopes to expand their images.
func (f *Dockerfile) baseName(in *dockerfile.Instruction, global Scope) string {
	if len(in.Words) == 0 {
		return ""
	}
	name, known := f.expand(in.Words[0].Text, global)
	if !known {
		return ""
	}
	return name
}

// stageName is the name that FROM gives to its stage, empty for none.
func stageName(from *dockerfile.Instruction) string {
	if w := from.Words; len(w) >= 3 && strings.EqualFold(w[1].Text, "as") {
		return w[2].Text
	}
	return ""
}

func (f *Dockerfile) startScope(s *Stage, fallback Scope) Scope {
	if s.Parent != nil {
		return s.Parent.EndScope()
	}
	return fallback
}

// define adds what an ARG or ENV defines. The values of one ENV are expanded
// with the variables before it, those of ARG one after the other.
func (f *Dockerfile) define(s Scope, in *dockerfile.Instruction, global Scope) Scope {
	switch in.Keyword {
	case "arg":
		for _, p := range in.Pairs {
			v := Variable{Name: p.Key, Instruction: in, Pair: p}
			if p.HasValue {
				v.Value, v.Known = f.defined(in, p.Value, s)
			} else if g, ok := global.Lookup(p.Key); ok {
				v.Value, v.Known = g.Value, g.Known
			}
			s = s.with(v)
		}
	case "env":
		before := s
		for _, p := range in.Pairs {
			v := Variable{Name: p.Key, IsEnv: true, Instruction: in, Pair: p}
			v.Value, v.Known = f.defined(in, p.Value, before)
			s = s.with(v)
		}
	}
	return s
}

// Expand puts the known values of variables into a word and takes its quotes
// and escapes away; known is false when a variable has no value or the word is
// malformed.
func (f *Dockerfile) Expand(in *dockerfile.Instruction, word string) (value string, known bool) {
	if !strings.ContainsAny(word, "$\\\"'`") {
		return word, true
	}
	scope := f.ScopeAt(in)
	if f.left[in.Index()+1] < 0 {
		return "", false
	}
	return f.expand(word, scope)
}

func (f *Dockerfile) expand(word string, s Scope) (string, bool) {
	if !strings.ContainsAny(word, "$\\\"'`") {
		return word, true
	}
	if over, _ := (estimate{escape: f.Escape, scope: s}).of(word); over != "" {
		return "", false
	}
	result, ok := f.lex(word, s)
	for _, use := range VariableUses(word, f.Escape) {
		if _, unmatched := result.Unmatched[use.Name]; unmatched && !use.HasDefault {
			return "", false
		}
	}
	return result.Result, ok
}

// lex runs BuildKit's word lexer. It prints to standard error on invalid UTF-8
// (facts: buildkit.md section 1), so such words are not given to it.
func (f *Dockerfile) lex(word string, s Scope) (shell.ProcessWordResult, bool) {
	if !utf8.ValidString(word) || strings.IndexByte(word, 0) >= 0 {
		return shell.ProcessWordResult{}, false
	}
	result, err := shell.NewLex(rune(f.Escape)).ProcessWordWithMatches(word, lexScope{s})
	return result, err == nil
}

// VariableUse is a variable in a word that the builder expands.
type VariableUse struct {
	Name string
	// Start and End are byte offsets in the word, from the dollar on.
	Start, End int
	// HasDefault is set for ${x:-y}, ${x-y}, ${x:+y}, ${x+y}, which say what
	// stands there when the variable is not set.
	HasDefault bool
}

// VariableUses lists the variables of a word, without those that are escaped or
// in single quotes.
func VariableUses(word string, escape byte) []VariableUse {
	var uses []VariableUse
	reader := useReader{word: word}
	single, double := false, false
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case c == '\'' && !double:
			single = !single
		case c == '"' && !single:
			double = !double
		case single:
		case c == escape:
			i++
		case c == '$':
			if use, next := reader.at(i); use.Name != "" {
				uses = append(uses, use)
				i = next - 1
			}
		}
	}
	return uses
}

// HeredocUses lists the variables and parameters, such as 1 and @, of a
// here-document whose name has no quotes. In its text quotes mean nothing to the
// builder, and a backslash escapes whatever the file's escape character is.
func HeredocUses(body string) []VariableUse {
	var uses []VariableUse
	reader := useReader{word: body, parameters: true}
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '$':
			if use, next := reader.at(i); use.Name != "" {
				uses = append(uses, use)
				i = next - 1
			}
		}
	}
	return uses
}

// useReader reads the variables of a word, the first one first.
type useReader struct {
	word string
	// parameters is set where those of a shell count too.
	parameters bool
	// closing is where the next "}" was seen, at the end for none: a word in which many
	// are missing is read once.
	closing int
}

// at reads the variable after the dollar at i, and where to read on; its name is empty
// where there is none.
func (r *useReader) at(i int) (use VariableUse, next int) {
	use.Start = i
	word, parameters := r.word, r.parameters
	at := i + 1
	braced := at < len(word) && word[at] == '{'
	if braced {
		at++
	}
	end := at
	switch {
	case parameters && end < len(word) && strings.IndexByte("@*#?-$!", word[end]) >= 0:
		end++
	case parameters && end < len(word) && isDigit(word[end]):
		for end < len(word) && isDigit(word[end]) {
			end++
		}
	default:
		for end < len(word) && isNameByte(word[end], end > at) {
			end++
		}
	}
	if end == at {
		return VariableUse{}, i
	}
	use.Name, use.End = word[at:end], end
	if braced {
		rest, colon := strings.CutPrefix(word[end:], ":")
		if colon && (rest == "" || !strings.ContainsRune("-+?", rune(rest[0]))) {
			return VariableUse{}, i // the builder refuses it: ${templateOption:x}
		}
		use.HasDefault = rest != "" && (rest[0] == '-' || rest[0] == '+')
		if r.closing < end {
			r.closing = len(word)
			if n := strings.IndexByte(word[end:], '}'); n >= 0 {
				r.closing = end + n
			}
		}
		if r.closing < len(word) {
			use.End = r.closing + 1
		}
	}
	return use, end
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameByte(c byte, digits bool) bool {
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (digits && c >= '0' && c <= '9')
}

// lexScope shows a scope to BuildKit's lexer: only variables with a known value.
type lexScope struct{ Scope }

func (s lexScope) Get(name string) (string, bool) {
	v, ok := s.Lookup(name)
	return v.Value, ok && v.Known
}

func (s lexScope) Keys() []string { return s.Names(math.MaxInt) }
