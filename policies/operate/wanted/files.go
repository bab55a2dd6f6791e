package wanted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"

	"depeer/filters/diag"
	"depeer/filters/strict"
	"depeer/filters/trust"
	"depeer/policies/gobgpconf"
)

// Files are the inputs of one run, each read once and kept, so that a
// diagnostic can show the line it is about.
type Files struct {
	Trust trust.Rule // whose files are used

	ctx   context.Context // of the run: its end ends a read, too
	stdin io.Reader
	read  map[string][]byte
	lines map[string][]int // where each line starts, of files that a diagnostic was about

	configurations map[string]bool // the files of those that may be a gobgpd.conf, and hold passwords
}

// NewFiles returns the inputs of a run; ctx ends its reads.
func NewFiles(ctx context.Context, stdin io.Reader) *Files {
	return &Files{ctx: ctx, stdin: stdin, read: map[string][]byte{}, lines: map[string][]int{},
		configurations: map[string]bool{}}
}

// Stdin is how a user names the standard input.
const Stdin = "-"

// Get reads a whole regular file, or the standard input for "-". The standard input may be a terminal
// or a pipe, and never end: Get does not wait for longer than the run lasts. The error is a
// *trust.Error where the file is not trusted as one of its kind.
func (f *Files) Get(name string, kind trust.Kind) ([]byte, error) {
	if data, ok := f.read[name]; ok {
		return data, nil
	}
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := f.readLimited(name, kind)
		done <- result{data, err}
	}()
	select {
	case <-f.ctx.Done():
		return nil, f.ctx.Err()
	case r := <-done:
		if r.err == nil {
			f.read[name], f.configurations[name] = r.data, kind == trust.Any
		}
		return r.data, r.err
	}
}

// readLimited reads a file, or the standard input. It never reads more than the limit of package strict,
// and the one byte that shows that the limit is passed.
func (f *Files) readLimited(name string, kind trust.Kind) ([]byte, error) {
	r := f.stdin
	size := int64(0)
	if name != Stdin {
		file, err := f.Trust.Open(name, kind)
		if err != nil {
			return nil, Reason(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return nil, Reason(err)
		}
		r, size = file, info.Size()
	}
	if size > strict.MaxSize {
		return nil, fmt.Errorf("file is over %d MiB", strict.MaxSize>>20)
	}
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, strict.MaxSize+1)); err != nil {
		return nil, Reason(err)
	}
	if b.Len() > strict.MaxSize {
		return nil, fmt.Errorf("file is over %d MiB", strict.MaxSize>>20)
	}
	return b.Bytes(), nil
}

// Reason takes the system's own words out of an error that names the file
// again.
func Reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Open is Get, where that a file cannot be read is a diagnostic like any other, so that it does
// not hide the rest.
func (f *Files) Open(name string, kind trust.Kind, diags *diag.List) (data []byte, ok bool) {
	data, err := f.Get(name, kind)
	switch {
	case errors.As(err, new(*trust.Error)):
		diags.Errorf(diag.Position{File: name}, "input-untrusted", trust.Hint, "%v", err)
		return nil, false
	case errors.Is(err, trust.ErrNotRegular):
		diags.Errorf(diag.Position{File: name}, "input-unreadable", "- is the standard input", "%v", err)
		return nil, false
	case err != nil:
		diags.Errorf(diag.Position{File: name}, "input-unreadable", "", "%v", err)
		return nil, false
	}
	return data, true
}

// Forget has a file be read again.
func (f *Files) Forget(name string) {
	delete(f.read, name)
	delete(f.lines, name)
}

// Keep notes the text of a gobgpd.conf that was read by another way, so that a diagnostic can show the
// line it is about.
func (f *Files) Keep(name string, text []byte) { f.read[name], f.configurations[name] = text, true }

// Line returns line n of a file that was read. It finds all lines the first
// time: a file can have as many diagnostics as lines.
func (f *Files) Line(name string, n int) ([]byte, bool) {
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
	line = bytes.TrimSuffix(line, []byte("\r"))
	if f.configurations[name] {
		line = gobgpconf.CutSecrets(line, data)
		return line, line != nil
	}
	return cutSecrets(line), true
}

// secretKey matches a key whose value must not be shown: a gobgpd.conf may be taken for a list.
var secretKey = regexp.MustCompile(`(?i)password["']?\s*[=:]`)

// cutSecrets cuts a line where the value of a password begins.
func cutSecrets(line []byte) []byte {
	if at := secretKey.FindIndex(line); at != nil {
		return append(line[:at[1]:at[1]], " ..."...)
	}
	return line
}

// IsInput says whether a file that was read is this one, by whatever name.
func (f *Files) IsInput(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	for in := range f.read {
		if other, err := os.Stat(in); err == nil && in != Stdin && os.SameFile(info, other) {
			return true
		}
	}
	return false
}
