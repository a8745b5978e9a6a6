package rules

import "testing"

// TestWeaknesses: the table names rules that there are, all of them about security.
func TestWeaknesses(t *testing.T) {
	catalog := All()
	for id := range weaknesses() {
		found := catalog.Find(id)
		if len(found) != 1 || found[0].ID != id {
			t.Errorf("%s is not a rule", id)
			continue
		}
		if found[0].Category != "security" {
			t.Errorf("%s is of the category %s", id, found[0].Category)
		}
	}
}
