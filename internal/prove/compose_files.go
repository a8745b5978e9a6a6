package prove

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// The files that belong to a Compose file are read through the document's gate, which
// no path leaves, and not by Compose's loader, which would read any file of the machine.

// maxFiles is how many files are read for one, maxFileDepth how deep they name others.
const (
	maxFiles     = 40
	maxFileDepth = 8
)

// errUnknown says that a file is not known: it is remote, out of the root, made later,
// or its name depends on a variable.
var errUnknown = errors.New("the file is not known")

// missingFile is a file that is not there, and is not made by anything.
type missingFile struct{ name string }

func (m *missingFile) Error() string {
	return fmt.Sprintf("open %s: no such file or directory", m.name)
}

// readVariables reads .env, from which Compose takes values. ok is false where Compose
// refuses the file.
func (l *loading) readVariables() (refused []lint.Refusal, ok bool) {
	c, err := l.project.Context(".", "")
	if err != nil {
		return nil, true
	}
	l.gate = c.Files
	src, err := l.gate.ReadFile(".env")
	if err != nil || strings.Count(string(src), "$") > maxDollars || len(src) > limits.LoadedFile {
		return nil, true
	}
	if l.env, err = model.Variables(src, nil); err != nil {
		key := l.doc.Root.Pairs[0].Key.Span
		return []lint.Refusal{
			{Within: l.doc.Root.Span, At: key, Reason: bounded(fmt.Sprintf("failed to read %s: %s", l.gate.Path(".env"), composeReason(err)))},
		}, false
	}
	return nil, true
}

// companions reads the files that a content names.
type companions struct {
	loading *loading
	read    int
}

// complete puts what include and extends name in place of them. ok is false where that
// cannot be done: because of a refusal, or because something is not known.
func (l *loading) complete(content model.Content) (refused []lint.Refusal, ok bool) {
	c := &companions{loading: l}
	if at, err := c.extend(content, ".", 0); err != nil {
		return l.refusedFile(append([]string{"services"}, at...), err), false
	}
	if at, err := c.include(content, ".", 0); err != nil {
		return l.refusedFile(append([]string{"include"}, at...), err), false
	}
	return nil, true
}

// refusedFile is the refusal for a file that is named at a path.
func (l *loading) refusedFile(path []string, err error) []lint.Refusal {
	if errors.Is(err, errUnknown) {
		return nil
	}
	r := lint.Refusal{Reason: composeReason(err)}
	r.Within, r.At = l.place(path)
	for _, key := range []string{"service", "file"} {
		if value := l.doc.View.Get(
			l.doc.Root, append(slices.Clone(path), key)...,
		); value.Resolve() != nil && (key == "service") != errors.As(err, new(*missingFile)) {
			r.At = value.Resolve().Span
		}
	}
	return []lint.Refusal{r}
}

// content reads a file by its path from a folder.
func (c *companions) content(folder, name string, depth int) (content model.Content, dir string, err error) {
	src, dir, err := c.source(folder, name)
	if c.read++; err != nil || c.read > maxFiles || depth > maxFileDepth {
		if err == nil {
			err = errUnknown
		}
		return nil, "", err
	}
	content, err = model.Decode(src)
	if err != nil {
		return nil, "", fmt.Errorf("failed to parse %s: %w", name, err)
	}
	if tooCostly(content) != "" {
		return nil, "", errUnknown
	}
	return content, dir, nil
}

// source reads a file, and names its folder, from that of the document.
func (c *companions) source(folder, name string) (src []byte, dir string, err error) {
	l := c.loading
	isElsewhere := strings.Contains(name, ":") || path.IsAbs(name) || strings.HasPrefix(name, "~")
	if l.gate == nil || name == "" || strings.Contains(name, "$") || isElsewhere {
		return nil, "", errUnknown
	}
	from := path.Join(folder, name)
	gate, err := l.gate.In(path.Dir(from), "")
	if err == nil {
		src, err = gate.ReadFile(path.Base(from))
	}
	switch {
	case err == nil && len(src) <= limits.LoadedFile:
		return src, path.Dir(from), nil
	case errors.Is(err, fs.ErrNotExist) && !l.isMade(from):
		return nil, "", &missingFile{name}
	}
	return nil, "", errUnknown
}

// isMade reports whether a file that is not there may be made before Compose runs: git
// ignores it, it is a submodule's, a recipe names it, or the repository is not whole.
func (l *loading) isMade(name string) bool {
	repository := l.project.Repository()
	base := path.Base(name)
	if !repository.IsWhole() || repository.Ignores(name) || repository.Submodule(name) {
		return true
	}
	return facts.IsMade(name) || facts.AnyRecipe(l.gate, func(recipe string) bool { return strings.Contains(recipe, base) })
}

// extend puts the services that others extend in the place of extends. at is the way
// to what is refused, from the services.
func (c *companions) extend(content model.Content, folder string, depth int) (at []string, err error) {
	services, ok := content["services"].(map[string]any)
	if !ok {
		return nil, nil
	}
	content["services"] = services
	for _, name := range inOrder(c.loading, depth, services) {
		merged, err := c.extended(services, folder, name, nil, depth)
		if err != nil {
			return []string{name, "extends"}, err
		}
		if merged != nil {
			services[name] = merged
		}
	}
	return nil, nil
}

// inOrder are the names of services, in the order of the document where they are its.
func inOrder(l *loading, depth int, services map[string]any) []string {
	var names []string
	if depth == 0 {
		for _, s := range l.doc.Services {
			if _, ok := services[s.Name]; ok {
				names = append(names, s.Name)
			}
		}
		return names
	}
	for name := range services {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// extended is a service with what it extends; nil for one that extends nothing. way has
// the services that led here.
func (c *companions) extended(services map[string]any, folder, name string, way []string, depth int) (map[string]any, error) {
	service, ok := services[name].(map[string]any)
	if !ok {
		return nil, nil
	}
	var file, ref string
	switch extends := service["extends"].(type) {
	case string:
		ref = extends
	case map[string]any:
		file, _ = extends["file"].(string)
		ref, _ = extends["service"].(string)
	default:
		return nil, nil
	}
	if ref == "" || strings.Contains(ref, "$") {
		return nil, errUnknown
	}
	from, dir := services, folder
	if file != "" {
		other, at, err := c.content(folder, file, depth)
		if err != nil {
			return nil, err
		}
		if from, ok = other["services"].(map[string]any); !ok {
			return nil, fmt.Errorf("cannot extend service %q in %s: no services section", name, file)
		}
		dir = at
	}
	if _, ok := from[ref]; !ok {
		in := ""
		if file != "" {
			in = " in " + file
		}
		return nil, fmt.Errorf("cannot extend service %q: service %q not found%s", name, ref, in)
	}
	here := dir + "\x00" + file + "\x00" + ref
	if slices.Contains(way, here) || len(way) > maxFileDepth {
		return nil, errUnknown // compose-circular-reference reports it
	}
	base, ok := from[ref].(map[string]any)
	if !ok {
		return nil, errUnknown
	}
	deeper, err := c.extended(from, dir, ref, append(slices.Clone(way), here), depth+1)
	if err != nil {
		return nil, err
	}
	if deeper != nil {
		base = deeper
	}
	if depth == 0 {
		c.loading.merged[name] = true
	}
	merged, err := model.Extend(base, service)
	if err != nil {
		return nil, fmt.Errorf("services.%s: %w", name, err)
	}
	delete(merged, "extends")
	return merged, nil
}

// include puts what the files have that are included beside what the content has.
func (c *companions) include(content model.Content, folder string, depth int) (at []string, err error) {
	entries, ok := content["include"].([]any)
	delete(content, "include")
	if !ok {
		return nil, nil
	}
	for i, entry := range entries {
		names, err := includedFiles(entry)
		if err != nil {
			return nil, err
		}
		var whole model.Content
		for _, name := range names {
			other, dir, err := c.content(folder, name, depth)
			if err != nil {
				return []string{fmt.Sprint(i)}, err
			}
			if _, err := c.extend(other, dir, depth+1); err != nil {
				return []string{fmt.Sprint(i)}, namedIn(name, err)
			}
			if _, err := c.include(other, dir, depth+1); err != nil {
				return []string{fmt.Sprint(i)}, namedIn(name, err)
			}
			if whole == nil {
				whole = other
			} else if whole, err = model.Merge(whole, other); err != nil {
				return []string{fmt.Sprint(i)}, namedIn(name, err)
			}
		}
		if c.loading.ask(whole, c.loading.lookup, false) {
			return nil, errUnknown // of another file, which is linted itself
		}
		join(content, whole)
	}
	return nil, nil
}

func namedIn(name string, err error) error {
	if errors.Is(err, errUnknown) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// includedFiles are the paths of an entry of include.
func includedFiles(entry any) ([]string, error) {
	switch e := entry.(type) {
	case string:
		return []string{e}, nil
	case map[string]any:
		if e["env_file"] != nil || e["project_directory"] != nil {
			return nil, errUnknown // other values, other folders
		}
		switch p := e["path"].(type) {
		case string:
			return []string{p}, nil
		case []any:
			var names []string
			for _, one := range p {
				name, ok := one.(string)
				if !ok {
					return nil, errUnknown
				}
				names = append(names, name)
			}
			return names, nil
		}
	}
	return nil, errUnknown
}

// join adds the resources of an included file; what the content has already stays.
func join(content, included model.Content) {
	for _, section := range []string{"services", "volumes", "networks", "secrets", "configs", "models"} {
		from, ok := included[section].(map[string]any)
		if !ok {
			continue
		}
		to, ok := content[section].(map[string]any)
		if !ok {
			to = map[string]any{}
			content[section] = to
		}
		for name, entry := range from {
			if _, own := to[name]; !own {
				to[name] = entry
			}
		}
	}
}

// override names the file that Compose merges with the document by itself; empty where
// there is none.
func (l *loading) override() string {
	if l.gate == nil || !slices.Contains(facts.DefaultComposeNames, path.Base(l.doc.Name)) {
		return ""
	}
	c := &companions{loading: l}
	for _, name := range []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"} {
		if _, _, err := c.source(".", name); err == nil {
			return name
		}
	}
	return ""
}

// withOverride is the content with the file that Compose merges with it by itself; nil
// where nobody knows what that makes.
func (l *loading) withOverride(content model.Content) model.Content {
	name := l.override()
	if name == "" {
		return content
	}
	override := l.companion(name)
	if override == nil {
		return nil
	}
	return l.mergeAll([]model.Content{content, override}, 0)
}

// withOthers is what the files of a list make together, one of which is the document.
// It is nil where one of them is not known.
func (l *loading) withOthers(content model.Content, files []string) model.Content {
	if l.gate == nil || len(files) > maxFiles {
		return nil
	}
	own := slices.Index(files, l.doc.Name)
	toRoot := strings.Repeat("../", strings.Count(l.doc.Name, "/"))
	parts := make([]model.Content, len(files))
	for i, file := range files {
		if i == own {
			parts[i] = content
		} else if parts[i] = l.companion(toRoot + file); file == "" || parts[i] == nil {
			return nil
		}
	}
	return l.mergeAll(parts, own)
}

// companion is the content of a file beside the document, with what it extends and
// includes; nil where it is not known, or takes away what another one has.
func (l *loading) companion(name string) model.Content {
	c := &companions{loading: l}
	src, _, err := c.source(".", name)
	if err != nil || bytes.Contains(src, []byte("!reset")) || bytes.Contains(src, []byte("!override")) {
		return nil
	}
	content, dir, err := c.content(".", name, 0)
	if err != nil {
		return nil
	}
	if _, err := c.extend(content, dir, 1); err != nil {
		return nil
	}
	if _, err := c.include(content, dir, 1); err != nil {
		return nil
	}
	return content
}

// mergeAll is what contents make together, of which one is the document's; nil where
// Compose does not merge them.
func (l *loading) mergeAll(parts []model.Content, own int) model.Content {
	merged := parts[0]
	for i, part := range parts {
		if services, ok := part["services"].(map[string]any); ok && i != own {
			for name := range services {
				l.merged[name] = true
			}
		}
		if i == 0 {
			continue
		}
		var err error
		if merged, err = model.Merge(merged, part); err != nil {
			return nil
		}
	}
	return merged
}

// variableFiles asks about the files of variables and labels that services name.
func (l *loading) variableFiles() []lint.Refusal {
	if l.gate == nil {
		return nil
	}
	c := &companions{loading: l}
	for _, s := range l.doc.All() {
		for _, e := range s.EnvFiles() {
			src, _, err := c.source(".", e.Path.Raw)
			if err != nil || !isEnvFormat(s, e.Path.Node) || strings.Count(string(src), "$") > maxDollars {
				continue // compose-env-file-missing reports one that is not there
			}
			if _, err := model.Variables(src, l.lookup); err != nil {
				return []lint.Refusal{
					{Within: s.Pair.Span, At: e.Path.Span, Reason: bounded(fmt.Sprintf("failed to read %s: %s", e.Path.Raw, composeReason(err)))},
				}
			}
		}
		for _, v := range s.Values("label_file") {
			var missing *missingFile
			if _, _, err := c.source(".", v.Raw); errors.As(err, &missing) {
				return []lint.Refusal{{Within: s.Pair.Span, At: v.Span, Reason: composeReason(err)}}
			}
		}
	}
	return nil
}

// isEnvFormat reports whether an entry of env_file has the usual format.
func isEnvFormat(s *facts.ComposeService, n *yaml.Node) bool {
	if n.Parent == nil || !n.Parent.Is(yaml.Mapping) || n.Parent == s.Node {
		return true
	}
	return s.Document().View.Get(n.Parent, "format") == nil
}
