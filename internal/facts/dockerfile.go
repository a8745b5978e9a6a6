// Package facts derives once, lazily and read-only, what rules ask about a
// document: stages, variables, images, the commands of each RUN. A document
// with its facts is what a rule gets.
package facts

import (
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Dockerfile is a parsed Dockerfile with its facts. One goroutine at a time may
// use it.
type Dockerfile struct {
	*dockerfile.Document
	// Name is the file's path from the root; empty where it is not known.
	Name string

	staged bool
	// looseNames counts the references with variables that were compared with all names.
	looseNames int
	global     []*dockerfile.Instruction
	stages     []*Stage
	// shell is the one that a comment above the first FROM names; nil for none.
	shell *shellSetting
	// stageOf has the stage of each instruction.
	stageOf []*Stage
	// stagesNamed has the stages of each name, as foldName writes it.
	stagesNamed map[string][]*Stage

	scopes []Scope
	// left is what an instruction finds of limits.ExpandedBytes; negative from the
	// one on which exceeds it. unexpanded is the first whose words are too much.
	left       []int
	counting   bool
	unexpanded *dockerfile.Instruction
	why        string

	commands map[*dockerfile.Instruction][]*Command
	packages map[*dockerfile.Instruction][]PackageCommand
	// otherUses are the answers of otherUse.
	otherUses map[stageArgument]int

	// answers are those of Once.
	answers map[asked]any
}

// NewDockerfile wraps a document; nothing is derived yet.
func NewDockerfile(d *dockerfile.Document) *Dockerfile {
	return &Dockerfile{Document: d}
}

// Global lists the instructions before the first FROM.
func (f *Dockerfile) Global() []*dockerfile.Instruction {
	f.stage()
	return f.global
}

// Stages lists the build stages in file order.
func (f *Dockerfile) Stages() []*Stage {
	f.stage()
	return f.stages
}

// Final is the stage that a build without a target makes; nil for a file
// without FROM.
func (f *Dockerfile) Final() *Stage {
	if stages := f.Stages(); len(stages) > 0 {
		return stages[len(stages)-1]
	}
	return nil
}

// StageOf is the stage of an instruction, its FROM included; nil for one
// before the first FROM.
func (f *Dockerfile) StageOf(in *dockerfile.Instruction) *Stage {
	f.stage()
	if i := in.Index(); i < len(f.stageOf) {
		return f.stageOf[i]
	}
	return nil
}

// Each calls visit for every instruction with that keyword, in lower case,
// what ONBUILD holds included when onbuild is true.
func (f *Dockerfile) Each(keyword string, onbuild bool, visit func(*dockerfile.Instruction)) {
	for _, in := range f.Instructions {
		if in.Keyword == keyword {
			visit(in)
		} else if onbuild && in.Inner != nil && in.Inner.Keyword == keyword {
			visit(in.Inner)
		}
	}
}

// ArgumentNames are the names that the ARG instructions of the whole file declare;
// known is false where one of them cannot be read.
func (f *Dockerfile) ArgumentNames() (names map[string]bool, known bool) {
	names = map[string]bool{}
	for _, in := range f.Instructions {
		if in.Keyword != "arg" {
			continue
		}
		if in.Err != nil {
			return nil, false
		}
		for _, pair := range in.Pairs {
			names[pair.Key] = true
		}
	}
	return names, true
}
