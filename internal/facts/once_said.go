package facts

import "github.com/dockmend/dockmend/internal/lint"

// SaidOnce collects findings of which only the first of a kind is said: another one is, where
// an ignore comment silences those before it. The zero value is ready for use.
type SaidOnce struct {
	firsts []*lint.Finding
	last   map[any]*lint.Finding
}

// Add takes a finding of a kind, in the order of the document.
func (o *SaidOnce) Add(kind any, f lint.Finding) {
	if before := o.last[kind]; before != nil {
		before.Next = &f
	} else {
		o.firsts = append(o.firsts, &f)
	}
	if o.last == nil {
		o.last = map[any]*lint.Finding{}
	}
	o.last[kind] = &f
}

// Report reports the first finding of each kind.
func (o *SaidOnce) Report(report func(lint.Finding)) {
	for _, f := range o.firsts {
		report(*f)
	}
}
