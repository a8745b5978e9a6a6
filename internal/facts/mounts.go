package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Mount is a --mount of a RUN.
type Mount struct {
	Flag dockerfile.Flag
	// Type is "bind" where none is given.
	Type string
	// Target is where the files are, without a slash at its end; empty for a
	// secret that is an environment variable alone.
	Target string
	// ID names a secret, a cache or an agent; it is empty where it is not given.
	ID string
	// Env is the variable that holds a secret; empty for none.
	Env string
}

// Mounts lists the mounts of a RUN, in order.
func Mounts(in *dockerfile.Instruction) []Mount {
	var mounts []Mount
	for _, f := range in.Flags {
		if f.Name != "mount" {
			continue
		}
		m := Mount{Flag: f, Type: "bind"}
		for _, field := range strings.Split(f.Value, ",") {
			key, value, _ := strings.Cut(field, "=")
			switch strings.ToLower(strings.TrimSpace(key)) {
			case "type":
				m.Type = strings.ToLower(value)
			case "target", "dst", "destination":
				m.Target = value
			case "id":
				m.ID = value
			case "env":
				m.Env = value
			}
		}
		if m.Type == "secret" && m.Target == "" && m.Env == "" && m.ID != "" {
			m.Target = "/run/secrets/" + m.ID
		}
		if len(m.Target) > 1 {
			m.Target = strings.TrimRight(m.Target, "/")
		}
		mounts = append(mounts, m)
	}
	return mounts
}
