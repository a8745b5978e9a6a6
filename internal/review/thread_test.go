package review

import (
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

// A newer one that somebody answered stays.
func TestAnsweredDuplicateStays(t *testing.T) {
	at := time.Unix(0, 0)
	threads := &Threads{All: []*Thread{
		{ID: "3", Created: at.Add(3), Marks: []string{"a"}, Replied: true},
		{ID: "2", Created: at.Add(2), Marks: []string{"a"}},
		{ID: "1", Created: at.Add(1), Marks: []string{"a"}},
		{ID: "4", Created: at.Add(4), Marks: []string{"a", "b"}},
		{ID: "0", Created: at, Marks: []string{"a"}, Resolved: true},
		{ID: "5", Created: at.Add(4), Database: 1, Marks: []string{"b"}},
	}}
	var got []string
	for _, thread := range threads.Superfluous() {
		got = append(got, thread.ID)
	}
	reviewtest.Equal(t, "superfluous", got, "2", "5")
}
