package lint

import (
	"fmt"
	"strings"
)

// Target is a kind of file, and with it the rules that read it. The zero value
// is a Dockerfile.
type Target uint8

// The kinds of files that are linted.
const (
	TargetDockerfile Target = iota
	TargetCompose
	TargetIgnoreFile
	TargetKubernetes
	TargetWorkflow
	TargetBake
)

var targetNames = [...]string{"dockerfile", "compose", "ignorefile", "kubernetes", "workflow", "bake"}

// targetTexts are the names in messages.
var targetTexts = [...]string{"Dockerfile", "compose file", "ignore file", "Kubernetes manifest", "GitHub workflow", "bake file"}

func (t Target) String() string { return targetNames[t] }

// Describe names a file of the kind for people: "compose file".
func (t Target) Describe() string { return targetTexts[t] }

// MarshalText writes the name that reports use.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Targets lists all kinds, in the order of the catalogue.
func Targets() []Target {
	return []Target{TargetDockerfile, TargetCompose, TargetIgnoreFile, TargetKubernetes, TargetWorkflow, TargetBake}
}

// ParseTarget reads a kind's name.
func ParseTarget(name string) (Target, error) {
	for i, n := range targetNames {
		if n == name {
			return Target(i), nil
		}
	}
	return TargetDockerfile, fmt.Errorf("unknown kind of file %q, want one of %s", name, strings.Join(targetNames[:], ", "))
}
