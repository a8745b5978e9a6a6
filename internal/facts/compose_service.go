package facts

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeService is a service with its facts.
type ComposeService struct {
	*compose.Service

	file   *Compose
	ports  lazy[[]compose.Port]
	mounts lazy[[]compose.Mount]
}

// File is the file of the service, with its facts.
func (s *ComposeService) File() *Compose { return s.file }

// Image is the service's image with defaults of variables put in; ok is false
// when it names none.
func (s *ComposeService) Image() (i Image, ok bool) { return imageOf(s.Value("image")) }

// imageOf is the image that a value names; ok is false where there is no value.
func imageOf(v compose.Value) (i Image, ok bool) {
	if !v.Exists() {
		return Image{}, false
	}
	if v.Known {
		i = ParseImage(v.Text)
	}
	i.Raw, i.Text, i.Known, i.Span = v.Raw, v.Text, v.Known, v.Span
	return i, true
}

// PublishedPorts is Service.Ports, read once.
func (s *ComposeService) PublishedPorts() []compose.Port {
	return s.ports.get(s.Ports)
}

// AllMounts is Service.Mounts, read once.
func (s *ComposeService) AllMounts() []compose.Mount {
	return s.mounts.get(s.Mounts)
}

// Env are the entries of environment in effect: of a name that comes twice the
// last, at the place of the first. env_file is not read. The entries must not be
// changed: services may share them.
func (s *ComposeService) Env() []compose.KeyValue {
	n := s.Get("environment").Resolve()
	return s.file.envs.get(n, s.readEnv)
}

func (s *ComposeService) readEnv() []compose.KeyValue {
	var env []compose.KeyValue
	place := map[string]int{}
	for _, kv := range s.Environment() {
		if at, ok := place[kv.Key]; ok {
			env[at] = kv
			continue
		}
		place[kv.Key] = len(env)
		env = append(env, kv)
	}
	return env
}

// Getenv is the entry of environment with that name.
func (s *ComposeService) Getenv(name string) (compose.KeyValue, bool) {
	for _, kv := range s.Env() {
		if kv.Key == name {
			return kv, true
		}
	}
	return compose.KeyValue{}, false
}

// MountsSource reports whether the service mounts the folder that it is built
// from, or a folder below it: the way of work on its sources.
func (s *ComposeService) MountsSource() bool {
	b, ok := s.Build()
	if !ok || b.IsRemote() {
		return false
	}
	root := "."
	if b.Context.Exists() {
		root = path.Clean(b.Context.Text)
	}
	for _, m := range s.AllMounts() {
		if m.Kind != compose.RelativePath || m.ReadOnly {
			continue
		}
		source := path.Clean(m.Source)
		// A folder of data or settings below the context is no source.
		if source == root || source == path.Join(root, "src") || source == path.Join(root, "app") {
			return true
		}
	}
	return false
}

// IsJob reports whether the service does its work and ends: somebody waits for
// its completion, it is not to be restarted, it runs in a profile of its own,
// or its name says so.
func (s *ComposeService) IsJob() bool {
	switch restart := s.Value("restart"); {
	case restart.Exists() && restart.Text == "no":
		return true
	case restart.Exists():
		return false
	}
	for _, e := range s.file.Dependants(s) {
		if e.Condition == "service_completed_successfully" {
			return true
		}
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(s.Name), func(r rune) bool { return strings.ContainsRune("._-", r) }) {
		switch part {
		case "migrate", "migrations", "migration", "migrator", "init", "seed", "seeder", "setup", "bootstrap", "job", "task", "cron",
			"createbuckets", "configurator", "test", "tests", "cli", "once", "loader", "build", "builder", "backup", "restore", "installer", "create":
			return true
		}
	}
	return false
}

// Profiles are the profiles of the service; without any it always runs.
func (s *ComposeService) Profiles() []string {
	var names []string
	for _, v := range s.Values("profiles") {
		names = append(names, v.Text)
	}
	return names
}

// MayRunWith reports whether both services can run at the same time without
// several profiles being asked for.
func (s *ComposeService) MayRunWith(other *ComposeService) bool {
	mine, theirs := s.Profiles(), other.Profiles()
	if len(mine) == 0 || len(theirs) == 0 {
		return true
	}
	for _, p := range mine {
		if slices.Contains(theirs, p) {
			return true
		}
	}
	return false
}

// Replicas is how many containers the service has, 1 where nothing is said;
// known is false when a variable decides.
func (s *ComposeService) Replicas() (n int, known bool) {
	for _, way := range [][]string{{"deploy", "replicas"}, {"scale"}} {
		if v := s.Value(way...); v.Exists() {
			return v.Int()
		}
	}
	return 1, true
}

// MemoryLimited and its neighbours report whether the service has a limit, in the
// old form or in that of deploy.
func (s *ComposeService) MemoryLimited() bool {
	return s.Has("mem_limit") || s.hasLimit("memory")
}

// CPULimited reports whether the service's share of the processors is bounded.
func (s *ComposeService) CPULimited() bool {
	return s.Has("cpus") || s.Has("cpu_quota") || s.Has("cpuset") || s.Has("cpu_count") || s.Has("cpu_percent") || s.hasLimit("cpus")
}

// PidsLimited reports whether the number of processes is bounded; 0 and -1 bound
// nothing.
func (s *ComposeService) PidsLimited() bool {
	for _, v := range []compose.Value{s.Value("pids_limit"), s.Value("deploy", "resources", "limits", "pids")} {
		if n, ok := v.Int(); v.Exists() && (!ok || n > 0) {
			return true
		}
	}
	return false
}

func (s *ComposeService) hasLimit(key string) bool {
	return s.Value("deploy", "resources", "limits", key).Exists()
}

// HasRestartPolicy reports whether the service says what happens when it ends.
func (s *ComposeService) HasRestartPolicy() bool {
	return s.Has("restart") || s.Get("deploy", "restart_policy") != nil
}

// KeepsRunning reports whether the service is started again whenever it ends.
func (s *ComposeService) KeepsRunning() bool {
	switch s.Value("restart").Text {
	case "always", "unless-stopped":
		return true
	}
	return s.deployRestarts("any")
}

// StartsAgain reports whether the service is started again after a failure.
func (s *ComposeService) StartsAgain() bool {
	restart, _, _ := strings.Cut(s.Value("restart").Text, ":")
	return s.KeepsRunning() || restart == "on-failure" || s.deployRestarts("on-failure")
}

// deployRestarts reports whether deploy.restart_policy has the condition. Without one it
// is "any".
func (s *ComposeService) deployRestarts(condition string) bool {
	if s.Get("deploy", "restart_policy") == nil {
		return false
	}
	return cmp.Or(s.Value("deploy", "restart_policy", "condition").Text, "any") == condition
}

// Duration reads a duration as Compose does: "1m30s", or seconds. ok is false
// when it is none or not known.
func Duration(v compose.Value) (d time.Duration, ok bool) {
	if !v.Exists() || !v.Known {
		return 0, false
	}
	s := v.Text
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return time.Duration(n) * time.Second, true
	}
	days := time.Duration(0)
	if n, rest, found := strings.Cut(s, "d"); found {
		count, err := strconv.ParseInt(n, 10, 16)
		if err != nil {
			return 0, false
		}
		days, s = time.Duration(count)*24*time.Hour, rest
		if s == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(s)
	return days + d, err == nil
}

// ImageBase is the last part of the image's name, as far as variables leave it
// known: "postgres", "traefik"; "" where there is none.
func (s *ComposeService) ImageBase() string {
	if r := s.imageRepository(); r != "" {
		return path.Base(r)
	}
	return ""
}

func (s *ComposeService) imageRepository() string {
	image, ok := s.Image()
	if !ok {
		return ""
	}
	if image.Known {
		return image.Repository
	}
	known, _, _ := strings.Cut(image.Raw, "$")
	return ParseImage(strings.TrimRight(known, ":@")).Repository
}

// Database tells which kind of database or queue the service runs, by the last
// part of its image's name: "postgres", "redis"; "" for none.
func (s *ComposeService) Database() string { return databaseIn(s.imageRepository()) }

// databaseIn is the kind of database or queue that an image of a repository holds;
// "" for none.
func databaseIn(repository string) string {
	kind, _ := images.Says(repository, images.Database)
	return kind
}

// ImageSays reports whether the name of the service's image, as far as variables leave
// it known, says that of its program.
func (s *ComposeService) ImageSays(trait images.Trait) bool {
	_, ok := s.ImageTrait(trait)
	return ok
}

// ImageTrait is the value of what the name of the service's image says of its program; ok
// is false where it says nothing of the kind.
func (s *ComposeService) ImageTrait(trait images.Trait) (value string, ok bool) {
	return images.Says(s.imageRepository(), trait)
}
