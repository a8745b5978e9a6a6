package facts

import (
	"bytes"
	"cmp"
	"index/suffixarray"
	"slices"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// asked names an answer that is kept: the question and what it is about.
type asked struct {
	question string
	about    any
}

// Once answers a question about a Dockerfile: the answer is worked out when it is
// first asked for, however many instructions ask. question names it among all
// questions of the program; about is what it is about, a stage or a name, and
// nil for the whole file.
func Once[T any](f *Dockerfile, question string, about any, answer func() T) T {
	key := asked{question, about}
	if known, ok := f.answers[key].(T); ok {
		return known
	}
	known := answer()
	if f.answers == nil {
		f.answers = map[asked]any{}
	}
	f.answers[key] = known
	return known
}

// LastIndex is the index of the last instruction of the file with that keyword,
// -1 if there is none.
func (f *Dockerfile) LastIndex(keyword string) int {
	return Once(f, "last instruction", keyword, func() int {
		for i, in := range slices.Backward(f.Instructions) {
			if in.Keyword == keyword {
				return i
			}
		}
		return -1
	})
}

// First is the first instruction of the stage itself that is of some kind; nil if
// there is none. question names the kind, as for Once.
func (s *Stage) First(question string, is func(*dockerfile.Instruction) bool) *dockerfile.Instruction {
	return Once(s.doc, "first: "+question, s, func() *dockerfile.Instruction {
		if at := slices.IndexFunc(s.Instructions, is); at >= 0 {
			return s.Instructions[at]
		}
		return nil
	})
}

// Latest is the last instruction of the stage itself that is of some kind; nil if
// there is none.
func (s *Stage) Latest(question string, is func(*dockerfile.Instruction) bool) *dockerfile.Instruction {
	return Once(s.doc, "last: "+question, s, func() *dockerfile.Instruction {
		for _, in := range slices.Backward(s.Instructions) {
			if is(in) {
				return in
			}
		}
		return nil
	})
}

// Any reports whether an instruction of the stage, or of those that it builds on,
// is of some kind.
func (s *Stage) Any(question string, is func(*dockerfile.Instruction) bool) bool {
	return Once(s.doc, "any: "+question, s, func() bool {
		return s.First(question, is) != nil || (s.Parent != nil && s.Parent.Any(question, is))
	})
}

// AnyBefore reports whether an instruction of some kind stands before another one
// of the stage, in the stages that it builds on too.
func (s *Stage) AnyBefore(in *dockerfile.Instruction, question string, is func(*dockerfile.Instruction) bool) bool {
	if first := s.First(question, is); first != nil && first.Index() < in.Index() {
		return true
	}
	return s.Parent != nil && s.Parent.Any(question, is)
}

// After lists the instructions of the stage itself that follow one of them.
func (s *Stage) After(in *dockerfile.Instruction) []*dockerfile.Instruction {
	return s.Instructions[min(max(in.Index()-s.From.Index(), 0), len(s.Instructions)):]
}

// Own lists the instructions of the stage itself with that keyword.
func (s *Stage) Own(keyword string) []*dockerfile.Instruction { return s.own[keyword] }

// LastBefore is the last instruction with that keyword before another one of the
// stage, of those that it builds on included; nil if there is none.
func (s *Stage) LastBefore(keyword string, in *dockerfile.Instruction) *dockerfile.Instruction {
	if found := lastBefore(s.own[keyword], in); found != nil || s.Parent == nil {
		return found
	}
	return s.Parent.Last(keyword)
}

// lastBefore is the last of some instructions, in file order, that stands before
// another one; nil if there is none.
func lastBefore(list []*dockerfile.Instruction, in *dockerfile.Instruction) *dockerfile.Instruction {
	n, _ := slices.BinarySearchFunc(list, in.Index(), func(x *dockerfile.Instruction, index int) int { return cmp.Compare(x.Index(), index) })
	if n == 0 {
		return nil
	}
	return list[n-1]
}

// maxOccurrences bounds how often a text is looked for in a file.
const maxOccurrences = 4096

// Occurrences lists the offsets at which a text stands in the file, in order. all
// is false where there are more than anybody counts.
func (f *Dockerfile) Occurrences(word string) (offsets []int, all bool) {
	offsets = Once(f, "occurrences", word, func() []int {
		index := Once(f, "index of the text", nil, func() *suffixarray.Index { return suffixarray.New(f.Src) })
		found := index.Lookup([]byte(word), maxOccurrences)
		slices.Sort(found)
		return found
	})
	return offsets, len(offsets) < maxOccurrences
}

// Mentions reports whether a text stands anywhere in the file.
func (f *Dockerfile) Mentions(word string) bool {
	return Once(f, "mentions", word, func() bool { return bytes.Contains(f.Src, []byte(word)) })
}

// At is the instruction in whose text an offset lies; nil if there is none.
func (f *Dockerfile) At(offset int) *dockerfile.Instruction {
	n, _ := slices.BinarySearchFunc(
		f.Instructions,
		offset+1,
		func(in *dockerfile.Instruction, start int) int { return cmp.Compare(in.Span.Start, start) },
	)
	if n == 0 || offset >= f.Instructions[n-1].Span.End {
		return nil
	}
	return f.Instructions[n-1]
}
