package facts

// Scope is the set of variables that hold at one place.
type Scope struct {
	// head is the latest definition.
	head *binding
	// latest finds the definitions of a name by its number.
	latest slots
	names  *names
}

type binding struct {
	Variable
	next *binding
}

// names numbers the names of a document's variables, in the order in which they
// are first defined.
type names map[string]int

func (n names) number(name string) int {
	i, known := n[name]
	if !known {
		i = len(n)
		n[name] = i
	}
	return i
}

// with is the scope after one more definition.
func (s Scope) with(v Variable) Scope {
	if s.names == nil {
		s.names = &names{}
	}
	b := &binding{v, s.head}
	number := s.names.number(v.Name)
	now := s.latest.at(number)
	if v.IsEnv {
		now.env = b
	} else {
		now.arg = b
	}
	return Scope{head: b, latest: s.latest.with(number, now), names: s.names}
}

// Lookup finds a variable. ENV wins over ARG, a later definition over an
// earlier one.
func (s Scope) Lookup(name string) (Variable, bool) {
	if s.names == nil {
		return Variable{}, false
	}
	number, known := (*s.names)[name]
	if !known {
		return Variable{}, false
	}
	switch found := s.latest.at(number); {
	case found.env != nil:
		return found.env.Variable, true
	case found.arg != nil:
		return found.arg.Variable, true
	}
	return Variable{}, false
}

// Names lists the variables of the scope, the latest first, at most so many; a
// name that was defined twice is listed twice.
func (s Scope) Names(most int) []string {
	var names []string
	for b := s.head; b != nil && len(names) < most; b = b.next {
		names = append(names, b.Name)
	}
	return names
}

// definitions are the latest ENV and ARG of one name; nil where there is none.
type definitions struct{ env, arg *binding }

// slots is a list of definitions that is never changed: with makes another one,
// which shares all but a few nodes with the old one. So each of a file's
// instructions has a scope of its own, and a look-up costs no walk over all
// definitions.
type slots struct {
	root *slotNode
	// levels is how many levels of nodes lie below the root: each has slotBits bits
	// of a number.
	levels int
}

const slotBits = 3

type slotNode struct {
	below [1 << slotBits]*slotNode
	// entry is that of a node of the last level.
	entry definitions
}

// at is the entry with that number, an empty one where there is none.
func (s slots) at(number int) definitions {
	if number>>(slotBits*s.levels) > 0 {
		return definitions{}
	}
	n := s.root
	for level := s.levels - 1; n != nil && level >= 0; level-- {
		n = n.below[number>>(slotBits*level)&(1<<slotBits-1)]
	}
	if n == nil {
		return definitions{}
	}
	return n.entry
}

// with is the list with another entry at that number.
func (s slots) with(number int, entry definitions) slots {
	for number>>(slotBits*s.levels) > 0 {
		if s.root != nil {
			s.root = &slotNode{below: [1 << slotBits]*slotNode{s.root}}
		}
		s.levels++
	}
	return slots{s.root.with(number, s.levels, entry), s.levels}
}

func (n *slotNode) with(number, levels int, entry definitions) *slotNode {
	changed := slotNode{}
	if n != nil {
		changed = *n
	}
	if levels == 0 {
		changed.entry = entry
		return &changed
	}
	i := number >> (slotBits * (levels - 1)) & (1<<slotBits - 1)
	changed.below[i] = changed.below[i].with(number, levels-1, entry)
	return &changed
}
