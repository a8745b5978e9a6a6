// Package forgetest has what every platform must do alike: the scenarios of a pull request
// in one table. A platform runs them on its fake, which is a Host.
package forgetest

import (
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
)

// Host makes pull requests and repositories on a platform's fake.
type Host interface {
	// Pull is an open pull request that changes no file yet.
	Pull(t *testing.T) Pull
	// Repository has one commit with these files on its default branch, main.
	Repository(t *testing.T, files map[string]string) Repository
}

// Pull is a pull request: what a run sees of it, and what people do there.
type Pull interface {
	// Forge is what a new run has, with all permissions unless ReadOnly took some.
	Forge() forge.Forge
	// Push makes a file of the base another one in a new head.
	Push(path, before, after string)
	// Event is what the last push sends to a run, Queued what a merge queue sends.
	Event() *forge.Event
	Queued() *forge.Event
	// Threads are all of them, the oldest first; Reviews is how many were posted.
	Threads() []Thread
	Reviews() int
	// Say begins a thread, Answer continues one; a person resolves one, or hides its
	// first comment as off-topic.
	Say(person, words string)
	Answer(id, person, words string)
	Resolve(id, person string)
	Hide(id string)
	// ReadOnly takes from tokens what they may write, as for a change of a fork.
	ReadOnly()
}

// HandingOver is the pull request of a platform where a job can hand over to a second one,
// whose token may write.
type HandingOver interface {
	Pull
	// HandOver is the event of the run after one that left this file behind, and what it has.
	HandOver(category string, file []byte) (*forge.Event, forge.Workflows)
}

// Thread is a thread of comments as people see it.
type Thread struct {
	ID, Path    string
	First, Last int
	// Body is its first comment, Replies are the others.
	Body    string
	Replies []string
	// Ours is set where the token's identity began it, Open where it is neither resolved
	// nor hidden.
	Ours, Open bool
}

// Repository is one with branches and pull requests.
type Repository interface {
	Forge() forge.Forge
	// Commit writes files on a branch; Files are those of a branch, nil for none, and Tip
	// its last commit.
	Commit(branch, person string, files map[string]string)
	Files(branch string) map[string]string
	Tip(branch string) string
	// Merge merges a branch into the default one.
	Merge(branch string)
	// Proposals are the pull requests by their state, the oldest first.
	Proposals() []string
}

// Run runs all scenarios.
func Run(t *testing.T, host Host) {
	t.Helper()
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) { s.run(t, host) })
	}
	if _, ok := host.Pull(t).(HandingOver); ok {
		t.Run("a fork's second job", func(t *testing.T) { handedOver(t, host) })
	}
}

type scenario struct {
	name string
	run  func(t *testing.T, host Host)
}

func scenarios() []scenario {
	return []scenario{
		{"a pull request is opened", opened},
		{"a push fixes one finding and moves another", pushed},
		{"people answer, resolve and hide", answered},
		{"findings with one cause", grouped},
		{"a rebase", rebased},
		{"a merge queue", queued},
		{"a fork's token", readOnly},
		{"a pull request with fixes", proposed},
		{"a pull request with fixes and another's commit", leftAlone},
	}
}
