package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	reportVersion = 1
	reportKind    = "dockmend audit"
	// maxHistory is how many audits a report remembers.
	maxHistory = 200
)

// Tool is what made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Shard is the part of an audit that a report is of.
type Shard struct {
	Number int `json:"number"`
	Of     int `json:"of"`
}

// Past is an earlier audit.
type Past struct {
	AsOf   string `json:"as_of"`
	Totals Totals `json:"totals"`
}

// Header is what a report says of an audit as a whole.
type Header struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Tool    Tool   `json:"tool"`
	AsOf    string `json:"as_of"`
	// Of says what the audit is of, in words.
	Of string `json:"of"`
	// Key stands for the settings and the day.
	Key string `json:"key"`
	// Shard is nil for the whole audit.
	Shard *Shard `json:"shard,omitempty"`
	// Since is the day of the audit that this one is compared with; empty for none.
	Since   string `json:"since,omitempty"`
	Summary Totals `json:"summary"`
	// History has the audits before, the oldest first.
	History []Past `json:"history,omitempty"`
}

// Report is an audit. Its records are read as often as they are needed, one after the
// other, so that it takes no memory of their number.
type Report struct {
	Header
	records func(yield func(*Record) error) error
	counted bool
}

// Each gives the records in the order of their names. A record may be changed, which
// has no effect elsewhere.
func (r *Report) Each(yield func(*Record) error) error { return r.records(yield) }

// Count works out the summary, once.
func (r *Report) Count() error {
	if r.counted {
		return nil
	}
	r.Summary = Totals{}
	err := r.Each(func(record *Record) error {
		r.Summary.Add(record)
		return nil
	})
	r.counted = err == nil
	return err
}

const noRecords = `"repositories": [`

// WriteJSON writes the report, a line for each repository. merge and compare read it.
func (r *Report) WriteJSON(w io.Writer) error {
	if err := r.Count(); err != nil {
		return err
	}
	var head bytes.Buffer
	encoder := json.NewEncoder(&head)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r.Header); err != nil {
		return err
	}
	begin := strings.TrimSuffix(head.String(), "\n}\n") + ",\n  " + noRecords
	if _, err := io.WriteString(w, begin); err != nil {
		return err
	}
	first := true
	err := r.Each(func(record *Record) error {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(record); err != nil {
			return err
		}
		separator := ",\n    "
		if first {
			separator, first = "\n    ", false
		}
		_, err := w.Write(append([]byte(separator), bytes.TrimSuffix(line.Bytes(), []byte("\n"))...))
		return err
	})
	if err != nil {
		return err
	}
	end := "\n  ]\n}\n"
	if first {
		end = "]\n}\n"
	}
	_, err = io.WriteString(w, end)
	return err
}

// ErrNoReport is wrapped by the error for a file that is no report of an audit.
var ErrNoReport = errors.New("it is not a JSON report of dockmend audit")

// reader reads a report piece by piece.
type reader struct {
	decoder *json.Decoder
	close   func() error
	last    string
}

// readHeader reads what comes before the records.
func (x *reader) readHeader() (h Header, err error) {
	bad := func(err error) (Header, error) { return Header{}, fmt.Errorf("%w: %w", ErrNoReport, err) }
	if token, err := x.decoder.Token(); err != nil || token != json.Delim('{') {
		return bad(errors.Join(err, errors.New("no object")))
	}
	fields := map[string]json.RawMessage{}
	for x.decoder.More() {
		token, err := x.decoder.Token()
		if err != nil {
			return bad(err)
		}
		key, _ := token.(string)
		if key == "repositories" {
			break
		}
		var value json.RawMessage
		if err := x.decoder.Decode(&value); err != nil {
			return bad(err)
		}
		fields[key] = value
	}
	src, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(src, &h)
	}
	switch {
	case err != nil:
		return bad(err)
	case h.Kind != reportKind:
		return bad(errors.New("its kind is another"))
	case h.Version != reportVersion:
		return bad(fmt.Errorf("its version is %d, not %d", h.Version, reportVersion))
	}
	if token, err := x.decoder.Token(); err != nil || token != json.Delim('[') {
		return bad(errors.Join(err, errors.New("no list of repositories")))
	}
	h.History = h.History[:min(len(h.History), maxHistory)]
	return h, nil
}

// next reads a record; nil at the end.
func (x *reader) next() (*Record, error) {
	if !x.decoder.More() {
		if token, err := x.decoder.Token(); err != nil || token != json.Delim(']') {
			return nil, fmt.Errorf("%w: %w", ErrNoReport, errors.Join(err, errors.New("it is cut")))
		}
		return nil, nil //nolint:nilnil // the end
	}
	r := &Record{}
	if err := x.decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	if r.Repository <= x.last {
		return nil, fmt.Errorf("%w: %q comes after %q", ErrNoReport, r.Repository, x.last)
	}
	x.last = r.Repository
	return r, nil
}

// Open opens a file to read it from its beginning, as often as it is asked to.
type Open func() (io.ReadCloser, error)

func openReader(open Open) (*reader, Header, error) {
	file, err := open()
	if err != nil {
		return nil, Header{}, err
	}
	x := &reader{decoder: json.NewDecoder(file), close: file.Close}
	h, err := x.readHeader()
	if err != nil {
		_ = file.Close() // the first error counts
		return nil, Header{}, err
	}
	return x, h, nil
}

// Merge is one report of those of all shards, the same as that of a run without shards. The
// names are for messages.
func Merge(names []string, files []Open) (*Report, error) {
	var merged Header
	numbers := make([]int, len(files))
	for i, open := range files {
		x, h, err := openReader(open)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[i], err)
		}
		_ = x.close() // it was only read from
		if h.Shard == nil {
			return nil, fmt.Errorf("%s: it is not the report of a shard", names[i])
		}
		if numbers[i] = h.Shard.Number; h.Shard.Of != len(files) {
			return nil, fmt.Errorf("%s: it is shard %d of %d, and %d reports are merged", names[i], h.Shard.Number, h.Shard.Of, len(files))
		}
		h.Shard, h.Summary = nil, Totals{}
		switch {
		case slices.Contains(numbers[:i], numbers[i]):
			return nil, fmt.Errorf("%s: it is shard %d, as %s is", names[i], numbers[i], names[slices.Index(numbers[:i], numbers[i])])
		case i > 0 && (h.Key != merged.Key || h.Of != merged.Of || h.Tool != merged.Tool):
			return nil, fmt.Errorf("%s: it was made with other settings, another version or on another day than %s", names[i], names[0])
		}
		merged = h
	}
	return &Report{Header: merged, records: func(yield func(*Record) error) error { return mergeRecords(names, files, yield) }}, nil
}

// mergeRecords gives the records of several reports in the order of their names.
func mergeRecords(names []string, files []Open, yield func(*Record) error) error {
	readers, heads := make([]*reader, len(files)), make([]*Record, len(files))
	defer func() {
		for _, x := range readers {
			if x != nil {
				_ = x.close() // it was only read from
			}
		}
	}()
	advance := func(i int) (err error) {
		if heads[i], err = readers[i].next(); err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
		return nil
	}
	for i, open := range files {
		x, _, err := openReader(open)
		if err != nil {
			return fmt.Errorf("%s: %w", names[i], err)
		}
		readers[i] = x
		if err := advance(i); err != nil {
			return err
		}
	}
	last := ""
	for {
		first := -1
		for i, r := range heads {
			if r != nil && (first < 0 || r.Repository < heads[first].Repository) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		if heads[first].Repository == last {
			return fmt.Errorf("%s: it has %q, as another one has", names[first], last)
		}
		last = heads[first].Repository
		if err := yield(heads[first]); err != nil {
			return err
		}
		if err := advance(first); err != nil {
			return err
		}
	}
}
