package facts

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ParseDockerfile reads a Dockerfile, for lint.Shared as its neighbours below.
func ParseDockerfile(src *lint.Source) *dockerfile.Document {
	return dockerfile.ParseIndexed(src.Bytes, src.Lines)
}

// ParseIgnoreFile reads an ignore file.
func ParseIgnoreFile(src *lint.Source) *ignorefile.Document {
	return ignorefile.ParseIndexed(src.Bytes, src.Lines)
}

// ParseCompose reads a Compose file.
func ParseCompose(src *lint.Source) *Compose {
	c := NewCompose(compose.Parse(src.Bytes, src.Lines))
	c.Name = src.Path
	return c
}

// ParseManifest reads a file of Kubernetes objects, or of tools around them.
func ParseManifest(src *lint.Source) *Manifest {
	return &Manifest{File: yaml.Parse(src.Bytes, src.Lines), Name: src.Path}
}

// ParseWorkflow reads a workflow of GitHub.
func ParseWorkflow(src *lint.Source) *Workflow {
	return &Workflow{File: yaml.Parse(src.Bytes, src.Lines)}
}
