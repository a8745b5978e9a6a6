package forge

import (
	"fmt"
	"time"
)

// NoPermission is the error of a call that the forge refuses: the token may not do it, or
// what the call is about does not exist for this token.
type NoPermission struct {
	Forge string
	// Answer is the forge's own word or number for it, Needs the permissions that the
	// call takes.
	Answer, Needs string
}

func (e *NoPermission) Error() string {
	return fmt.Sprintf("%s refused (%s); the job may lack permissions: %s", e.Forge, e.Answer, e.Needs)
}

// Limited is the error of a call for which the forge has no room left.
type Limited struct {
	Forge string
	// Answer is the forge's number for it, or empty.
	Answer string
	// Until is when there is room again; zero where the forge does not say.
	Until time.Time
}

func (e *Limited) Error() string {
	words := e.Forge + "'s rate limit is exhausted"
	if e.Answer != "" {
		words += " (" + e.Answer + ")"
	}
	return words
}

// Conflict is the error of a write that others came before, as often as it was tried.
type Conflict struct{ What string }

func (e *Conflict) Error() string { return e.What }
