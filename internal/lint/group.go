package lint

// Group is the findings of one rule that have one cause, in the order of the result;
// it has one at least. The same image in 40 files, the services of one anchor and the
// same line in generated copies are one group.
type Group []*Diagnostic

// causeText is how many bytes of a file's text tell one cause from another.
const causeText = 512

// cause is what findings of a group share, beside their message or their text.
type cause struct {
	rule     string
	variant  string
	severity Severity
	// message is empty where text and line are compared.
	message, text, line string
	// nth tells apart several findings of one place, from 0.
	nth int
}

// place is where a finding is, with what a group shares.
type place struct {
	cause
	source *Source
	start  int
}

// Groups collects the findings that count. Two are in one group if rule, variant and
// severity are the same, and either the message or the text that they point at and
// the line around it. Findings of one place with different messages are not one group.
// The order is that of each group's first finding.
func (r *Result) Groups() []Group {
	var groups []Group
	index := map[cause]int{}
	at := map[place]int{}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		byMessage, byText := d.causes(at)
		i, ok := index[byMessage]
		if !ok {
			i, ok = index[byText]
		}
		if !ok {
			i = len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], d)
		index[byMessage], index[byText] = i, i
	}
	return groups
}

// causes are the two keys of a finding's group; at counts the findings of each place.
func (d *Diagnostic) causes(at map[place]int) (byMessage, byText cause) {
	same := cause{rule: d.Rule.ID, variant: d.Variant, severity: d.Severity}
	here := place{same, d.Source, d.Span.Start}
	nth := at[here]
	at[here]++
	byMessage = same
	byMessage.message = d.Message
	same.nth = nth
	byText = same
	byText.text = string(headOf(d.Span.Of(d.Source.Bytes)))
	byText.line = string(headOf(d.Source.Lines.Line(d.Start().Line).Of(d.Source.Bytes)))
	return byMessage, byText
}

// headOf is what counts of a text.
func headOf(b []byte) []byte { return b[:min(len(b), causeText)] }
