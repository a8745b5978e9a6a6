package facts

import (
	"math"
	"strconv"
	"strings"

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

	doc                  *Dockerfile
	reaches              bool
	systemKnown, windows bool
}

// Reference is a use of a stage or image by COPY --from or RUN --mount from=.
type Reference struct {
	Instruction *dockerfile.Instruction
	// Text is the name as written, Span its place.
	Text string
	Span text.Span
	// Stage is nil when the name is an image, a named context or unknown.
	Stage *Stage
}

func (f *Dockerfile) stage() {
	if f.staged {
		return
	}
	f.staged = true
	for _, in := range f.Instructions {
		if in.Keyword == "from" {
			f.stages = append(f.stages, &Stage{Index: len(f.stages), From: in, doc: f})
			continue
		}
		if n := len(f.stages); n > 0 {
			f.stages[n-1].Instructions = append(f.stages[n-1].Instructions, in)
		} else {
			f.global = append(f.global, in)
		}
	}
	for _, s := range f.stages {
		s.readFrom()
	}
	if n := len(f.stages); n > 0 {
		f.stages[n-1].reach()
	}
}

func (s *Stage) readFrom() {
	words := s.From.Words
	if len(words) == 0 {
		return
	}
	if len(words) >= 3 && strings.EqualFold(words[1].Text, "as") {
		s.Name, s.NameSpan = strings.ToLower(words[2].Text), words[2].Span
	}
	s.Image = s.doc.image(s.From, words[0].Text, words[0].Span)
	if s.Image.Known {
		s.Parent = s.doc.named(s.Image.Text, s.Index)
	}
}

// named finds the last stage of that name before the stage with index before.
func (f *Dockerfile) named(name string, before int) *Stage {
	for i := before - 1; i >= 0; i-- {
		if f.stages[i].Name != "" && strings.EqualFold(f.stages[i].Name, name) {
			return f.stages[i]
		}
	}
	return nil
}

func (s *Stage) reach() {
	if s.reaches {
		return
	}
	s.reaches = true
	if s.Parent != nil {
		s.Parent.reach()
	}
	for _, r := range s.References() {
		if r.Stage != nil {
			r.Stage.reach()
		}
	}
}

// ReachesFinal tells whether the final image depends on the stage.
func (s *Stage) ReachesFinal() bool { return s.reaches }

// IsFinal tells whether the stage is the last of the file.
func (s *Stage) IsFinal() bool { return s.Index == len(s.doc.stages)-1 }

// InFinalImage tells whether the stage's layers are part of the final image:
// it is the final stage or one that it builds on.
func (s *Stage) InFinalImage() bool {
	for x := s.doc.Final(); x != nil; x = x.Parent {
		if x == s {
			return true
		}
	}
	return false
}

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
	chain := s.Chain()
	return chain[len(chain)-1].Image
}

// References lists the stages and images that the stage copies or mounts from.
func (s *Stage) References() []Reference {
	var refs []Reference
	for _, outer := range s.Instructions {
		in := outer
		if in.Inner != nil {
			in = in.Inner
		}
		switch in.Keyword {
		case "copy", "add":
			if f, ok := in.Flag("from"); ok {
				refs = append(refs, s.reference(in, f.Value, f.ValueSpan))
			}
		case "run":
			for _, f := range in.Flags {
				if f.Name != "mount" {
					continue
				}
				if value, span, ok := MountOption(f, "from"); ok {
					refs = append(refs, s.reference(in, value, span))
				}
			}
		}
	}
	return refs
}

func (s *Stage) reference(in *dockerfile.Instruction, name string, span text.Span) Reference {
	r := Reference{Instruction: in, Text: name, Span: span}
	value, known := s.doc.Expand(in, name)
	if !known {
		return r
	}
	r.Stage = s.doc.named(value, s.Index)
	if n, err := strconv.Atoi(value); r.Stage == nil && err == nil && n >= 0 && n < s.Index {
		r.Stage = s.doc.stages[n]
	}
	return r
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
	for _, x := range s.Chain() {
		if in := x.LastOwn(keyword); in != nil {
			return in
		}
	}
	return nil
}

// LastOwn is the last instruction with that keyword in the stage itself.
func (s *Stage) LastOwn(keyword string) *dockerfile.Instruction {
	for i := len(s.Instructions) - 1; i >= 0; i-- {
		if s.Instructions[i].Keyword == keyword {
			return s.Instructions[i]
		}
	}
	return nil
}

// Entrypoint is the ENTRYPOINT that holds at the end of the stage; nil when the
// file sets none.
func (s *Stage) Entrypoint() *dockerfile.Instruction { return s.Last("entrypoint") }

// Command is the CMD that holds at the end of the stage; nil when there is
// none, or a later ENTRYPOINT in another stage of the chain has reset it.
func (s *Stage) Command() *dockerfile.Instruction {
	for _, x := range s.Chain() {
		if in := x.LastOwn("cmd"); in != nil {
			return in
		}
		if x.LastOwn("entrypoint") != nil {
			return nil
		}
	}
	return nil
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

// Shell is a stage's shell at one place.
type Shell struct {
	// Words is the command line that precedes a shell form's text.
	Words []string
	// Instruction is nil for a default.
	Instruction *dockerfile.Instruction
	// Windows is set when the stage's base is a Windows image.
	Windows bool
}

// Shell is the shell with which an instruction of the stage runs.
func (s *Stage) Shell(in *dockerfile.Instruction) Shell {
	windows := s.onWindows()
	limit := in.Index()
	for _, x := range s.Chain() {
		for i := len(x.Instructions) - 1; i >= 0; i-- {
			if c := x.Instructions[i]; c.Keyword == "shell" && c.JSON && c.Index() < limit {
				words := make([]string, len(c.Words))
				for j, w := range c.Words {
					words[j] = w.Text
				}
				return Shell{Words: words, Instruction: c, Windows: windows}
			}
		}
		limit = math.MaxInt
	}
	if windows {
		return Shell{Words: []string{"cmd", "/S", "/C"}, Windows: true}
	}
	return Shell{Words: []string{"/bin/sh", "-c"}}
}

// onWindows is asked for every RUN, so the answer is kept.
func (s *Stage) onWindows() bool {
	if !s.systemKnown {
		s.systemKnown = true
		s.windows = s.doc.Escape == '`' || s.Base().IsWindows()
	}
	return s.windows
}

// IsPOSIX tells whether the shell reads the language that Script parses.
func (s Shell) IsPOSIX() bool {
	if len(s.Words) == 0 {
		return false
	}
	name := s.Words[0]
	switch name[strings.LastIndexAny(name, `/\`)+1:] {
	case "sh", "bash", "dash", "ash", "ksh", "mksh", "busybox", "zsh":
		return true
	}
	return false
}

// UserAt is the USER that holds for an instruction of the stage, one of the
// stages that it builds on included; nil when the file sets none before it, and
// for no stage.
func (s *Stage) UserAt(in *dockerfile.Instruction) *dockerfile.Instruction {
	if s == nil {
		return nil
	}
	var found *dockerfile.Instruction
	for _, x := range s.Instructions {
		if x.Index() >= in.Index() {
			break
		}
		if x.Keyword == "user" {
			found = x
		}
	}
	if found == nil && s.Parent != nil {
		return s.Parent.Last("user")
	}
	return found
}
