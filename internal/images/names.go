package images

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// nameRow is what a word in the name of a repository says of the program in it.
type nameRow struct {
	how, word string
	says      Trait
	value     string
}

// Trait is what the name of a repository says of the program in it, whoever
// publishes it.
type Trait string

// What names say.
const (
	// Database: the program is a database or a cache; its value says which.
	Database Trait = "database"
	// Queue: it is a queue of messages or what keeps its state.
	Queue Trait = "queue"
	// Language: the image is there for an interpreter, which the value names.
	Language Trait = "language"
	// Proxy: it is there to be reached by everybody.
	Proxy Trait = "proxy"
	// Manager: it manages the containers of its host.
	Manager Trait = "manager"
	// Watcher: it watches its host.
	Watcher Trait = "watcher"
	// VPN: it sets up networks.
	VPN Trait = "vpn"
	// Search: it is a search engine that locks its memory.
	Search Trait = "search"
	// UpdatesItself: it writes to its own root file system.
	UpdatesItself Trait = "updates-itself"
	// WritesTmp: it writes temporary files.
	WritesTmp Trait = "writes-tmp"
	// Bash: its /bin/sh is bash.
	Bash Trait = "bash"
	// Writes: it writes to the folders of the value.
	Writes Trait = "writes"
	// Distribution: the image holds a distribution and no program besides.
	Distribution Trait = "distribution"
	// GPU: it brings CUDA.
	GPU Trait = "gpu"
	// Pause: it keeps a place free and does nothing.
	Pause Trait = "pause"
	// Copy: it is a copy of a distribution, which starts nothing of its own.
	Copy Trait = "copy"
	// Alpine: it is a copy of Alpine.
	Alpine Trait = "alpine"
	// Windows: it runs on Windows.
	Windows Trait = "windows"
	// Frontend: it is one of Docker's own that read Dockerfiles.
	Frontend Trait = "frontend"
	// Console: it is the user interface of a database.
	Console Trait = "console"
	// OpenConsole: it shows data to everybody who reaches its port, or to who knows the
	// password of its manual, unless a variable is set. The value has how their names begin.
	OpenConsole Trait = "open-console"
	// Heap: the value is the most that its heap takes where no variable sets it.
	Heap Trait = "heap"
	// AptAssumesYes: apt in it asks nothing.
	AptAssumesYes Trait = "apt-assumes-yes"
	// Runtime: its tags with -jdk have a JRE of the same name.
	Runtime Trait = "jre"
	// FewUsers: its /etc/passwd has no users but root, nobody and nonroot.
	FewUsers Trait = "few-users"
	// Laboratory: it has known faults on purpose.
	Laboratory Trait = "laboratory"
	// StandIn: it stands for any program, to show something.
	StandIn Trait = "stand-in"
	// Development: it plays a service, such as a mail server or a cloud, for those who
	// develop.
	Development Trait = "development"
	// Engine: it is a container engine.
	Engine Trait = "engine"
	// Accelerator: it works with a device that computes.
	Accelerator Trait = "accelerator"
	// Capabilities: what the program needs when it starts as root.
	Capabilities Trait = "capabilities"
	// NodeByHostname: it keeps its data under the name of its host, unless a variable names
	// the node. The value has the variable and the folder of the data.
	NodeByHostname Trait = "node-by-hostname"
)

// Says is what the name of a repository says of its program; ok is false where it says
// nothing of the kind. The value is empty for most traits. For Windows the whole
// reference is looked at.
func Says(repository string, trait Trait) (value string, ok bool) {
	if repository == "" {
		return "", false
	}
	last := path.Base(repository)
	from, _ := slices.BinarySearchFunc(names, trait, func(r nameRow, trait Trait) int { return cmp.Compare(r.says, trait) })
	for _, r := range names[from:] {
		if r.says != trait {
			break
		}
		if r.names(repository, last) {
			return r.value, true
		}
	}
	return "", false
}

// names reports whether the row is about a repository with that last part.
func (r nameRow) names(repository, last string) bool {
	switch r.how {
	case "is":
		return last == r.word
	case "begins":
		return strings.HasPrefix(last, r.word)
	case "has":
		return strings.Contains(last, r.word)
	case "ends":
		return strings.HasSuffix(repository, r.word)
	case "anywhere":
		return strings.Contains(repository, r.word)
	case "name":
		return repository == r.word
	case "owner":
		return strings.HasPrefix(repository, r.word+"/") || strings.Contains(repository, "/"+r.word+"/")
	}
	return false
}
