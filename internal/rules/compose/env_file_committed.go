package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// EnvFileCommitted reports environment files that are in Git: `.env` next to the
// Compose file, and the files that services name in `env_file`. The severity is:
//
//   - error, if a secret looks random (variant `secret`)
//   - warning, if a variable with the name of a secret has another value (variant
//     `secret`)
//   - info, if no variable holds a secret, or only a simple initial password such as
//     `postgres` (variant `settings`)
//
// The index of Git shows which files it tracks. Without an index, as in an unpacked
// archive, a file counts if no `.gitignore` excludes it.
//
// # Why it matters
//
// Anyone who can read the repository gets the passwords in the file, including those of
// all earlier commits.
//
// # How to fix it
//
// Change the passwords, remove the file from Git, ignore it, and add an example
// without values:
//
//	git rm --cached .env
//	echo .env >> .gitignore
//
// Where Git ignores `.env.local`, as in projects with Symfony or Vite, `.env` is meant
// to be in Git. There, move only the secret to `.env.local`.
//
// # Fix safety
//
// There is no automatic fix: the file must leave the history of Git too, and its secrets must be
// changed.
//
// # Exceptions
//
// It does not report:
//
//   - examples, templates, defaults, and files for tests
//   - files that hold only versions, ports, names of images and settings of Compose
//   - the files of Symfony, unless Git ignores `.env.local` and they hold a secret
var EnvFileCommitted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "env-file-committed",
		Title:    "Environment file is in Git",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"secret", "settings"},
		OptIn:    []string{"settings"},
		Needs:    lint.NeedsContext,
	},
	Check: checkEnvFileCommitted,
}

func checkEnvFileCommitted(p *facts.Pass[*facts.Compose]) {
	if !p.Files.Known() || len(p.Doc.All()) == 0 || isTestFolder(p.Doc.Name) {
		return
	}
	paths, entries := envFilePaths(p.Doc)
	if !slices.Contains(paths, ".env") {
		// The file is looked for first: to read the other Compose files takes longer.
		if _, there := p.Files.Exists(".env"); there && isFirstOfFolder(p) {
			paths = append(paths, ".env")
		}
	}
	repository := p.Project.Repository()
	for _, name := range paths {
		if !isEnvName(path.Base(name)) || isSharedEnv(path.Base(name)) || isTestFolder(name) {
			continue
		}
		variables, ok := readEnvFile(p, name, false)
		if !ok || path.IsAbs(name) {
			continue
		}
		tracked, known := repository.Tracks(name)
		if !known {
			p.Skip(fmt.Sprintf("cannot tell whether %q is in Git", shortText(name)))
			continue
		}
		secret, worst := committedSecret(variables)
		if !tracked || worst == lint.SeverityUnset {
			continue
		}
		span := p.Doc.All()[0].Span()
		if e, named := entries[name]; named {
			span = e.Path.Span
		}
		f := lint.Finding{
			Span: span, Severity: worst, Variant: "settings",
			Message: fmt.Sprintf("%q is in Git, so a secret that is added to it stays in the history; remove it with \"git rm --cached\", ignore it, and add an example without values", shortText(name)),
			Related: []lint.Related{{File: filePath(p, name), Message: "the file in Git"}},
		}
		if secret != "" {
			f.Variant = "secret"
			if local := path.Join(path.Dir(name), ".env.local"); path.Base(name) == ".env" && repository.Ignores(local) {
				// Symfony, Vite, Next.js and others read .env from git and .env.local after it.
				f.Severity = min(f.Severity, lint.Warning)
				f.Message = fmt.Sprintf("%q is in Git, so anyone who can read the repository gets the secret in %s; change it, and keep the new one in %q, which Git ignores", shortText(name), shortText(secret), shortText(local))
				p.Report(f)
				continue
			}
			f.Message = fmt.Sprintf("%q is in Git, so anyone who can read the repository gets the secret in %s; change it, and remove the file with \"git rm --cached\"", shortText(name), shortText(secret))
		}
		if !isSymfonyEnv(p, name) { // without it every clone would break
			p.Report(f)
		}
	}
}

// committedSecret names the first variable that holds a secret, and says how bad
// it is that the file is in git; unset if nothing is to be said.
func committedSecret(variables []facts.EnvVariable) (name string, worst lint.Severity) {
	for _, v := range variables {
		words := facts.SecretNameWords(v.Name)
		switch {
		case v.Value == "" || isPublicSetting(v.Name):
		case len(words) > 0 && facts.NamesSecret(words) && !facts.IsNoSecret(v.Value) && facts.IsLiteralSecret(v.Value) && !isStarter(v.Value),
			len(words) > 0 && facts.NamesKey(words) && facts.LooksRandom(v.Value), facts.HasURLPassword(v.Value) && !isStarter(urlPassword(v.Value)):
			if facts.IsProvenSecret(v.Value) || facts.IsProvenSecret(urlPassword(v.Value)) {
				return v.Name, lint.Error
			}
			return v.Name, lint.Warning
		default:
			worst = lint.Info
		}
	}
	return "", worst
}

// isPublicSetting reports whether a variable is one that is meant to be shared.
func isPublicSetting(name string) bool {
	upper := strings.ToUpper(name)
	if strings.HasPrefix(upper, "COMPOSE_") || strings.HasPrefix(upper, "DOCKER_") {
		return true
	}
	for _, prefix := range []string{"REACT_APP_", "VITE_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "VUE_APP_", "GATSBY_", "EXPO_PUBLIC_"} {
		if strings.HasPrefix(upper, prefix) {
			return true // every visitor gets it with the page
		}
	}
	for _, part := range []string{"VERSION", "PORT", "IMAGE", "TAG", "RELEASE", "PLATFORM"} {
		if strings.HasPrefix(upper, part) || strings.HasSuffix(upper, part) {
			return true
		}
	}
	return false
}

// isSymfonyEnv reports whether a file is one of those that Symfony reads and that belong
// into git: .env with the sections that its recipes write, and .env.<environment> next to
// it. What ends with .local does not.
func isSymfonyEnv(p *facts.Pass[*facts.Compose], name string) bool {
	base := path.Base(name)
	if (base != ".env" && !strings.HasPrefix(base, ".env.")) || strings.HasSuffix(base, ".local") {
		return false
	}
	gate, err := p.Files.In(path.Dir(name), "")
	if err != nil {
		return false
	}
	src, err := gate.ReadFile(".env")
	return err == nil && strings.Contains(string(src), "###> symfony/")
}

// isStarter reports whether a value is a word that people write until there is a
// secret.
func isStarter(value string) bool {
	lower := strings.ToLower(strings.TrimRight(value, "0123456789!"))
	switch lower {
	case "", "postgres", "postgresql", "mysql", "mariadb", "root", "admin", "administrator", "user", "username", "guest", "secret", "pass", "test", "tests", "testing", "dev",
		"development", "local", "localhost", "default", "minio", "minioadmin", "rabbitmq", "redis", "mongo", "mongodb", "django", "app", "myapp", "demo", "sample", "todo", "db", "hello", "qwerty", "letmein", "elastic":
		return true
	}
	for _, part := range []string{"change", "insecure", "secret", "mypass", "dev-", "-dev", "dev_", "local"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// urlPassword is the password of an address.
func urlPassword(value string) string {
	_, rest, _ := strings.Cut(value, "://")
	user, _, _ := strings.Cut(rest, "@")
	_, password, _ := strings.Cut(user, ":")
	return password
}

func isTestFolder(name string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(name)), "/"), func(folder string) bool {
		switch folder {
		case "test", "tests", "testdata", "fixtures", "__tests__", "e2e", "examples", "example", "samples", "sample", "spec", "demo":
			return true
		}
		return false
	})
}

// isFirstOfFolder reports whether of the Compose files of the folder this is the
// one that reports .env: the first by name, if none names it.
func isFirstOfFolder(p *facts.Pass[*facts.Compose]) bool {
	for _, near := range p.Project.ComposeFiles(p.Doc) {
		paths, _ := envFilePaths(near.Compose)
		if (near.Name < p.Doc.Name && len(near.All()) > 0) || slices.Contains(paths, ".env") {
			return false
		}
	}
	return true
}

// filePath is how reports name a path from the Compose file's folder.
func filePath(p *facts.Pass[*facts.Compose], name string) string {
	gate, err := p.Files.In(path.Dir(name), "")
	if err != nil {
		return name
	}
	return gate.Path(path.Base(name))
}
