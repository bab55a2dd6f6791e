package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"depeer/filters/trust"
)

// kept is the stored state of a feed: a line of JSON, then the last good copy. It is one file, so
// that no crash separates them, and it is used only if all of it is intact.
type kept struct {
	Version      int       `json:"version"`
	URL          string    `json:"url"`
	Tried        time.Time `json:"tried"`             // the server last answered
	Failure      string    `json:"failure,omitempty"` // why that answer was not used
	Until        time.Time `json:"until,omitzero"`    // the server asked to be left alone until then
	Fetched      time.Time `json:"fetched"`           // the copy; zero: there is none
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	SHA256       string    `json:"sha256"` // of the copy

	data []byte
}

// keptVersion is the version of the format that is written.
const keptVersion = 1

// keptReaders read the first line, by its version.
var keptReaders = map[int]func(head []byte,
	k *kept) error{1: func(head []byte, k *kept) error { return json.Unmarshal(head, k) }}

// isRecent says whether the server is to be left alone. A clock that was set back does not keep a
// feed from being fetched.
func (k *kept) isRecent(now time.Time, every time.Duration) bool {
	return !k.Tried.IsZero() && !now.Before(k.Tried) && now.Before(k.nextAttempt(every))
}

// nextAttempt returns when the server may be asked again.
func (k *kept) nextAttempt(every time.Duration) time.Time {
	pause := Interval
	if k.Failure == "" {
		pause = max(pause, every)
	}
	again := k.Tried.Add(pause)
	if k.Failure != "" && k.Until.After(again) {
		return k.Until
	}
	return again
}

// filePath returns the file for a URL, whatever characters it has.
func (f *Fetcher) filePath(url string) string {
	return filepath.Join(f.StateDir, "feeds", digest([]byte(url))[:32]+".feed")
}

// loadKept returns the stored state of a feed, or an empty one if the file is damaged. The error wraps
// a *trust.Error: the file is not trusted.
func (f *Fetcher) loadKept(url string) (kept, error) {
	if f.StateDir == "" {
		return kept{URL: url}, nil
	}
	k, err := f.readKept(f.filePath(url))
	if err == nil && k.URL != url {
		err = fmt.Errorf("it is about %q", k.URL)
	}
	switch {
	case err == nil:
		return k, nil
	case errors.As(err, new(*trust.Error)):
		return kept{URL: url}, fmt.Errorf("kept copy of the feed, %s: %w", f.filePath(url), err)
	case !errors.Is(err, fs.ErrNotExist):
		f.logger().Warn("kept copy of a feed is not used", "url", url, "file", f.filePath(url), "error", err)
	}
	return kept{URL: url}, nil
}

// readKept reads and verifies one file.
func (f *Fetcher) readKept(path string) (kept, error) {
	file, err := f.Trust.Open(path, trust.State)
	if err != nil {
		return kept{}, err
	}
	defer file.Close()
	const largest = MaxSize + maxHeaderBytes*4
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return kept{}, err
	}
	if len(data) > largest {
		return kept{}, errors.New("not a file of ours")
	}
	head, data, _ := bytes.Cut(data, []byte("\n"))
	var version struct{ Version int }
	if err := json.Unmarshal(head, &version); err != nil {
		return kept{}, fmt.Errorf("damaged: %w", err)
	}
	reader, known := keptReaders[version.Version]
	if !known {
		return kept{}, fmt.Errorf("it is of version %d, and this depeer reads version %d", version.Version, keptVersion)
	}
	var k kept
	if err := reader(head, &k); err != nil {
		return kept{}, fmt.Errorf("damaged: %w", err)
	}
	if k.SHA256 != digest(data) || k.Fetched.IsZero() && k.Failure == "" {
		return kept{}, errors.New("damaged")
	}
	k.data = data
	return k, nil
}

// saveFailure stores that the server answered without success. The copy stays.
func (f *Fetcher) saveFailure(k kept, err error) {
	k.Failure = err.Error()
	f.saveKept(k)
}

// saveKept writes the state whole or not at all. A failure is only logged: what was fetched is
// still good.
func (f *Fetcher) saveKept(k kept) {
	if f.StateDir == "" {
		return
	}
	err := f.Trust.CheckStateDirectory(filepath.Join(f.StateDir, "feeds"))
	if err == nil {
		err = writeKept(f.filePath(k.URL), k)
	}
	if err != nil {
		f.logger().Warn("copy of a feed is not kept, so the next run asks for it again", "url", k.URL, "error", err)
	}
}

func writeKept(path string, k kept) (err error) {
	k.Version, k.SHA256 = keptVersion, digest(k.data)
	head, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".feed-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	for _, part := range [][]byte{head, []byte("\n"), k.data} {
		if _, err := temp.Write(part); err != nil {
			temp.Close()
			return err
		}
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
