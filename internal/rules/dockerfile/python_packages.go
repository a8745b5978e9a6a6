package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

const noPipCache = "PIP_NO_CACHE_DIR"

// baseMaySet reports whether the base of a stage sets a variable, according to the
// registry or the table, or whether the name of the base is not known.
func baseMaySet(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, name string) bool {
	if s == nil {
		return false
	}
	base := s.Base()
	if !base.Known {
		return true
	}
	if config, err := p.Registry.Config(base.Text, ""); err == nil {
		_, set := config.Variable(name)
		return set
	}
	sets, _ := base.BaseSets(name)
	return sets
}

// pipCacheIsOff reports whether PIP_NO_CACHE_DIR is set for the command: by the base, by
// ENV or ARG, by export before it, or in front of it.
func pipCacheIsOff(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) bool {
	d, hadolint := p.Doc, p.Hadolint
	v, set := d.ScopeAt(c.Instruction).Lookup(noPipCache)
	if set && switchesPipCacheOff(v.Value, hadolint) {
		return true
	}
	if !set && !hadolint && baseMaySet(p, d.StageOf(c.Instruction), noPipCache) {
		return true
	}
	before := p0(d.Text(c.Instruction.Span), c.Span.End-c.Instruction.Span.Start)
	for rest := before; ; {
		_, value, ok := strings.Cut(rest, noPipCache+"=")
		if !ok {
			return false
		}
		word, _, _ := strings.Cut(value, " ")
		if switchesPipCacheOff(strings.TrimRight(word, ";&|\\\n"), hadolint) {
			return true
		}
		rest = value
	}
}

// p0 is the beginning of s, at most n bytes.
func p0(s string, n int) string { return s[:max(min(n, len(s)), 0)] }

// switchesPipCacheOff reports whether a value of PIP_NO_CACHE_DIR switches the cache off:
// any value does, also "off" and "0" (pip's _handle_no_cache_dir). hadolint takes such
// values by their word.
func switchesPipCacheOff(value string, hadolint bool) bool {
	switch strings.ToLower(strings.Trim(value, `"'`)) {
	case "":
		return false
	case "0", "off", "no", "false":
		return !hadolint
	}
	return true
}

// glibcOnly are packages that have wheels only for glibc, according to the files on the
// Python Package Index in November 2026.
func glibcOnly() []string {
	return []string{"torch", "torchvision", "torchaudio", "tensorflow", "tensorflow-cpu", "jaxlib", "onnxruntime", "opencv-python", "opencv-python-headless", "opencv-contrib-python", "mediapipe", "open3d", "vllm"}
}

// lateOnAlpine are compiled packages whose wheels for musl came years after
// those for glibc, or not for each version (same source).
func lateOnAlpine() []string {
	return []string{"numpy", "pandas", "scipy", "scikit-learn", "matplotlib", "cryptography", "pillow", "lxml", "grpcio", "grpcio-tools", "psycopg2-binary", "gevent", "h5py", "pyarrow", "bcrypt", "pynacl", "shapely", "statsmodels", "spacy"}
}

func firstOf(names, list []string) string {
	for _, n := range names {
		if slices.Contains(list, n) {
			return n
		}
	}
	return ""
}

// installsCompiledPython is a package with compiled parts that a stage installs;
// empty if none is known.
func installsCompiledPython(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) string {
	return firstOf(installedPython(p, s), append(glibcOnly(), lateOnAlpine()...))
}

// installedPython are the packages that the commands of a stage name, and those
// of the manifests that they read, in lower case.
func installedPython(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) []string {
	var names []string
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			pkg, ok := facts.Packages(c)
			if !ok {
				continue
			}
			switch {
			case pkg.Manager == "pip" && pkg.Action == "install", pkg.Manager == "uv" && pkg.Action == "pip":
				for _, a := range pkg.Packages {
					names = append(names, requirementName(a.Text))
				}
				if file, ok := pkg.FlagValue("-r", "--requirement"); ok && file.Literal {
					text, _ := readInContext(p, file.Text)
					names = append(names, requirementNames(text)...)
				}
			case (pkg.Manager == "uv" || pkg.Manager == "pdm") && pkg.Action == "sync",
				(pkg.Manager == "poetry" || pkg.Manager == "pdm") && pkg.Action == "install":
				text, _ := readInContext(p, "pyproject.toml")
				names = append(names, tomlNames(text)...)
			}
		}
	}
	return names
}

// requirementNames are the packages of a requirements file.
func requirementNames(text string) []string {
	var names []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line[0] != '-' {
			names = append(names, requirementName(line))
		}
	}
	return names
}

// requirementName is the name that a requirement begins with, in the form of
// the index.
func requirementName(requirement string) string {
	end := strings.IndexFunc(requirement, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	})
	if end < 0 {
		end = len(requirement)
	}
	return strings.ReplaceAll(strings.ToLower(requirement[:end]), "_", "-")
}

// tomlNames are the dependencies in a pyproject.toml: those of the array
// "dependencies" of the table project, and the keys of Poetry's table.
func tomlNames(text string) []string {
	var names []string
	table, inArray := "", false
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		key, value, isKey := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
			continue
		case inArray:
			value = line
		case line[0] == '[':
			table = strings.Trim(line, "[]")
			continue
		case isKey && table == "tool.poetry.dependencies":
			names = append(names, requirementName(strings.TrimSpace(key)))
			continue
		case isKey && table == "project" && strings.TrimSpace(key) == "dependencies":
			// its value, up to the closing bracket, is read below
		default:
			continue
		}
		quote := "\""
		if !strings.Contains(value, quote) {
			quote = "'"
		}
		parts := strings.Split(value, quote)
		for i := 1; i < len(parts); i += 2 {
			names = append(names, requirementName(parts[i]))
		}
		// A bracket inside quotes names extras: "uvicorn[standard]".
		inArray = !strings.Contains(parts[len(parts)-1], "]")
	}
	return names
}

// pythonVersion is the version of an official Python image, such as "3.13"; empty
// if it is not known.
func pythonVersion(s *facts.Stage) string {
	i := s.Base()
	if !i.Known || !isPythonImage(s) {
		return ""
	}
	tag := strings.TrimPrefix(i.Tag, "python")
	number, _, _ := strings.Cut(tag, "-")
	parts := strings.Split(number, ".")
	if len(parts) < 2 || parts[0] != "3" || strings.Trim(parts[1], "0123456789") != "" {
		return ""
	}
	return parts[0] + "." + parts[1]
}

// isVenv reports whether a path is that of a virtual environment.
func isVenv(path string) bool {
	switch baseName(strings.TrimRight(path, "/")) {
	case ".venv", "venv", "virtualenv":
		return true
	}
	return false
}

func isPythonProgram(name string) bool {
	switch name {
	case "python", "python3", "uvicorn", "gunicorn", "hypercorn", "flask", "fastapi", "celery", "granian", "daphne", "streamlit", "alembic", "manage.py":
		return true
	}
	return false
}
