package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// offline answers for every image that nothing is known: no connection is made.
type offline struct{}

var errOffline = fmt.Errorf("%w: registry look-ups need --online", lint.ErrUnavailable)

func (offline) Digest(context.Context, string) (string, error) { return "", errOffline }

func (offline) Tags(context.Context, string) ([]string, error) { return nil, errOffline }

func (offline) Config(context.Context, string, string) (lint.ImageConfig, error) {
	return lint.ImageConfig{}, errOffline
}

// printable writes a text from a stranger's file so that a terminal shows it
// and does nothing else.
func printable(s string) string {
	quoted := strconv.Quote(s)
	if quoted == `"`+s+`"` {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`)
}
