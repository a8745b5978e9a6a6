package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// madeUser is the name of a user that a fix makes.
const madeUser = "app"

// makeUser makes a user as the base image makes users, gives it the work folder, in
// which the program may make files, and switches to it. There is no edit where more than
// that is needed: for scripts and unknown programs, volumes and mounts, ports below 1024,
// and whatever lies in root's home.
func makeUser(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) []lint.Fix {
	d := p.Doc
	list, ok := accounts(d, s)
	command := map[string]string{"alpine": "adduser -D " + madeUser, "debian": "useradd --create-home " + madeUser}[s.Base().Table().System()]
	if !ok || len(list) > 0 || command == "" || s.Last("volume") != nil {
		return nil
	}
	if !needsNoRights(p, s) || writesBesideItself(p, s) {
		return nil
	}
	first := userPlace(d, s)
	if src := string(d.Src); first == nil || strings.Contains(src, "/root") || strings.Contains(src, "~") {
		return nil
	}
	if s.Last("workdir") != nil {
		folder, known := workdirAt(d, first)
		if !known ||
			(strings.Count(folder, "/") < 2 && slices.Contains([]string{"/", "/bin", "/etc", "/home", "/lib", "/opt", "/tmp", "/usr", "/var"}, folder)) {
			return nil
		}
		command += " && chown " + madeUser + " " + folder
	}
	edit, ok := insertLine(first, "RUN", command+d.Newline()+sameCase("USER", d.Text(first.KeywordSpan))+" "+madeUser)
	if !ok {
		return nil
	}
	return unsafeFix("add a user for the program and switch to it", lint.EffectGraph, edit)
}

// needsNoRights reports whether an image starts an interpreter or what was copied into
// it, and nothing that runs it mounts anything or gives it rights.
func needsNoRights(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	start, ok := startOf(p.Doc)
	if !ok || start.isInner || start.runner.Text != "" || strings.Contains(start.in.Args, "$") {
		return false // a variable may say a port that users may not open
	}
	if !runsCode(start.program) && !isCopied(s, start.program) {
		return false
	}
	for _, service := range p.Project.ServicesOf(p.Doc, s) {
		if slices.ContainsFunc([]string{"privileged", "devices", "cap_add", "network_mode", "pid"}, service.Has) {
			return false
		}
	}
	return !getsMounts(p, s)
}

// getsMounts reports whether what runs an image of the stage mounts anything into it,
// which may belong to root.
func getsMounts(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	for _, service := range p.Project.ServicesOf(p.Doc, s) {
		if len(service.AllMounts()) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(
		p.Project.Containers(p.Doc),
		func(c facts.ContainerNear) bool { return c.Stage == s && c.Get("volumeMounts") != nil },
	)
}

// isCopied reports whether a stage copies a file of a program's name, so that the program
// is the project's own and not one that a package brought with folders of its own.
func isCopied(s *facts.Stage, program string) bool {
	return slices.ContainsFunc(s.Own("copy"), func(in *dockerfile.Instruction) bool {
		sources, to, ok := copyWords(in)
		return ok &&
			(baseName(bare(to.Text)) == program || slices.ContainsFunc(sources, func(w dockerfile.Word) bool { return baseName(bare(w.Text)) == program }))
	})
}

// runsCode reports whether a program runs the code that it is given.
func runsCode(program string) bool {
	switch program {
	case "node", "python", "python3", "gunicorn", "uvicorn", "java", "ruby", "puma", "deno", "bun":
		return true
	}
	return false
}
