// Package limits has the bounds on what a run reads and does, all in one table.
// They count bytes, instructions or tries, never time, so the same input ends the
// same way on every machine. docs/limits.md is made of the table.
package limits

import (
	"fmt"
	"strings"
)

// Of one file.
const (
	// FileBytes is the size up to which a file is linted.
	FileBytes = 4 << 20
	// Instructions and Stages are those of a Dockerfile.
	Instructions = 5_000
	Stages       = 200
	// Pairs is how many keys of ENV, ARG and LABEL a Dockerfile has, Lines how many lines.
	Pairs = 20_000
	Lines = 200_000
	// ValueBytes is by how much the variables in one word may make it longer.
	ValueBytes = 64 << 10
	// ExpandedBytes bounds all words of a Dockerfile in which variables are
	// expanded, with their values.
	ExpandedBytes = 4 << 20
	// VariableDepth is how deep ${a:-${b:-...}} may be nested.
	VariableDepth = 20
	// ShellBytes is the length of a script, such as a RUN or a step of a workflow, that
	// the shell's parser is given, ShellParentheses how many "(" stand in it: each level
	// that it calls itself for takes memory of the stack, a parenthesis of arithmetic 8 KiB.
	ShellBytes       = 32 << 10
	ShellParentheses = 4096
	// Brackets is how many signs that nest a devcontainer.json, or a file for bake, may
	// have: their parsers call themselves for each.
	Brackets = 10_000
	// YAMLDepth is how many collections may stand inside of one another.
	YAMLDepth = 100
	// YAMLNodes is how many keys, values, mappings and sequences a file may have.
	YAMLNodes = 100_000
	// YAMLExpansion is how many nodes a view that follows aliases and merge keys
	// may visit.
	YAMLExpansion = 200_000
	// YAMLAliasBytes is how many bytes of text the aliases of a file stand for, where a key
	// or value has more than 64: each rule reads what is written once as often as there
	// are aliases for it.
	YAMLAliasBytes = 4 << 20
	// Patterns, PatternBytes and AllPatternBytes bound an ignore file. PatternStars is
	// how often "**" may stand in a pattern, those that follow each other counted
	// once: each time makes the matcher try more.
	Patterns        = 10_000
	PatternBytes    = 4096
	PatternStars    = 16
	AllPatternBytes = 256 << 10
	// Findings is how many of a file are shown, the most severe ones.
	Findings = 1000
	// CompiledFile is the size up to which a Dockerfile is given to BuildKit's
	// compiler; CompiledBytes bounds all compilations of it together that build-refused
	// asks for.
	CompiledFile  = 256 << 10
	CompiledBytes = 8 << 20
	// CompiledInstructions and CompiledVariables bound what grows faster than the
	// file in the compiler: for each instruction it walks through all before it, and
	// through the variables of all ARG and ENV before it, once for each value that it
	// sets and once more.
	CompiledInstructions = 2000
	CompiledVariables    = 200_000
	// Compilations is how many the proofs of a file's fixes may cost in all when it is
	// linted, FixCompilations when it is fixed; of a file with more than
	// CompilationBytes each counts several times. FixBytes is how many bytes of a file
	// are linted again to see what its fixes have done.
	Compilations     = 256
	FixCompilations  = 2048
	CompilationBytes = 32 << 10
	FixBytes         = 64 << 20
	// ContextMatches is how often the files of a build context are held against the
	// patterns of an ignore file to prove its fixes.
	ContextMatches = 10_000_000
	// ContextFiles and ContextDepth are those of a build context that is looked at to
	// prove the fixes of an ignore file.
	ContextFiles = 50_000
	ContextDepth = 128
	// LoadedFile is the size up to which a Compose file is given to Compose's
	// loader; LoadedBytes bounds all that it is given for one file.
	LoadedFile  = 128 << 10
	LoadedBytes = 1 << 20
	// FindingBytes bounds the messages and fixes of a file's findings.
	FindingBytes = 4 << 20
)

// Of a run.
const (
	// RunFindings is how many findings all files together have, in the order of
	// the files; after that each file has its FurtherFindings most severe ones.
	RunFindings     = 50_000
	FurtherFindings = 10
	// FindingText is how many bytes of messages and fixes go with one finding: each
	// so many more count as one more finding of the run.
	FindingText = 512
	// RunProofs is how many fixes of a run are proved when it is linted, in the order
	// of the report. Those that cost nothing do not count: they have no proof, or
	// their file has no compilations left.
	RunProofs = 20_000
	// RunCompilations is how many the proofs of all files may cost together that are
	// fixed, in the order of the files.
	RunCompilations = 200_000
	// FolderNames is how many names of a folder are looked at, ContextEntries how many
	// files and folders of a build context, in the order of their paths.
	FolderNames    = 10_000
	ContextEntries = 20_000
	// BuildTexts is how many files that say how images are built are read, and
	// BuildFolders in how many folders, for the folders around a document and for a
	// repository. BuildTextBytes is the size of one.
	BuildTexts     = 1500
	BuildFolders   = 2000
	BuildTextBytes = 256 << 10
	// Manifests is how many manifests beside a file are read, and how many workflows of
	// a repository to see what they build; ManifestFolders in how many folders
	// manifests are looked for.
	Manifests       = 64
	ManifestFolders = 48
	// ComposeFiles is how many Compose files of one folder are read next to others,
	// Recipes how many scripts and the like around a document are searched for a word,
	// and ContextBuilds how many Dockerfiles are read to judge an ignore file.
	ComposeFiles = 12
	Recipes      = 60
	// RecipeSearches is how many words of a document are searched for in them.
	RecipeSearches = 2000
	ContextBuilds  = 20
	// StepScripts is how many scripts are followed that the steps and the start of a
	// Dockerfile run.
	StepScripts = 64
	// LoadersRead is how many documents and dev containers of a folder are read to see
	// which Compose files are loaded together, LoadLineBytes the length of a command in
	// them with its variables put in.
	LoadersRead   = 40
	LoadLineBytes = 2 << 10
	// ReaderLines is how many lines of a repository's programs are kept that may look for
	// something in the text of a Dockerfile.
	ReaderLines = 20_000
	// Depth is how deep folders are looked for files to lint, Entries how many files and
	// folders of one folder.
	Depth   = 128
	Entries = 100_000
	// GitPatterns is how many patterns of a .gitignore are read, and of those that a
	// document has above it, GitPatternBytes how long those of a file are together.
	GitPatterns     = 10_000
	GitPatternBytes = 256 << 10
	// PatchRanges is how many changed ranges of a file a patch may have.
	PatchRanges = 10_000
	// ChangedFiles is how many files a pull request may change, so many as GitHub lists.
	ChangedFiles = 3000
)

// Of a repository of git.
const (
	// HistoryBytes is how many bytes of objects are unpacked, those that deltas stand
	// on included; a look into a pack counts as HistoryLook. HistoryCommits is how many
	// commits are followed for one question.
	HistoryBytes   = 4 << 30
	HistoryLook    = 1 << 10
	HistoryCommits = 1_000_000
	// HistoryFiles, HistoryDepth and HistoryPaths bound the listing of a commit: files,
	// folders in each other and bytes of paths, which bound the index too. IndexBytes
	// is its size.
	HistoryFiles = 1_000_000
	HistoryDepth = 128
	HistoryPaths = 128 << 20
	IndexBytes   = 128 << 20
	// HistoryBases is how many common ancestors of two commits are told apart.
	HistoryBases = 16
	// Packs is how many packs a folder of objects may have, DeltaChain how many deltas
	// may stand on each other: git makes at most 4095.
	Packs      = 500
	DeltaChain = 4096
)

// Of an audit of many repositories.
const (
	// BlobsAhead is how many files of a repository are asked for with the first one that is
	// needed; TreeRequests is how many requests list a tree that the platform cuts, and
	// TreeEntries how many files it has.
	BlobsAhead   = 1000
	TreeRequests = 300
	TreeEntries  = 1_000_000
	// AuditRepositories is how many repositories an audit has.
	AuditRepositories = 100_000
	// AuditFiles is how many bytes of files are kept between runs.
	AuditFiles = 2 << 30
	// AuditLookUps is how many requests to registries an audit makes.
	AuditLookUps = 100_000
)

// Of ShellCheck, the program.
const (
	// ScriptBytes is the length of a script that is given to it.
	ScriptBytes = 32 << 10
	// ScriptNesting is how deep $(...) and $((...)) may be nested in one: each level
	// doubles the time of ShellCheck 0.9, 8 levels take 0.2 s, 12 take 2 s.
	ScriptNesting = 6
	// ScriptNames is how many variables of ENV and ARG a script is told of.
	ScriptNames = 200
	// ScriptTries is how often a batch in which it fails is divided.
	ScriptTries = 24
	// ScriptSeconds and ScriptData bound one of its processes, where the operating
	// system can: processor time, with a second more for each ten scripts, and
	// bytes of memory. Only Linux can.
	ScriptSeconds = 5
	ScriptData    = 1 << 30
)

// Limit is one row of the table.
type Limit struct {
	// What is bounded, and Most how much of it there may be.
	What string
	Most int
	Unit string
	// Past says what happens beyond, and what reports it.
	Past string
}

// Group is a part of the table.
type Group struct {
	Title string
	Rows  []Limit
}

const (
	notAudited = "the repository is not audited; the report names it, with the reason"

	notLinted = "the file is not linted; `limit-reached`"
	cut       = "`limit-reached` at the place"
	notParsed = "no rule knows what it runs; " + cut

	notCompared = "`--changed-since` ends with the reason; without it, what git tracks is not known, so that `.gitignore` decides"
	notCompiled = "`build-refused` is listed as skipped, and fixes have no proof"
	// ignoresNothing is for patterns of git's.
	ignoresNothing = "further ones ignore nothing; the report counts the file, with the reason, or lists the folder as skipped for `limit-reached`"
	// furtherLeft is for what is cut in the order of paths.
	furtherLeft = "the first in the order of their paths count; the folder is listed as skipped for `limit-reached`"
)

// Table has all bounds.
func Table() []Group {
	return []Group{
		{"One file", []Limit{
			{"size of a file", FileBytes, "bytes", notLinted},
			{"instructions of a Dockerfile", Instructions, "", notLinted},
			{"stages of a Dockerfile", Stages, "", notLinted},
			{"keys of ENV, ARG and LABEL of a Dockerfile", Pairs, "", notLinted},
			{"lines of a Dockerfile", Lines, "", notLinted},
			{"by how much variables make one word longer", ValueBytes, "bytes", "the value is unknown to every rule, and fixes have no proof; " + cut},
			{"words with variables, with their values, in a Dockerfile", ExpandedBytes, "bytes", "from there on values are unknown, and fixes have no proof; " + cut},
			{"nesting of `${a:-${b:-...}}`", VariableDepth, "levels", "the value is unknown to every rule, and fixes have no proof; " + cut},
			{"length of a shell script, such as that of a RUN", ShellBytes, "bytes", notParsed},
			{"opening parentheses in it", ShellParentheses, "", notParsed},
			{"nesting of YAML", YAMLDepth, "levels", "the rest of the file is not linted; " + cut},
			{"keys and values of a YAML file", YAMLNodes, "", "the rest of the file is not linted; " + cut},
			{"keys and values that aliases and merge keys stand for", YAMLExpansion, "", "the rest of the file is not linted; " + cut},
			{"text that aliases stand for, but for the first 64 bytes of each key and value", YAMLAliasBytes, "bytes", "the rest of the file is not linted; " + cut},
			{"patterns of an ignore file", Patterns, "", "further patterns decide nothing: what they match counts as not ignored; " + cut},
			{"one pattern of an ignore file", PatternBytes, "bytes", "the pattern decides nothing: what it matches counts as not ignored; " + cut},
			{"`**` in one pattern", PatternStars, "", "the pattern decides nothing: what it matches counts as not ignored; " + cut},
			{"all patterns of an ignore file", AllPatternBytes, "bytes", "further patterns decide nothing: what they match counts as not ignored; " + cut},
			{"a Dockerfile that BuildKit's compiler is given", CompiledFile, "bytes", notCompiled},
			{"its instructions", CompiledInstructions, "", notCompiled},
			{"variables that its instructions see, each counted for each instruction and for each value that it sets", CompiledVariables, "", notCompiled},
			{"what its variables expand to", CompiledBytes, "bytes", notCompiled},
			{"all that the compiler is given of a Dockerfile to find out whether it builds", CompiledBytes, "bytes", "`build-refused` is listed as skipped"},
			{"compilations to prove the fixes of a file with `lint --prove`; more than 32 KiB of a Dockerfile, or 4 KiB of a compose file, count as several", Compilations, "", "further fixes have no proof, and say so"},
			{"the same with `fix`", FixCompilations, "", "what is proved by then is applied; the other fixes are not: `limit-reached` says so"},
			{"bytes of a file that are linted again to see what its fixes do, and 4 KiB for each time", FixBytes, "bytes", "what is applied by then stays; the other fixes are not applied: `limit-reached` says so"},
			{"files of a build context that are compared to prove a fix of an ignore file", ContextFiles, "", "the fix has no proof, and says so"},
			{"folders of it in each other", ContextDepth, "", "the fix has no proof, and says so"},
			{"files times patterns with wildcards that are compared to prove the fixes of an ignore file", ContextMatches, "", "further fixes have no proof, and say so"},
			{"a Compose file that Compose's loader is given", LoadedFile, "bytes", "`compose-refused` is listed as skipped"},
			{"all that the loader is given for a Compose file", LoadedBytes, "bytes", "`compose-refused` is listed as skipped"},
			{"findings of a file", Findings, "", "the most severe are shown; `limit-reached` counts the others"},
			{"messages and fixes of the findings of a file", FindingBytes, "bytes", "further findings are left out; `limit-reached` counts them"},
		}},
		{"ShellCheck", []Limit{
			{"length of a script", ScriptBytes, "bytes", "the script is not checked; the rule is shown as skipped"},
			{"nesting of `$(...)` and `$((...))`", ScriptNesting, "levels", "the script is not checked; " + cut},
			{"variables of ENV and ARG that a script mentions", ScriptNames, "", "the others count as unset"},
			{"processor time of one process, and one more for each ten scripts in it, on Linux (elsewhere two minutes by the clock)", ScriptSeconds, "seconds", "its scripts are divided and tried again; the one that fails alone is not checked; " + cut},
			{"memory of one process, on Linux", ScriptData, "bytes", "the same"},
			{"processes for a batch of scripts in which ShellCheck fails", ScriptTries, "", "what is left of the batch is not checked; " + cut},
		}},
		{"One run", []Limit{
			{fmt.Sprintf("findings of all files; each %d bytes more of text than go with them count as one more", FindingText), RunFindings, "", fmt.Sprintf("each further file shows its %d most severe; `limit-reached` in each of them counts the others", FurtherFindings)},
			{"fixes that are proved by `lint --prove`", RunProofs, "", "the fixes of further ones have no proof, and say so"},
			{"compilations to prove the fixes of all files with `fix`", RunCompilations, "", "nothing is fixed in the files that are past it; `limit-reached` in each of them says so"},
			{"files and folders in one folder that are looked at", FolderNames, "", furtherLeft},
			{"files and folders of a build context", ContextEntries, "", furtherLeft},
			{"Compose files, workflows, scripts and the like that are read to see how images are built", BuildTexts, "", furtherLeft},
			{"folders that are searched for them", BuildFolders, "", furtherLeft},
			{"one of them, and of those that are searched for a word", BuildTextBytes, "bytes", "it is left out"},
			{"manifests around a file that are read with it, and workflows of a repository", Manifests, "", furtherLeft},
			{"folders that are searched for manifests", ManifestFolders, "", furtherLeft},
			{"Compose files of a folder that are read with others", ComposeFiles, "", furtherLeft},
			{"scripts, workflows and documents around a file that are searched for a word", Recipes, "", furtherLeft},
			{"words of a document that are searched for in them", RecipeSearches, "", "further ones count as found there; the folder is listed as skipped for `limit-reached`"},
			{"Dockerfiles that are read to judge an ignore file", ContextBuilds, "", furtherLeft},
			{"scripts that the instructions of a Dockerfile run", StepScripts, "", "the others are not looked into"},
			{"documents and dev containers of a folder that are read to see which Compose files are loaded together", LoadersRead, "", "further ones are not read"},
			{"a command in them, with its variables put in", LoadLineBytes, "bytes", "the command is not read"},
			{"lines of programs that may look for something in the text of a Dockerfile", ReaderLines, "", "a fix that changes such text is unsafe"},
			{"brackets in a devcontainer.json, and signs that nest in a docker-bake.hcl", Brackets, "", "the file is not read"},
			{"folders in each other in which files are looked for", Depth, "", "what lies deeper is not linted; the report counts it, with the reason"},
			{"files and folders of one folder", Entries, "", "the others are not linted; the report counts them, with the reason"},
			{"patterns of a `.gitignore`, and of all that a document has above it", GitPatterns, "", ignoresNothing},
			{"patterns of a `.gitignore`, in all", GitPatternBytes, "bytes", ignoresNothing},
			{"changed ranges of a file in a patch of GitHub's API", PatchRanges, "", "the whole file counts as changed"},
			{"files that a pull request or a merge group changes", ChangedFiles, "", "the base is not linted: changed lines decide what is new, and the conclusion is `neutral`"},
		}},
		{"An audit of many repositories", []Limit{
			{"repositories", AuditRepositories, "", "the audit does not begin, and says so"},
			{"requests to list the files of a repository whose list the platform cuts", TreeRequests, "", notAudited},
			{"files of a repository", TreeEntries, "", notAudited},
			{"requests to registries with `--online`", AuditLookUps, "", "the repositories whose images could not be looked up are incomplete, with the reason"},
			{"files of all repositories that the folder of `--state` keeps", AuditFiles, "bytes", "the oldest are removed, and read again when somebody asks for them"},
			{"files that are read at once before anybody asks for them", BlobsAhead, "", "the others are read when somebody asks for them"},
		}},
		{"A repository of git", []Limit{
			{"objects that are unpacked, those that deltas stand on included; a look into a pack counts as 1 KiB", HistoryBytes, "bytes", notCompared},
			{"commits that are followed for one question", HistoryCommits, "", notCompared},
			{"common ancestors of two commits, none of which comes before another", HistoryBases, "", notCompared},
			{"files of a commit", HistoryFiles, "", notCompared},
			{"folders of a commit in each other", HistoryDepth, "", "what lies deeper counts as not tracked"},
			{"paths of a commit, or of the index", HistoryPaths, "bytes", notCompared},
			{"size of the index", IndexBytes, "bytes", "what git tracks is not known, so that `.gitignore` decides"},
			{"packs of a folder of objects", Packs, "", notCompared},
			{"deltas that stand on each other", DeltaChain, "", notCompared},
		}},
	}
}

// Markdown is the table as a page has it.
func Markdown() string {
	var b strings.Builder
	for i, g := range Table() {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "### %s\n\n| what | at most | beyond |\n|---|---|---|\n", g.Title)
		for _, l := range g.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", l.What, strings.TrimSpace(Number(l.Most)+" "+l.Unit), l.Past)
		}
	}
	return b.String()
}

// Number writes a number with commas, as "1,000,000".
func Number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
