package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"depeer/filters/strict"
)

// files are the inputs of one run, each read once and kept, so that a
// diagnostic can show the line it is about.
type files struct {
	stdin io.Reader
	read  map[string][]byte
	lines map[string][]int // where each line starts, of files that a diagnostic was about
}

func newFiles(stdin io.Reader) *files {
	return &files{stdin: stdin, read: map[string][]byte{}, lines: map[string][]int{}}
}

// stdinName is how a user names the standard input.
const stdinName = "-"

// get reads a whole file, or the standard input for "-". It never reads more
// than the limit of strict, plus the one byte that shows it was passed.
func (f *files) get(name string) ([]byte, error) {
	if data, ok := f.read[name]; ok {
		return data, nil
	}
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
	f.read[name] = b.Bytes()
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
	return bytes.TrimSuffix(line, []byte("\r")), true
}

// replaceFile writes a file beside name and renames it, so that name holds
// either what it held or all of data. A symbolic link keeps pointing where it does, and
// an existing file keeps its mode and owner.
func replaceFile(name string, data []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := fs.FileMode(0o644)
	info, statErr := os.Stat(name)
	if statErr == nil {
		if !info.Mode().IsRegular() {
			return writeThrough(name, data)
		}
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing to remove
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), keepOwner(tmp, info), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	return nil
}

// writeThrough writes to what cannot be renamed onto: /dev/stdout, a pipe.
func writeThrough(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	return nil
}
