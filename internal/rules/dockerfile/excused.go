package dockerfile

import "github.com/dockmend/dockmend/internal/facts"

const excused = facts.Excused
