package facts

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// BuiltBy names a file around that gives an image's name to what it builds: tags of
// a build, images of a release, a service with a build. It is empty where none
// does.
//
// A name without a slash, such as alpine, is Docker Hub's first of all. So it is the
// project's own only where a build gives that name and that tag.
func (p *Project) BuiltBy(i Image) string {
	if !i.Known || i.Repository == "" {
		return ""
	}
	key := i.Name()
	if i.isShort() {
		key += ":" + i.tagOrLatest()
	}
	for _, f := range p.textsNear() {
		answer := func() string { return f.find(func(t *buildText) bool { return t.builds(i) }) }
		if by := f.built.get(key, answer); by != "" {
			return by
		}
	}
	return ""
}

// isShort reports whether the name has neither a registry nor a name space.
func (i Image) isShort() bool { return !strings.Contains(i.Name(), "/") }

func (i Image) tagOrLatest() string {
	if i.Tag == "" {
		return "latest"
	}
	return i.Tag
}

// builds reports whether the file gives the image's name to what it builds.
func (t *buildText) builds(i Image) bool {
	if slices.ContainsFunc(t.builtImages()[i.Name()], func(tag string) bool { return tagFits(":"+tag, i) }) {
		return true
	}
	return t.eachLine(i.Name(), func(number int, before, behind string) bool {
		switch word := wordBefore(before); {
		case !tagFits(behind, i):
			return false
		case word == "-t" || word == "--tag":
			return t.isBuildCommand(number, before)
		case i.isShort():
			return t.listsTags() && t.under(number, before, "tags")
		case word == "push", t.tagsVariable(word):
			return true
		}
		if strings.HasPrefix(strings.ToLower(path.Base(t.name)), "skaffold") && t.under(number, before, "image") {
			return true
		}
		return t.under(number, before, "tags") || (t.usesMetadata() && t.under(number, before, "images"))
	})
}

// tagFits reports whether what stands behind a name may be the image's tag. Of a name
// with a name space any is. Of another the tag must be the same; one that a variable
// decides is no tag of an image that everybody knows.
func tagFits(behind string, i Image) bool {
	if !i.isShort() {
		return true
	}
	tag := "latest"
	if rest, ok := strings.CutPrefix(behind, ":"); ok {
		tag, _, _ = strings.Cut(rest, "@")
		if end := strings.IndexAny(tag, " \t\r\"'`,;\\])"); end >= 0 {
			tag = tag[:end]
		}
		if tag == "" {
			tag = "latest"
		}
	}
	if strings.ContainsAny(tag, "${") {
		_, known := LookupBase(i)
		return !known
	}
	return tag == i.tagOrLatest()
}

// wordBefore is the last word before a place: a flag, a command, or the name of the
// variable that gets a value there.
func wordBefore(before string) string {
	before = before[max(0, len(before)-maxKeys):]
	words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", ":=", " = ", "?=", " = ", "=", " = ").Replace(before))
	n := len(words)
	if n > 1 && words[n-1] == "=" {
		return words[n-2]
	}
	if n == 0 {
		return ""
	}
	return words[n-1]
}

// isBuildCommand reports whether a flag is one of a build: of "docker build", and not
// of "docker run", whose -t asks for a terminal.
func (t *buildText) isBuildCommand(number int, before string) bool {
	build, whole := buildsAtEnd(before)
	return build || (whole && t.buildsBefore()[number])
}

// buildsBefore has for each line whether it goes on with a command that is a build.
func (t *buildText) buildsBefore() []bool {
	return t.inBuild.get(func() []bool {
		before := make([]bool, len(t.lines()))
		for n, line := range t.lines()[:len(before)-1] {
			if continues(line) {
				build, whole := buildsAtEnd(line)
				before[n+1] = build || (whole && before[n])
			}
		}
		return before
	})
}

// buildsAtEnd reports whether the last command of a line is a build; whole is set where
// the line has no other, so that the command may begin before it.
func buildsAtEnd(line string) (build, whole bool) {
	at := strings.LastIndexAny(line, ";|&")
	return slices.ContainsFunc(strings.Fields(line[at+1:]), func(word string) bool {
		word = strings.Trim(word, "\"'`[],()$@")
		return word == "build" || strings.HasSuffix(word, "/build") || strings.Contains(word, "buildx") ||
			strings.Contains(word, "DOCKER_BUILD") ||
			word == "bud"
	}), at < 0
}

// continues reports whether a command goes on in the next line.
func continues(line string) bool {
	line = strings.TrimRight(line, " \t\r")
	return strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "`") || strings.HasSuffix(line, "^")
}

// listsTags reports whether the text is one in which a list of tags holds whole
// references: a workflow that builds, a file for bake, a Compose file.
func (t *buildText) listsTags() bool {
	return t.lists.get(func() bool {
		return strings.Contains(t.name, "bake") || containsAny(t.src, "build-push-action", "bake", "services:")
	})
}

// usesMetadata reports whether the text is a workflow that makes references by
// docker/metadata-action.
func (t *buildText) usesMetadata() bool {
	return t.metadata.get(func() bool { return strings.Contains(t.src, "metadata-action") })
}

// tagUse is a variable in the place of the tag of a build, or of what is pushed.
var tagUse = regexp.MustCompile(`(?:-t |--tag |--tag=|-t "|--tag "|push |push "|tags: )(?:\$\(|\$\{\{ env\.|\$\{|\$)([A-Za-z0-9_]+)`)

// tagsVariable reports whether a variable is the tag of a build: "-t $(NAME)".
func (t *buildText) tagsVariable(name string) bool {
	name = strings.TrimRight(name, ":?+")
	if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	return t.tagged.get(func() map[string]bool {
		names := map[string]bool{}
		for _, use := range tagUse.FindAllStringSubmatch(t.src, -1) {
			names[use[1]] = true
		}
		return names
	})[name]
}

// builtImages has the tags of the images of the file's services that have a build too,
// by the image's name.
func (t *buildText) builtImages() map[string][]string {
	return t.images.get(func() map[string][]string {
		if !strings.Contains(t.src, "services:") || !strings.Contains(t.src, "build") || !strings.Contains(t.src, "image") {
			return nil
		}
		src := []byte(t.src)
		m := &Manifest{File: yaml.Parse(src, text.NewLineIndex(src))}
		services := m.Get(m.Root(), "services").Resolve()
		if services == nil {
			return nil
		}
		images := map[string][]string{}
		for _, pair := range services.Pairs {
			if image := withoutVariables(m.Scalar(pair.Value, "image")); image != "" && m.Get(pair.Value, "build").Resolve() != nil {
				_, tag, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
				images[imageNamed(image)] = append(images[imageNamed(image)], tag)
			}
		}
		return images
	})
}

// withoutVariables is a reference in which each variable is its default or a name; the
// tag stays a variable.
func withoutVariables(reference string) string {
	for len(reference) <= maxAside {
		start := strings.Index(reference, "${")
		if start < 0 {
			return reference
		}
		end := strings.IndexByte(reference[start:], '}')
		if end < 0 {
			return reference
		}
		value := "x"
		if strings.HasSuffix(reference[:start], ":") {
			value = "$"
		}
		if _, fallback, ok := strings.Cut(reference[start:start+end], ":-"); ok {
			value = fallback
		}
		reference = reference[:start] + value + reference[start+end+1:]
	}
	return "" // longer than any reference
}
