package cli

import (
	"context"
	"fmt"

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
