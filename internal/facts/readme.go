package facts

import (
	"slices"
	"strings"
)

// demonstrationWords is the sentence in a text that says of its repository that it is there
// to show something, such as "this is a simple demo", "demonstrator on how to" and "samples
// to support talks"; empty where none does. That a program comes with a demo is said otherwise.
func demonstrationWords(text string) string {
	for sentence := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(".!?:", r) }) {
		words := titleWords(sentence)
		if isAboutItself(words) || goesWith(words) || slices.Contains(words[:min(len(words), 2)], "demonstrator") {
			return strings.Join(words, " ")
		}
	}
	return ""
}

// maxToSubject is how many words may stand between the parts of such a sentence.
const maxToSubject = 4

// isAboutItself reports whether a sentence is one as "this project is a small sample
// application".
func isAboutItself(words []string) bool {
	this := slices.Index(words, "this")
	if this < 0 {
		return false
	}
	verb := this + slices.IndexFunc(words[this:min(len(words), this+maxToSubject)], func(w string) bool {
		return w == "is" || w == "contains" || w == "holds"
	})
	article := verb + 1
	if verb < this || article >= len(words) || words[article] != "a" && words[article] != "an" {
		return false
	}
	for i := article + 1; i < min(len(words), article+1+maxToSubject); i++ {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch words[i] {
		case "demo", "demos", "demonstration", "demonstrator", "tutorial", "workshop", "showcase", "playground":
			return true
		case "sample", "example":
			return next == "" || slices.Contains([]string{
				"app", "application", "project", "code", "service", "microservice", "repository", "repo", "of", "for",
			}, next)
		case "test":
			return words[i-1] == "simple"
		}
	}
	return false
}

// goesWith reports whether a sentence says that the code goes with a text or a talk, as
// "an article that explains the code of this repository" does.
func goesWith(words []string) bool {
	has := func(any ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(any, w) })
	}
	text := strings.Join(words, " ")
	return has("article", "talk", "talks", "workshop", "webinar", "course", "book") &&
		has("code", "sample", "samples", "scripts", "examples") && containsAny(text, "this repo", "to support")
}
