package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DeprecatedBaseImage finds base images whose makers have said that they will
// not go on with them.
var DeprecatedBaseImage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "deprecated-base-image",
		Title:    "The base image is given up",
		Category: lint.Deprecated,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkDeprecatedBaseImage,
}

func checkDeprecatedBaseImage(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || i.Registry != "" && i.Registry != "docker.io" {
			continue
		}
		better := replacementFor(strings.TrimPrefix(i.Repository, "library/"))
		if better == "" {
			continue
		}
		p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is given up by its makers; use %s", quoteShort(i.Raw), better)})
	}
}

// replacementFor says what to use in place of an image that is given up; empty
// for all others.
func replacementFor(repository string) string {
	switch repository {
	case "tiangolo/uvicorn-gunicorn-fastapi", "tiangolo/uvicorn-gunicorn", "tiangolo/uvicorn-gunicorn-starlette", "tiangolo/meinheld-gunicorn", "tiangolo/meinheld-gunicorn-flask":
		return "an official Python image, with the server installed in it"
	case "openjdk":
		return "eclipse-temurin, or another build of OpenJDK"
	case "java":
		return "eclipse-temurin"
	case "centos":
		return "almalinux, rockylinux, or quay.io/centos/centos"
	case "iojs":
		return "node"
	case "django", "rails":
		return "an official image of the language"
	case "jenkins":
		return "jenkins/jenkins"
	case "docker/compose":
		return "docker, which has compose"
	}
	return ""
}
