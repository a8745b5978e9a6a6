package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

func inFinalImage(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && s.InFinalImage()
}

// keywords are the instructions of the Dockerfile reference.
var keywords = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
	"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

func isUnknown(in *dockerfile.Instruction) bool {
	return !slices.Contains(keywords, strings.ToUpper(in.Keyword))
}

// stagesUnder has the stages on which one builds that has an instruction of some
// kind.
func stagesUnder(d *facts.Dockerfile, has func(*facts.Stage) *dockerfile.Instruction) map[*facts.Stage]bool {
	under := map[*facts.Stage]bool{}
	for _, s := range d.Stages() {
		if has(s) == nil {
			continue
		}
		for x := s.Parent; x != nil && !under[x]; x = x.Parent {
			under[x] = true
		}
	}
	return under
}
