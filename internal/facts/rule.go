package facts

import "github.com/dockmend/dockmend/internal/lint"

// Rule is a check of documents that are read as a D.
type Rule[D any] = lint.Rule[D, *Project]

// Pass is what a Rule gets for one document.
type Pass[D any] = lint.Pass[D, *Project]
