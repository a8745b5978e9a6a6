package run

import (
	"runtime"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
)

// Options say what a run does. Its errors name them as the command line does.
type Options struct {
	// Config is the name of the configuration; empty for the repository's own.
	Config string
	// Rules is what goes before the configuration.
	Rules config.Flags
	// Policy stands above the configuration; nil for none.
	Policy *AbovePolicy
	// Jobs is the number of files that are checked at once.
	Jobs int
	// Times measures each rule; nil for no measuring.
	Times *engine.RuleTimes
	// ShellCheck is "auto" (if it is installed), "off", or the program's path.
	ShellCheck string
	// ChangedSince is the commit whose findings are not reported; empty for all.
	ChangedSince string
	// StdinName is the name of what is read for the path "-". Where its folder is there, it
	// is linted as the file of that name, with the files around it. Empty stands for a
	// Dockerfile of which no more is known.
	StdinName string
	// NoGitignore looks at ignored files too; AllowEmpty takes a named path with nothing
	// to lint for no error.
	NoGitignore, AllowEmpty bool
	// Baselined says that a baseline was named or is written, so that the configuration's
	// does not count.
	Baselined bool
	// Prove proves the fixes of what is found.
	Prove bool
	// FromRoot makes paths in reports relative to the root, wherever the working
	// directory is.
	FromRoot bool
	// Alone says that the work tree has nothing but the files to lint.
	Alone bool

	// Online lets rules ask registries: the usual ones, or those of OnlyRegistries where
	// it is not nil, and those of NamedRegistries, also at private addresses.
	Online                          bool
	OnlyRegistries, NamedRegistries []string
	// RegistryToken is for ghcr.io.
	RegistryToken string
	// Lenient makes a look-up that failed a notice, where no one asked for look-ups by
	// name.
	Lenient bool
}

// Defaults are the options of a run without any settings.
func Defaults() Options { return Options{Jobs: runtime.GOMAXPROCS(0), ShellCheck: "auto"} }

// Incomplete is the error of a run that could not be completed, through no fault of its
// options.
type Incomplete struct{ Err error }

func (e *Incomplete) Error() string { return e.Err.Error() }

func (e *Incomplete) Unwrap() error { return e.Err }
