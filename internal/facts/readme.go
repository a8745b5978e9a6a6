package facts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// purposesOfTitle are those that the title of a README says. Words such as "example" say
// what a repository holds and not what its files are for, but for "sample application".
func purposesOfTitle(title string) Purposes {
	lower := strings.ToLower(title)
	switch {
	case strings.Contains(lower, "vulnerab"), slices.ContainsFunc(titleWords(lower), func(word string) bool {
		return slices.Contains([]string{"ctf", "ctfs", "jeopardy", "pwn", "wargame", "wargames"}, word)
	}):
		return Purposes{{Laboratory, title}}
	case slices.ContainsFunc(titleWords(lower), func(word string) bool {
		return slices.Contains([]string{
			"demo", "demos", "demonstration", "tutorial", "tutorials", "recipe", "recipes", "sandbox", "playground", "boilerplate", "workshop",
		}, word)
	}), containsAny(lower, "sample app", "example app", "sample project", "example project"):
		return Purposes{{Demonstration, title}}
	}
	return nil
}

func titleWords(title string) []string {
	return strings.FieldsFunc(title, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// readme is what a folder's README says of what lies there.
type readme struct {
	// shows are the purposes that its title and its first sentences show.
	shows Purposes
}

const (
	// maxReadmeHead is how many bytes of a README are searched for its heading, and
	// maxReadmeIntro for what the repository is. maxSentences is how many of the first
	// sentences are read.
	maxReadmeHead  = 8 << 10
	maxReadmeIntro = 2 << 10
	maxSentences   = 8
)

func readReadme(gate lint.Context) *readme {
	title, intro := headOfReadme(gate)
	shows := purposesOfTitle(title)
	if words := laboratoryWords(intro); words != "" {
		shows = append(shows, Evidence{Laboratory, words})
	}
	for _, sentence := range sentencesOf(intro) {
		if p, ok := purposeOfSentence(sentence); ok {
			shows = append(shows, Evidence{p, sentence})
		}
	}
	return &readme{shows}
}

// laboratoryWords are words of a text that say of the repository that it has known
// faults on purpose. Programs that look for faults use others.
func laboratoryWords(text string) string {
	lower := strings.ToLower(text)
	for _, words := range []string{
		"intentionally vulnerable", "deliberately vulnerable", "purposely vulnerable", "vulnerable by design", "pre-built vulnerable",
		"vulnerable docker environment", "collection of vulnerable", "vulnerability environment", "intentionally insecure", "deliberately insecure",
		"insecure by design",
	} {
		if strings.Contains(lower, words) {
			return words
		}
	}
	return ""
}

// headOfReadme is the first heading of a folder's README, and how the text begins.
func headOfReadme(gate lint.Context) (title, intro string) {
	for _, name := range []string{"README.md", "Readme.md", "readme.md", "README.adoc", "README.rst", "README"} {
		src, err := gate.ReadFile(name)
		if err != nil {
			continue
		}
		intro = string(src[:min(len(src), maxReadmeIntro)])
		lines := strings.Split(string(src[:min(len(src), maxReadmeHead)]), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "= ") {
				return strings.Trim(line, "#= \t\r"), intro
			}
			if _, after, ok := strings.Cut(line, "<h1"); ok {
				_, after, _ = strings.Cut(after, ">")
				text, _, _ := strings.Cut(after, "<")
				return strings.TrimSpace(text), intro
			}
			if below := strings.TrimSpace(line); i > 0 && len(below) > 2 && (strings.Trim(below, "=") == "" || strings.Trim(below, "-") == "") {
				return strings.TrimSpace(lines[i-1]), intro
			}
		}
	}
	return "", intro
}

// sentencesOf are the first sentences of a text of Markdown, in lower case and in words:
// without lists, pictures, badges, tables and HTML. It ends at the first block of code.
func sentencesOf(intro string) (sentences []string) {
	var paragraph strings.Builder
	end := func() {
		for sentence := range strings.SplitSeq(paragraph.String(), ". ") {
			if words := titleWords(sentence); len(words) > 0 && len(sentences) < maxSentences {
				sentences = append(sentences, strings.Join(words, " "))
			}
		}
		paragraph.Reset()
	}
	for line := range strings.Lines(strings.ToLower(intro)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			end()
			return sentences
		case line == "", strings.HasPrefix(line, "- "), strings.HasPrefix(line, "* "):
			end()
		case strings.HasPrefix(line, "#"):
			end()
			paragraph.WriteString(line)
			end()
		case line[0] == '[', line[0] == '!', line[0] == '<', line[0] == '|':
		default:
			paragraph.WriteString(" " + line)
		}
	}
	end()
	return sentences
}

// purposeOfSentence is what a sentence says of the repository that it is in: one that
// begins with the word for what it is ("A demo of"), or speaks of "this project".
func purposeOfSentence(sentence string) (p Purpose, ok bool) {
	words := strings.Fields(sentence)
	about := speaksOfItself(words)
	padded := " " + sentence + " "
	if about || len(words) <= maxPhrase {
		for _, phrase := range exercisePhrases() {
			if strings.Contains(padded, " "+phrase+" ") && !strings.Contains(padded, " learn more ") {
				return Exercise, true
			}
		}
	}
	if about && containsAny(padded, " shows how ", " show how ", " showing how ", " demonstrates ", " demonstrate ", " demonstrating ", " illustrates ", " illustrate ") {
		return Demonstration, true
	}
	compares := strings.Contains(padded, " compar") || strings.Contains(padded, " benchmark")
	if compares && containsAny(padded, " languages ", " frameworks ", " orms ", " runtimes ") && !strings.Contains(padded, " library ") {
		return Exercise, true
	}
	at := slices.IndexFunc(words, func(word string) bool { return slices.Contains(demonstrationNouns(), word) })
	if at < 0 || slices.Contains(words, "also") {
		return 0, false
	}
	if !isWholeNoun(words[at:]) {
		return 0, false
	}
	isOf := at > 0 && slices.Contains([]string{"for", "and", "with", "the", "see", "live", "following"}, words[at-1])
	isElsewhere := at+1 < len(words) && slices.Contains([]string{
		"server", "site", "instance", "video", "account", "credentials", "page", "link", "https",
	}, words[at+1])
	switch {
	case isOf || isElsewhere:
		return 0, false
	case about && at <= maxPhrase && isOneNoun(words[:at]), isNounPhrase(words[:at]) && !slices.Contains(words, "online"):
		return Demonstration, true
	}
	return 0, false
}

// isWholeNoun reports whether the first word is what something is, and does not only
// describe the next one: a "sample application", and not a "sample manager".
func isWholeNoun(words []string) bool {
	if len(words) == 1 || (words[0] != "sample" && words[0] != "example") {
		return true
	}
	return slices.Contains([]string{
		"app", "application", "apps", "applications", "project", "projects", "code", "service", "services", "microservice", "microservices",
		"repository", "repo", "implementation", "usage", "website", "site", "api", "setup", "docker", "of", "for", "on", "how", "that", "which",
		"to", "using", "with", "and", "in", "showing", "demonstrating", "illustrating", "where", "based",
	}, words[1])
}

// isOneNoun reports whether the words before one are of its own phrase: "this repository
// contains the server, a demo" has two.
func isOneNoun(before []string) bool {
	articles := 0
	for i, word := range before {
		if word == "a" || word == "an" || (word == "the" && i > 0) {
			articles++
		}
	}
	return articles < 2
}

// maxPhrase is how many words may stand before the one that says what something is.
const maxPhrase = 9

// speaksOfItself reports whether the subject of a sentence is the repository.
func speaksOfItself(words []string) bool {
	if len(words) > 1 && words[0] == "this" {
		return true
	}
	for i, word := range words[:min(len(words), maxPhrase)] {
		if i > 0 && (words[i-1] == "this" || (words[i-1] == "the" && i == 1)) && slices.Contains([]string{
			"repository", "repo", "project", "app", "application", "code", "codebase", "program", "lab", "goal", "aim", "purpose",
			"objective", "idea",
		}, word) {
			return true
		}
	}
	return false
}

// isNounPhrase reports whether only words that describe a noun stand before it.
func isNounPhrase(before []string) bool {
	return len(before) < 5 && !slices.ContainsFunc(before, func(word string) bool {
		return !slices.Contains([]string{
			"a", "an", "simple", "small", "basic", "minimal", "minimalistic", "tiny", "complete", "full", "fully", "functional",
			"working", "my", "our", "some", "various",
			"collection", "of", "code", "set", "scripts", "and", "docker", "compose", "kubernetes", "dockerized", "end", "to", "e2e",
			"microservices", "microservice",
			"rest", "api", "web", "spring", "boot", "react", "node", "django", "flask", "go", "golang", "python", "java", "php",
			"laravel", "net", "core", "kafka",
		}, word)
	})
}

func demonstrationNouns() []string {
	return []string{
		"demo", "demos", "demonstration", "demonstrations", "demonstrator", "showcase", "showcases", "tutorial", "tutorials",
		"sample", "samples", "example", "examples",
		"playground", "sandbox", "walkthrough",
	}
}

// exercisePhrases are those with which people say that a repository is no more than an
// exercise.
func exercisePhrases() []string {
	return []string{
		"to learn", "learning purposes", "learning purpose", "for learning", "learning project", "educational purposes",
		"educational purpose", "study project",
		"my knowledge", "our knowledge", "practice project", "to practice", "practical work", "para aprender", "fins de estudo",
		"para estudo", "de aprendizado",
		"workshop", "workshops", "course work", "coursework", "course project", "school project", "university project",
		"college project", "class project", "final project",
		"semester project", "student project", "group project", "capstone", "capstone project", "bachelor thesis", "master thesis",
		"bachelors thesis", "masters thesis",
		"bootcamp", "homework", "home work", "assignment", "code kata", "code katas", "coding challenge", "code challenge",
		"programming challenge", "technical challenge",
		"technical test", "technical assessment", "coding test", "coding task", "test task", "test assignment", "take home",
		"job interview", "interview task",
		"prueba tecnica", "desafio tecnico", "teste tecnico", "hackathon", "proof of concept", "poc", "pet project", "toy project",
		"toy application",
		"hands on lab", "hands on labs", "case study project", "42 school", "ecole 42", "simple test", "conference talk", "talks",
		"my talk",
	}
}
