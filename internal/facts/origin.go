package facts

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Origin is what the files say about a path in the image of a stage.
type Origin uint8

// What is found at the end of the way of COPY and ADD.
const (
	// NotWritten is a path that no instruction of the file writes.
	NotWritten Origin = iota
	// KernelStarts is a program, or a script that names its interpreter.
	KernelStarts
	// ShellStarts is a text without "#!", which a shell runs and the kernel refuses.
	ShellStarts
	// UnknownOrigin is made by a RUN, is not in this checkout, or is empty in it.
	UnknownOrigin
)

// maxOriginSteps bounds how many instructions are looked at for one path.
const maxOriginSteps = 2000

// origins follows paths of images back to the files that they are copied from.
type origins struct {
	file *Dockerfile
	// context is nil where it is not known.
	context lint.Context
	left    int
	// reads is set where paths in a folder that the base alone knows begin at the root:
	// what lies next to each other is found, and nobody starts it from that path.
	reads bool
	// text is that of the file at the end of the way, at its name as reports have it.
	text []byte
	name string
	// absent is set where the way ends at a file that this checkout has not.
	absent bool
}

// OriginOf follows a path, absolute and clean, through the instructions of the
// stage back to the file that it is.
func (p *Project) OriginOf(s *Stage, name string) Origin {
	return p.originsOf(s).of(s, name)
}

// FileAt is the file of the build context that lies at a path in the image where an
// instruction of the stage works; a relative path is one in its folder. ok is false where
// that is not known, and for an empty file, as a partial checkout has them.
func (p *Project) FileAt(s *Stage, in *dockerfile.Instruction, name string) (src []byte, ok bool) {
	if s == nil || !p.known() {
		return nil, false
	}
	if !path.IsAbs(name) {
		folder, known := s.Folder(in)
		if !known {
			folder = "/" // what is copied to a relative path lies in the same folder
		}
		name = path.Join(folder, name)
	}
	o := p.readsOf(s)
	o.of(s, path.Clean(name))
	return o.text, len(o.text) > 0
}

// readsOf is originsOf for what is only read: where nothing shows the build context, the
// folder of the Dockerfile is looked at.
func (p *Project) readsOf(s *Stage) *origins {
	o := p.originsOf(s)
	o.reads = true
	if o.context == nil && p.known() && len(p.Services(s.doc)) == 0 {
		o.context = p.files
	}
	return o
}

// PythonProject is the text of the pyproject.toml that a command of the stage reads: that
// at its place, or the only one that the file copies or mounts. It is known to be
// unreadable where it is an empty file: text is then empty and ok is set.
func (p *Project) PythonProject(s *Stage, in *dockerfile.Instruction) (text string, ok bool) {
	if src, found := p.FileAt(s, in, "pyproject.toml"); found {
		return string(src), true
	}
	context := p.readsOf(s).context
	if context == nil {
		return "", false
	}
	src, err := context.ReadFile("pyproject.toml")
	return string(src), err == nil
}

func (p *Project) originsOf(s *Stage) *origins {
	o := &origins{file: s.doc, left: maxOriginSteps}
	if context, ok := p.LikelyContext(s.doc); ok {
		o.context = context.Files
	}
	return o
}

// of looks at the instructions of a stage, the last first.
func (o *origins) of(s *Stage, name string) Origin {
	for _, x := range s.Chain() {
		for i := len(x.Instructions) - 1; i >= 0; i-- {
			if o.left--; o.left < 0 {
				return UnknownOrigin
			}
			in := x.Instructions[i]
			found := NotWritten
			switch in.Keyword {
			case "copy", "add":
				found = o.copied(x, in, name)
			case "run":
				if o.file.mayWrite(in, path.Base(name)) {
					found = UnknownOrigin
				}
			}
			if found != NotWritten {
				return found
			}
		}
	}
	return NotWritten
}

// copied is what a COPY or ADD puts at a path.
func (o *origins) copied(s *Stage, in *dockerfile.Instruction, name string) Origin {
	if in.Err != nil || len(in.Words) < 2 {
		return UnknownOrigin
	}
	last := len(in.Words) - 1
	to, ok := s.place(in, in.Words[last].Text)
	if !ok && (to == "" || !o.reads) {
		return UnknownOrigin
	}
	folder := path.Clean(to)
	if name != folder && !strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/") {
		return NotWritten
	}
	for _, flag := range in.Flags {
		if flag.Name == "exclude" || flag.Name == "parents" || flag.Name == "unpack" {
			return UnknownOrigin
		}
	}
	from, external := o.sourceStage(s, in)
	found := NotWritten
	for _, w := range in.Words[:last] {
		word := unquoted(w.Text)
		below := strings.TrimPrefix(strings.TrimPrefix(name, folder), "/")
		switch {
		case strings.HasPrefix(word, "<<"):
			found = later(found, o.heredoc(in, word, below))
		case strings.ContainsAny(word, "$") || strings.Contains(word, "://") || strings.HasPrefix(word, "git@") || (in.Keyword == "add" && mayUnpack(word)):
			return UnknownOrigin
		case external:
			found = later(found, externalOrigin(word, below))
		case from != nil:
			found = later(found, o.fromStage(from, word, below))
		default:
			found = later(found, o.fromContext(word, below))
		}
	}
	return found
}

// later joins what two sources of one COPY put at a path: the second overrules.
func later(first, second Origin) Origin {
	if second == NotWritten {
		return first
	}
	return second
}

// sourceStage is the stage that COPY --from names; external is set for an image.
func (o *origins) sourceStage(s *Stage, in *dockerfile.Instruction) (from *Stage, external bool) {
	if _, ok := in.Flag("from"); !ok {
		return nil, false
	}
	for _, r := range s.References() {
		if r.Instruction == in && r.Stage != nil {
			return r.Stage, false
		}
	}
	return nil, true
}

// externalOrigin is what an image that is not looked into puts at a path: below
// is that path from the destination, empty for the destination itself.
func externalOrigin(source, below string) Origin {
	if below == "" || (!strings.Contains(below, "/") && path.Base(source) == below) || strings.HasSuffix(source, "/") {
		return UnknownOrigin
	}
	if !strings.Contains(path.Base(source), ".") {
		return UnknownOrigin
	}
	return NotWritten
}

// fromStage is what a stage's file or folder puts there.
func (o *origins) fromStage(from *Stage, source, below string) Origin {
	source = path.Join("/", source)
	candidates := []string{path.Join(source, below)}
	if below == "" {
		candidates = []string{source}
	} else if path.Base(source) == below {
		candidates = append(candidates, source)
	}
	for _, c := range candidates {
		if found := o.of(from, c); found != NotWritten {
			return found
		}
	}
	if strings.ContainsAny(source, "*?[") || below == "" || path.Base(source) == below {
		return UnknownOrigin // it comes from the base of the stage, or from a RUN
	}
	return NotWritten
}

// fromContext is what a file or folder of the build context puts there.
func (o *origins) fromContext(source, below string) Origin {
	if o.context == nil || !o.context.Known() {
		o.absent = true
		return UnknownOrigin
	}
	source = path.Clean(strings.TrimLeft("./"+source, "/"))
	if strings.ContainsAny(source, "*?[") {
		if fits, err := path.Match(path.Base(source), below); err != nil || !fits || strings.ContainsAny(path.Dir(source), "*?[") {
			return UnknownOrigin
		}
		return o.onDisk(path.Join(path.Dir(source), below))
	}
	isDir, there := o.context.Exists(source)
	switch {
	case !there:
		o.absent = true
		return UnknownOrigin // it is made before the build, whatever it holds
	case isDir && below == "":
		return UnknownOrigin
	case isDir:
		at := path.Join(source, below)
		if _, there := o.context.Exists(at); !there {
			return NotWritten
		}
		return o.onDisk(at)
	case below == "" || path.Base(source) == below:
		return o.onDisk(source)
	}
	return NotWritten
}

// onDisk reads the first bytes of a file of the context. An empty one is what a
// partial checkout has in the place of large files.
func (o *origins) onDisk(name string) Origin {
	src, err := o.context.ReadFile(name)
	if err != nil || len(src) == 0 {
		return UnknownOrigin
	}
	o.text, o.name = src, o.context.Path(name)
	return originOfBytes(src)
}

func originOfBytes(src []byte) Origin {
	for _, magic := range []string{"#!", "\x7fELF"} {
		if bytes.HasPrefix(src, []byte(magic)) {
			return KernelStarts
		}
	}
	return ShellStarts
}

// heredoc is what a here-document of COPY puts there.
func (o *origins) heredoc(in *dockerfile.Instruction, word, below string) Origin {
	for _, h := range in.Heredocs {
		if below != "" && below != h.Name {
			continue
		}
		if strings.Contains(word, h.Name) {
			o.text, o.name = []byte(strings.TrimLeft(o.file.Text(h.Body), "\t")), o.file.Name
			return originOfBytes(o.text)
		}
	}
	return NotWritten
}

// place is where a word of an instruction leads, with a slash at its end where
// the word has one.
func (s *Stage) place(in *dockerfile.Instruction, word string) (at string, ok bool) {
	value, known := s.doc.Expand(in, unquoted(word))
	if !known || value == "" {
		return "", false
	}
	if path.IsAbs(value) {
		return value, true
	}
	folder, known := s.Folder(in)
	return folder + "/" + value, known
}

// Folder is the one in which an instruction of the stage works, or the container
// for nil; ok is false where the file does not say it.
func (s *Stage) Folder(in *dockerfile.Instruction) (folder string, ok bool) {
	below := ""
	for _, x := range s.Chain() {
		for i := len(x.Instructions) - 1; i >= 0; i-- {
			w := x.Instructions[i]
			if w.Keyword != "workdir" || (in != nil && x == s && w.Index() >= in.Index()) {
				continue
			}
			value, known := s.doc.Expand(w, unquoted(w.Args))
			if !known {
				return "", false
			}
			below = path.Join(value, below)
			if path.IsAbs(value) {
				return path.Clean(below), true
			}
		}
	}
	if s.Base().worksInRoot() {
		return path.Join("/", below), true
	}
	return "", false
}

// worksInRoot reports whether the image is known to set no WORKDIR.
func (i Image) worksInRoot() bool {
	folder, known := i.Table().Workdir()
	return (known && folder == "") || (i.Known && i.IsScratch())
}

func unquoted(word string) string {
	if n := len(word); n >= 2 && (word[0] == '"' || word[0] == '\'') && word[n-1] == word[0] {
		return word[1 : n-1]
	}
	return word
}

// mayUnpack reports whether ADD may unpack what a word or a pattern names.
func mayUnpack(word string) bool { return IsArchive(word) || strings.ContainsAny(word, "*?[") }

// IsArchive reports whether ADD unpacks a file of that name.
func IsArchive(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".tar", ".gz", ".bz2", ".xz", ".zst", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".lzma", ".tlz", ".z", ".tb2", ".tz":
		return true
	}
	return false
}

// mayWrite reports whether a RUN may make a file of that name, or change its
// content: it names it, and not only to run it, to install a package of that name
// or to change its mode.
func (f *Dockerfile) mayWrite(in *dockerfile.Instruction, name string) bool {
	named := countWord(f.Text(in.Span), name)
	if named == 0 {
		return false
	}
	for _, c := range f.Commands(in) {
		first := c.Words[0].Span.End
		switch c.Name() {
		case "chmod", "chown", "chgrp", "ls", "stat", "test", "[", "which", "type", "hash":
			first = c.Span.End
		default:
			_, ok := Packages(c)
			if ok || (readsScript(c.Words[0].Text) && path.Base(scriptArgument(c.ArgTexts())) == name) {
				first = c.Span.End
			}
		}
		named -= countWord(string(f.Src[c.Span.Start:min(first, len(f.Src))]), name)
	}
	return named > 0
}

// countWord counts a name in a text where it is not a part of a longer one.
func countWord(text, name string) int {
	count := 0
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return count
		}
		start, end := at+i, at+i+len(name)
		if (start == 0 || !isFileByte(text[start-1])) && (end == len(text) || (!isFileByte(text[end]) && text[end] != '/')) {
			count++
		}
		at = end
	}
}

func isFileByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}
