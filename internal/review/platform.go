// Package review decides what is said about a change, and where: which finding goes into
// which channel, comments, suggestions, places in a diff, what fixes are proposed, and
// what runs hand over and remember. It is pure, and knows no platform by name: what
// differs between these is a Platform.
package review

// Platform is what a plan has to know of where it is carried out.
type Platform struct {
	// Name is the platform's, for sentences.
	Name string
	// Request is what it calls a proposed change, such as "pull request", and Sign stands
	// before the number of one, such as "#".
	Request, Sign string
	// StartsNoChecks is set where a change that a job makes with its own token starts no
	// checks until a person approves them.
	StartsNoChecks bool
	// Annotations is how many annotations of one kind it shows for a job.
	Annotations int
	// Body is how long a comment may be in bytes, Description how long the description of
	// a pull request may be in characters.
	Body, Description int
	// Workflows is the folder, in lower case and with a slash, whose files run with
	// permissions of their own: none of them is ever changed.
	Workflows string
	// SuggestsAbove is set where a suggestion says how many lines above that of its comment
	// it replaces; elsewhere it replaces the comment's.
	SuggestsAbove bool
}
