package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DeprecatedBaseImage finds base images whose makers have said that they will
// not go on with them.
//
// With --online also those whose tag latest nobody has built anew in four years.
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
		if s.Parent != nil || !i.Known || i.IsScratch() || i.Text == "" {
			continue
		}
		if age := movingAge(p, s); age >= 4 {
			p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("the newest image of %s is %d years old, so faults that were found since are in it; use one that is kept up", quoteShort(i.Name()), age)})
			continue
		}
		if i.Registry != "" && i.Registry != "docker.io" {
			continue
		}
		better := replacementFor(strings.TrimPrefix(i.Repository, "library/"))
		if better == "" {
			continue
		}
		p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is given up by its makers; use %s", quoteShort(i.Raw), better)})
	}
}

// movingAge is the age in years of a base that is named by no version, by the
// image's own word; 0 where it says nothing, and offline.
func movingAge(p *lint.Pass[*facts.Dockerfile], s *facts.Stage) int {
	if i := s.Image; i.Digest != "" || i.Tag != "" && i.Tag != "latest" || replacementFor(i.Name()) != "" {
		return 0
	}
	config, err := p.Registry.Config(s.Image.Text, constantPlatform(p.Doc, s))
	if err != nil {
		return 0
	}
	return config.Years
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
