package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"

	"depeer/filters/strict"
	"depeer/policies/persist"
)

// files are the inputs of one run, each read once and kept, so that a
// diagnostic can show the line it is about.
type files struct {
	ctx   context.Context // of the run: its end ends a read, too
	stdin io.Reader
	read  map[string][]byte
	lines map[string][]int // where each line starts, of files that a diagnostic was about
}

func newFiles(ctx context.Context, stdin io.Reader) *files {
	return &files{ctx: ctx, stdin: stdin, read: map[string][]byte{}, lines: map[string][]int{}}
}

// How a user names the standard input, and the standard output.
const (
	stdinName  = "-"
	stdoutName = "-"
)

// get reads a whole file, or the standard input for "-". What it reads from may be
// a terminal or a pipe, and never end: it does not wait for longer than the run lasts.
func (f *files) get(name string) ([]byte, error) {
	if data, ok := f.read[name]; ok {
		return data, nil
	}
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := f.load(name)
		done <- result{data, err}
	}()
	select {
	case <-f.ctx.Done():
		return nil, f.ctx.Err()
	case r := <-done:
		if r.err == nil {
			f.read[name] = r.data
		}
		return r.data, r.err
	}
}

// load never reads more than the limit of strict, plus the one byte that shows it
// was passed.
func (f *files) load(name string) ([]byte, error) {
	r := f.stdin
	size := int64(0)
	if name != stdinName {
		file, err := os.Open(name)
		if err != nil {
			return nil, reason(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return nil, reason(err)
		}
		if info.IsDir() {
			return nil, errors.New("is a directory")
		}
		r, size = file, info.Size()
	}
	if size > strict.MaxSize {
		return nil, fmt.Errorf("file is over %d MiB", strict.MaxSize>>20)
	}
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, strict.MaxSize+1)); err != nil {
		return nil, reason(err)
	}
	if b.Len() > strict.MaxSize {
		return nil, fmt.Errorf("file is over %d MiB", strict.MaxSize>>20)
	}
	return b.Bytes(), nil
}

// reason takes the system's own words out of an error that names the file
// again.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// line returns line n of a file that was read. It finds all lines the first
// time: a file can have as many diagnostics as lines.
func (f *files) line(name string, n int) ([]byte, bool) {
	data, ok := f.read[name]
	if !ok {
		return nil, false
	}
	starts, ok := f.lines[name]
	if !ok {
		for start := 0; start >= 0; {
			starts = append(starts, start)
			if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
				start += i + 1
			} else {
				start = -1
			}
		}
		f.lines[name] = starts
	}
	if n < 1 || n > len(starts) {
		return nil, false
	}
	line := data[starts[n-1]:]
	if n < len(starts) {
		line = line[:starts[n]-starts[n-1]-1]
	}
	return withoutSecrets(bytes.TrimSuffix(line, []byte("\r"))), true
}

// secretKey is a key whose value is nobody's to see.
var secretKey = regexp.MustCompile(`(?i)password["']?\s*[=:]`)

// withoutSecrets ends a line where a password would begin.
func withoutSecrets(line []byte) []byte {
	if at := secretKey.FindIndex(line); at != nil {
		return append(line[:at[1]:at[1]], " ..."...)
	}
	return line
}

// write replaces the file that a result goes to. One that the result was made from is
// hardly meant, unless that is what the command is for.
func (f *files) write(name string, write func(io.Writer) error, mode fs.FileMode) error {
	if f.isInput(name) {
		return usage("-o another file", "-o %s: this file is read, and would be lost", name)
	}
	return persist.Replace(name, write, mode)
}

// isInput says whether a file that was read is this one, by whatever name.
func (f *files) isInput(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	for in := range f.read {
		if other, err := os.Stat(in); err == nil && in != stdinName && os.SameFile(info, other) {
			return true
		}
	}
	return false
}
