package facts

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ParseDockerfile reads Dockerfiles.
func ParseDockerfile(src *lint.Source) *dockerfile.Document {
	return dockerfile.ParseIndexed(src.Bytes, src.Lines)
}

// ParseIgnoreFile reads ignore files.
func ParseIgnoreFile(src *lint.Source) *ignorefile.Document {
	return ignorefile.ParseIndexed(src.Bytes, src.Lines)
}

// ParseCompose reads Compose files.
func ParseCompose(src *lint.Source) *compose.Document {
	return compose.Parse(src.Bytes, src.Lines)
}

// ParseYAML reads manifests and workflows.
func ParseYAML(src *lint.Source) *yaml.File { return yaml.Parse(src.Bytes, src.Lines) }
