package rulesource

import "strings"

// Skeleton is the content of a new rule's two files, by path.
func Skeleton(t Target, id string) map[string]string {
	fill := strings.NewReplacer(
		"{id}", id, "{Variable}", Variable(id), "{package}", t.Name, "{Document}", t.Document, "{File}", t.File, "{Example}",
		t.Example, "{Loop}", t.Loop, "{module}", Module,
	).Replace
	return map[string]string{t.RuleFile(id): fill(ruleSkeleton), t.FixtureFile(id): fill(fixtureSkeleton)}
}

const ruleSkeleton = `package {package}

import (
	"{module}/internal/facts"
	"{module}/internal/lint"
)

// {Variable} reports WHAT.
//
// # Why it matters
//
// WHAT HAPPENS TO A BUILD, A CONTAINER OR A PERSON.
//
// # How to fix it
//
// WHAT TO WRITE INSTEAD.
//
// # Exceptions
//
// It does not report:
//
//   - WHICH CASES
var {Variable} = facts.Rule[{Document}]{
	Meta: lint.Meta{
		ID:       "{id}",
		Title:    "WHAT IS WRONG, IN ONE SENTENCE",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Status:   lint.Preview,
		Since:    "NEXT RELEASE",
	},
	Check: check{Variable},
}

func check{Variable}(p *facts.Pass[{Document}]) {
{Loop}}
`

const fixtureSkeleton = `# Cases of {id}. Each folder has the file to lint first, then what is around
# it. "want" and "fixed" are written by: go test ./internal/fixture -update
-- bad-example/{File} --
{Example}-- good-example/{File} --
{Example}`
