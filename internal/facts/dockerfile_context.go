package facts

import (
	"path"
	"slices"
	"strings"
)

// maxContextAbove is how many folders above a Dockerfile its context is looked
// for.
const maxContextAbove = 4

// LikelyContext is the folder that the Dockerfile's build sends: the one that a
// Compose file says, else the one, of its own folder and those above, that has
// most of what the file copies. ok is false where no folder has any of that, or
// where Compose files name several.
func (p *Project) LikelyContext(f *Dockerfile) (context *BuildContext, ok bool) {
	if !p.known() || f.Name == "" {
		return nil, false
	}
	for i, s := range p.Services(f) {
		if i > 0 && s.Build.Context.Files.Path(".") != context.Files.Path(".") {
			return nil, false
		}
		context = s.Build.Context
	}
	if context != nil {
		return context, true
	}
	most := 0
	up := "."
	for range maxContextAbove + 1 {
		gate, err := p.files.In(up, "")
		if err != nil {
			break
		}
		name := f.Name
		if at := gate.Path("."); at != "." {
			name = strings.TrimPrefix(f.Name, at+"/")
		}
		c, err := p.Context(up, name)
		if err != nil {
			break
		}
		if n := f.presentIn(c); n > most {
			most, context = n, c
		}
		up = path.Join("..", up)
	}
	return context, context != nil
}

// presentIn counts the copied files and folders that a context has.
func (f *Dockerfile) presentIn(c *BuildContext) int {
	n := 0
	for _, x := range f.ContextCopies() {
		if x.Path != "." && c.has(x.Path) {
			n++
		}
	}
	return n
}

// has reports whether a file or folder is there, or something that a glob in its last
// part names.
func (c *BuildContext) has(name string) bool {
	folder, glob := path.Split(name)
	if !strings.ContainsAny(name, "*?[") {
		_, ok := c.Files.Exists(name)
		return ok
	}
	if strings.ContainsAny(folder, "*?[") {
		return false
	}
	names, err := c.Files.List(path.Clean(folder))
	return err == nil && slices.ContainsFunc(names, func(name string) bool {
		ok, _ := path.Match(glob, strings.TrimSuffix(name, "/"))
		return ok
	})
}
