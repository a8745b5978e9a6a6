package facts

import (
	"path"
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
		if x.Path == "." || strings.ContainsAny(x.Path, "*?[") {
			continue
		}
		if _, ok := c.Files.Exists(x.Path); ok {
			n++
		}
	}
	return n
}
