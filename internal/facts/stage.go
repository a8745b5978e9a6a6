package facts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Stage is a build stage: a FROM and what follows it.
type Stage struct {
	Index int
	From  *dockerfile.Instruction
	// Name is in lower case, as BuildKit compares it; empty if there is none.
	Name     string
	NameSpan text.Span
	// Image is the image of FROM; for a stage that builds on another stage, the
	// reference names that stage and Parent is set.
	Image  Image
	Parent *Stage
	// Instructions are those after FROM.
	Instructions []*dockerfile.Instruction

	doc     *Dockerfile
	reaches bool
	// inFinalImage is set for the final stage and those that it builds on, isBase
	// for one that another stage builds on.
	inFinalImage, isBase bool
	// own has the instructions of the stage by their keywords, shells what sets its
	// shell, in file order: a SHELL that BuildKit reads, or a comment.
	own    map[string][]*dockerfile.Instruction
	shells []shellSetting
}

// Reference is a use of a stage or image by COPY --from or RUN --mount from=.
type Reference struct {
	Instruction *dockerfile.Instruction
	// Text is the name as written, Span its place.
	Text string
	Span text.Span
	// Stage is nil when the name is an image, a named context or unknown.
	Stage *Stage
	// Trigger is set where ONBUILD holds it: names and numbers are then also those of the
	// files that build on the image.
	Trigger bool
}

func (f *Dockerfile) stage() {
	if f.staged {
		return
	}
	f.staged = true
	f.stageOf = make([]*Stage, len(f.Instructions))
	comments := shellComments(f.Document)
	for i, in := range f.Instructions {
		comments = f.takeShells(comments, in.Span.Start)
		n := len(f.stages)
		switch {
		case in.Keyword == "from":
			f.stages = append(f.stages, &Stage{Index: n, From: in, doc: f, own: map[string][]*dockerfile.Instruction{}})
			n++
		case n > 0:
			f.stages[n-1].add(in)
		default:
			f.global = append(f.global, in)
			continue
		}
		f.stageOf[i] = f.stages[n-1]
	}
	f.takeShells(comments, len(f.Src))
	f.stagesNamed = map[string][]*Stage{}
	for _, s := range f.stages {
		s.readFrom()
		if name := foldName(s.Name); name != "" {
			f.stagesNamed[name] = append(f.stagesNamed[name], s)
		}
	}
	final := f.Final()
	for x := final; x != nil; x = x.Parent {
		x.inFinalImage = true
	}
	if final != nil {
		final.reach()
	}
}

// add puts an instruction at the stage's end.
func (s *Stage) add(in *dockerfile.Instruction) {
	s.Instructions = append(s.Instructions, in)
	s.own[in.Keyword] = append(s.own[in.Keyword], in)
	if in.Keyword == "shell" && in.JSON {
		s.shells = append(s.shells, shellOf(in))
	}
}

func (s *Stage) readFrom() {
	words := s.From.Words
	if len(words) == 0 {
		return
	}
	if name := stageName(s.From); name != "" {
		s.Name, s.NameSpan = strings.ToLower(name), words[2].Span
	}
	s.Image = s.doc.image(s.From, words[0].Text, words[0].Span)
	if s.Image.Known {
		s.Parent = s.doc.named(s.Image.Text, s.Index)
	}
	if s.Parent != nil {
		s.Parent.isBase = true
	}
}

// named finds the last stage of that name before the stage with index before.
func (f *Dockerfile) named(name string, before int) *Stage {
	stages := f.stagesNamed[foldName(name)]
	n, _ := slices.BinarySearchFunc(stages, before, func(s *Stage, index int) int { return cmp.Compare(s.Index, index) })
	if n == 0 {
		return nil
	}
	return stages[n-1]
}

// foldName is equal for names that strings.EqualFold calls equal, and for no
// others.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for x := unicode.SimpleFold(r); x != r; x = unicode.SimpleFold(x) {
			least = min(least, x)
		}
		return least
	}, name)
}

func (s *Stage) reach() {
	if s.reaches {
		return
	}
	s.reaches = true
	switch {
	case s.Parent != nil:
		s.Parent.reach()
	case !s.Image.Known:
		s.reachNamed(s.Image.Raw)
	}
	for _, r := range s.References() {
		switch {
		case r.Stage != nil:
			r.Stage.reach()
		case strings.Contains(r.Text, "$"):
			s.reachNamed(r.Text)
		}
	}
}

// maxLooseNames is how many references with variables are compared with all names.
const maxLooseNames = 50

// reachNamed reaches the stages above that a reference with a variable may mean, by what
// stands before and after it.
func (s *Stage) reachNamed(reference string) {
	if s.doc.looseNames++; s.doc.looseNames > maxLooseNames {
		return
	}
	for _, x := range s.doc.stages[:s.Index] {
		if mayMean(reference, x.Name) {
			x.reach()
		}
	}
}

// mayMean reports whether a reference with a variable may be the name of a stage.
func mayMean(reference, stage string) bool {
	before, _, ok := strings.Cut(strings.ToLower(reference), "$")
	after := reference[strings.LastIndexByte(reference, '$')+1:]
	_, after, _ = strings.Cut(after, "}")
	return ok && stage != "" && strings.HasPrefix(stage, before) && strings.HasSuffix(stage, strings.ToLower(after))
}

// looseName is a reference with a variable, in the stage with an index.
type looseName struct {
	stage int
	text  string
}

// MayBeMeant reports whether a FROM or --from of a later stage may mean the stage, by
// another value of a variable than its default. In a file with very many of them any may.
func (s *Stage) MayBeMeant() bool {
	loose := Once(s.doc, "references with variables", nil, func() []looseName {
		var found []looseName
		for _, x := range s.doc.stages {
			if x.Image.HasVariable() {
				found = append(found, looseName{x.Index, x.Image.Raw})
			}
			for _, r := range x.References() {
				if strings.Contains(r.Text, "$") {
					found = append(found, looseName{x.Index, r.Text})
				}
			}
		}
		return found
	})
	return len(loose) > maxLooseNames ||
		slices.ContainsFunc(loose, func(l looseName) bool { return l.stage > s.Index && mayMean(l.text, s.Name) })
}

// ReachesFinal reports whether the final image depends on the stage.
func (s *Stage) ReachesFinal() bool { return s.reaches }

// IsFinal reports whether the stage is the last of the file.
func (s *Stage) IsFinal() bool { return s.Index == len(s.doc.stages)-1 }

// IsBase reports whether another stage builds on the stage.
func (s *Stage) IsBase() bool { return s.isBase }

// InFinalImage reports whether the stage's layers are part of the final image:
// it is the final stage or one that it builds on.
func (s *Stage) InFinalImage() bool { return s.inFinalImage }

// Chain is the stage, then its parent stages.
func (s *Stage) Chain() []*Stage {
	var chain []*Stage
	for x := s; x != nil; x = x.Parent {
		chain = append(chain, x)
	}
	return chain
}

// Base is the image at the root of the stage's chain.
func (s *Stage) Base() Image {
	return Once(s.doc, "base", s, func() Image {
		if s.Parent != nil {
			return s.Parent.Base()
		}
		return s.Image
	})
}

// References lists the stages and images that the stage copies or mounts from.
func (s *Stage) References() []Reference {
	return Once(s.doc, "references", s, s.readReferences)
}

// ReferencesTo lists the uses of a stage by COPY --from and mounts.
func (f *Dockerfile) ReferencesTo(s *Stage) []Reference {
	return Once(f, "references by their stage", nil, func() map[*Stage][]Reference {
		to := map[*Stage][]Reference{}
		for _, other := range f.Stages() {
			for _, r := range other.References() {
				to[r.Stage] = append(to[r.Stage], r)
			}
		}
		return to
	})[s]
}

func (s *Stage) readReferences() []Reference {
	var refs []Reference
	for _, outer := range s.Instructions {
		in, first := outer, len(refs)
		if in.Inner != nil {
			in = in.Inner
		}
		switch in.Keyword {
		case "copy", "add":
			if f, ok := in.Flag("from"); ok {
				refs = append(refs, s.reference(in, f.Value, f.ValueSpan, true))
			}
		case "run":
			for _, f := range in.Flags {
				if f.Name != "mount" {
					continue
				}
				if value, span, ok := MountOption(f, "from"); ok {
					refs = append(refs, s.reference(in, value, span, false))
				}
			}
		}
		for i := range refs[first:] {
			refs[first+i].Trigger = outer.Inner != nil
		}
	}
	return refs
}

// reference reads what COPY, ADD or a mount takes files from. A mount takes no number for
// a stage: BuildKit reads it as an image's name (dockerfile2llb/convert_runmount.go).
func (s *Stage) reference(in *dockerfile.Instruction, name string, span text.Span, byNumber bool) Reference {
	r := Reference{Instruction: in, Text: name, Span: span}
	value, known := s.doc.Expand(in, name)
	if !known {
		return r
	}
	r.Stage = s.doc.named(value, s.Index)
	if n, err := strconv.Atoi(value); byNumber && r.Stage == nil && err == nil {
		r.Stage = s.before(n)
	}
	return r
}

// before is the stage of a number, nil where it does not come before this one.
func (s *Stage) before(n int) *Stage {
	if n < 0 || n >= s.Index {
		return nil
	}
	return s.doc.stages[n]
}

// MountOption finds an option of a --mount flag, as "from" in
// "type=bind,from=build". The span is right for a flag without quotes that
// stands on one line, else it is that of the whole value.
func MountOption(f dockerfile.Flag, name string) (value string, span text.Span, ok bool) {
	at := 0
	for _, field := range strings.Split(f.Value, ",") {
		key, v, _ := strings.Cut(field, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			span = f.ValueSpan
			if span.Len() == len(f.Value) {
				start := span.Start + at + len(field) - len(v)
				span = text.Span{Start: start, End: start + len(v)}
			}
			return v, span, true
		}
		at += len(field) + 1
	}
	return "", text.Span{}, false
}

// Last is the last instruction with that keyword in the stage or, if it has
// none, in the stages that it builds on; nil if there is none.
func (s *Stage) Last(keyword string) *dockerfile.Instruction {
	if in := s.LastOwn(keyword); in != nil || s.Parent == nil {
		return in
	}
	return Once(s.doc, "last "+keyword, s, func() *dockerfile.Instruction { return s.Parent.Last(keyword) })
}

// LastOwn is the last instruction with that keyword in the stage itself.
func (s *Stage) LastOwn(keyword string) *dockerfile.Instruction {
	list := s.own[keyword]
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// Entrypoint is the ENTRYPOINT that holds at the end of the stage; nil when the
// file sets none.
func (s *Stage) Entrypoint() *dockerfile.Instruction { return s.Last("entrypoint") }

// Command is the CMD that holds at the end of the stage; nil when there is
// none, or a later ENTRYPOINT in another stage of the chain has reset it.
func (s *Stage) Command() *dockerfile.Instruction {
	return Once(s.doc, "command", s, func() *dockerfile.Instruction {
		if in := s.LastOwn("cmd"); in != nil || s.LastOwn("entrypoint") != nil || s.Parent == nil {
			return in
		}
		return s.Parent.Command()
	})
}

// User is the user, with its group, that holds at the end of the stage, and the
// instruction that sets it; nil when the file sets none.
func (s *Stage) User() (string, *dockerfile.Instruction) {
	in := s.Last("user")
	if in == nil {
		return "", nil
	}
	return in.Args, in
}

// onWindows reports whether the stage's commands run on Windows.
func (s *Stage) onWindows() bool {
	return Once(s.doc, "on Windows", s, func() bool { return s.doc.Escape == '`' || s.Base().IsWindows() })
}

// UserAt is the USER that holds for an instruction of the stage, one of the
// stages that it builds on included; nil when the file sets none before it, and
// for no stage.
func (s *Stage) UserAt(in *dockerfile.Instruction) *dockerfile.Instruction {
	if s == nil {
		return nil
	}
	return s.LastBefore("user", in)
}
