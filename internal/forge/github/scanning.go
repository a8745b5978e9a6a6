package github

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/review"
)

const (
	// maxPacked is GitHub's limit for a packed SARIF file.
	maxPacked = 10 << 20
	// scanningPermission is the permission for an upload.
	scanningPermission = "security-events: write, and code scanning turned on"
)

// polls are the pauses before each look at what became of an upload. GitHub's own
// action looks for minutes; a lint job should not.
var polls = []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second}

// scannedRef is GitHub's pattern for the ref of an upload.
var scannedRef = regexp.MustCompile(`^refs/(heads|tags|pull)/.*$`)

// UploadSARIF gives a SARIF file to code scanning, for a commit and the ref that
// goes with it, and waits a while for what GitHub makes of it. Without an error
// the file was accepted; note says so if it was not yet processed. An upload
// replaces all alerts of its category on the ref, so a file of a part of the
// repository must not be given here.
func (c *Client) UploadSARIF(ctx context.Context, sarif []byte, commit, ref string) (note string, err error) {
	switch {
	case !review.IsCommit(commit):
		return "", fmt.Errorf("%q is not a commit", commit)
	case !scannedRef.MatchString(ref):
		return "", fmt.Errorf("code scanning does not accept a file for the ref %q", ref)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(sarif); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	if packed.Len() > maxPacked {
		return "", fmt.Errorf("the compressed file has %d bytes, more than the %d that code scanning accepts", packed.Len(), maxPacked)
	}
	body := map[string]any{"commit_sha": commit, "ref": ref, "sarif": base64.StdEncoding.EncodeToString(packed.Bytes()), "tool_name": "dockmend"}
	var accepted struct {
		ID string `json:"id"`
	}
	// The same file twice is the same as once, so that any failure that may be
	// over is worth a second try.
	for try := 1; ; try++ {
		err = c.upload(ctx, body, &accepted)
		kind, pause := failureOf(err)
		if err == nil || try == 2 || (kind != unclear && kind != limited) {
			break
		}
		if err := c.wait(ctx, pause); err != nil {
			return "", err
		}
	}
	if err != nil {
		return "", scanningError(err)
	}
	return c.processed(ctx, accepted.ID)
}

func (c *Client) upload(ctx context.Context, body, accepted any) error {
	request, err := c.api.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/code-scanning/sarifs", c.owner, c.name), body)
	if err != nil {
		return err
	}
	_, err = c.api.Do(ctx, request, accepted)
	var later *github.AcceptedError // that is how go-github reports a 202
	if errors.As(err, &later) {
		return json.Unmarshal(later.Raw, accepted)
	}
	return err
}

// processed looks what became of an upload. What cannot be seen is no failure:
// the file was accepted.
func (c *Client) processed(ctx context.Context, id string) (note string, err error) {
	const pending = "code scanning accepted the file and is still processing it"
	for _, pause := range polls {
		if err := c.wait(ctx, pause); err != nil {
			return pending, nil
		}
		request, err := c.api.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/code-scanning/sarifs/%s", c.owner, c.name, id), nil)
		if err != nil {
			return pending, nil
		}
		var status struct {
			ProcessingStatus string   `json:"processing_status"`
			Errors           []string `json:"errors"`
		}
		if _, err := c.api.Do(ctx, request, &status); err != nil {
			return "code scanning accepted the file, but it is not known whether it was processed: " + scanningError(err).Error(), nil
		}
		switch status.ProcessingStatus {
		case "complete":
			return "", nil
		case "failed":
			return "", processingError(status.Errors)
		}
	}
	return pending, nil
}

// processingError words why a file was not processed, and whose business it is.
func processingError(all []string) error {
	words := strings.Join(all, "; ")
	if runes := []rune(words); len(runes) > review.MaxMessage {
		words = string(runes[:review.MaxMessage]) + "…"
	}
	switch {
	case strings.Contains(words, "rejecting SARIF"), strings.Contains(words, "invalid URI"), strings.Contains(words, "locationFromSarifResult"):
		words += " (a bug in dockmend; please report it)"
	case strings.Contains(words, "same category"):
		words += " (give each run its own input category)"
	}
	return fmt.Errorf("code scanning could not process the file: %s", words)
}

func scanningError(err error) error {
	var answer *github.ErrorResponse
	if errors.As(err, &answer) && answer.Response.StatusCode == http.StatusForbidden && strings.Contains(answer.Message, "not enabled") {
		return errors.New("code scanning is not enabled for this repository (403)")
	}
	return explainFor(err, scanningPermission)
}
