package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sourcegraph/jsonrpc2"
)

const (
	// maxMessage is the size of a message in bytes that is read. Those of an editor hold a
	// document at most.
	maxMessage = 64 << 20
	// maxHeader is the size of a header in bytes, and maxHeaders how many there may be.
	maxHeader  = 4 << 10
	maxHeaders = 16
)

var errHeader = errors.New("the header of a message is not one of the protocol")

// boundedCodec frames messages as the protocol says, of bounded size. A message that is no
// JSON-RPC is left out: the next one may be.
type boundedCodec struct{ jsonrpc2.VSCodeObjectCodec }

// ReadObject implements jsonrpc2.ObjectCodec.
func (boundedCodec) ReadObject(in *bufio.Reader, v any) error {
	for {
		length, err := readHeaders(in)
		if err != nil {
			return err
		}
		message := make([]byte, 0, min(length, 1<<20))
		body := io.LimitReader(in, int64(length))
		for len(message) < length {
			if len(message) == cap(message) {
				message = append(message, 0)[:len(message)]
			}
			n, err := body.Read(message[len(message):min(cap(message), length)])
			message = message[:len(message)+n]
			if err != nil && len(message) < length {
				return io.ErrUnexpectedEOF
			}
		}
		if json.Unmarshal(message, v) == nil {
			return nil
		}
	}
}

// readHeaders reads the headers of a message and returns its length in bytes.
func readHeaders(in *bufio.Reader) (length int, err error) {
	length = -1
	for range maxHeaders {
		line, err := readLine(in)
		switch {
		case err != nil:
			return 0, err
		case line == "" && length < 0:
			return 0, errHeader
		case line == "":
			return length, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return 0, errHeader
		}
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 || length > maxMessage {
			return 0, fmt.Errorf("%w: a length of %q bytes", errHeader, strings.TrimSpace(value))
		}
	}
	return 0, errHeader
}

// readLine reads a header without its line end.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n') // of the size of the reader's buffer at most
	switch {
	case errors.Is(err, bufio.ErrBufferFull) || len(line) > maxHeader:
		return "", errHeader
	case errors.Is(err, io.EOF) && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), nil
}
