package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ReadOnlyWithoutWritablePath finds services with a read-only root whose server
// writes to a folder that no tmpfs and no volume covers: nginx its caches and its
// process number, Apache the latter, Gunicorn a heartbeat in /tmp, and what the
// Dockerfile names in TMPDIR and the like. It does not start, or fails later.
//
// Silent for folders of VOLUME, which are writable, and for images from elsewhere.
var ReadOnlyWithoutWritablePath = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "read-only-without-writable-path",
		Title:    "A service with a read-only root writes somewhere",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkReadOnlyWithoutWritablePath,
}

func checkReadOnlyWithoutWritablePath(p *lint.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		readOnly := s.Entry("read_only")
		if readOnly == nil || !s.Value("read_only").IsTrue() || siblingSets(p.Doc, s.Name, "tmpfs") || siblingSets(p.Doc, s.Name, "volumes") {
			return
		}
		for _, w := range writes(s, b.Stage) {
			if isWritable(s, b.Stage, w.folder) {
				continue
			}
			f := lint.Finding{
				Span:    readOnly.Span,
				Message: fmt.Sprintf("the root of %q is read-only, and %s writes to %s; mount a tmpfs there", shortText(s.Name), w.who, shortText(w.folder)),
				Related: []lint.Related{inDockerfile(b, w.place, "it is named here")},
			}
			if yaml.PlainString(w.folder, true) {
				f.Fixes = tmpfsFix(s, []string{w.folder})
			}
			p.Report(f)
			return // one at a time: the fixes would be in each other's way
		}
	})
}

// write is a folder to which a program writes.
type write struct {
	folder, who string
	place       text.Span
}

// writes lists the folders to which the program of a service is known to write.
func writes(s *facts.ComposeService, stage *facts.Stage) []write {
	var found []write
	start, ok := s.Start(stage)
	place := stage.From.Head
	if ok && start.Stage != nil {
		place = start.Place
	}
	base := stage.Base()
	switch {
	case ok && start.Program == "gunicorn":
		if folder, at := facts.FlagAt(start.Args, "--worker-tmp-dir"); at < 0 {
			found = append(found, write{"/tmp", "gunicorn", place})
		} else if folder != "/dev/shm" { // which is writable in every container
			found = append(found, write{path.Clean(folder), "gunicorn", place})
		}
	case base.Name() == "nginx" && (!ok || start.Program == "nginx"):
		found = append(found, write{"/var/cache/nginx", "nginx", place}, write{"/var/run", "nginx", place})
	case base.Name() == "nginxinc/nginx-unprivileged":
		found = append(found, write{"/tmp", "nginx", place})
	case base.Name() == "httpd" && (!ok || start.Program == "httpd-foreground"):
		found = append(found, write{"/usr/local/apache2/logs", "httpd", place})
	}
	scope := stage.EndScope()
	for _, name := range []string{"TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "HF_HOME", "TORCH_HOME", "NUMBA_CACHE_DIR"} {
		v, set := scope.Lookup(name)
		if set && v.IsEnv && v.Known && v.Instruction != nil && strings.HasPrefix(v.Value, "/") && v.Value != "/dev/shm" {
			found = append(found, write{path.Clean(v.Value), "what reads " + name, v.Pair.Span})
		}
	}
	return found
}

// isWritable tells whether a mount of the service or a VOLUME of the image holds
// the folder, or may do.
func isWritable(s *facts.ComposeService, stage *facts.Stage, folder string) bool {
	holds := func(target string) bool {
		target = path.Clean(target)
		// /var/run is a link to /run.
		return target == "/" || folder == target || strings.HasPrefix(folder, target+"/") || folder == "/var/run" && target == "/run"
	}
	for _, m := range s.AllMounts() {
		if !m.Known || !m.ReadOnly && holds(m.Target) {
			return true
		}
	}
	for _, x := range stage.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "volume" {
				continue
			}
			for _, w := range in.Words {
				if strings.Contains(w.Text, "$") || holds(w.Text) {
					return true
				}
			}
		}
	}
	return false
}
