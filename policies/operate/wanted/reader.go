package wanted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/trust"
	"depeer/policies/exchange"
)

// Reader reads exchange files, lists and feeds.
type Reader struct {
	Files   *Files
	Config  string    // the exchange file; "": the first of the usual places
	Now     time.Time // the moment that lists are compiled for
	Note    func(format string, args ...any)
	Fetcher func() (*feed.Fetcher, error)

	Used string // the exchange file that was read; "" for none

	fixed bool // Config says which exchange file there is; "": there is none
}

// FixConfig finds the exchange file once: for as long as the command runs, no other one takes its place,
// whatever appears in the usual places, or goes.
func (r *Reader) FixConfig() {
	r.Config, _ = r.FindConfig()
	r.fixed = true
}

// AbsoluteConfig returns the path of the exchange file that was read, for another process; "": none was.
func (r *Reader) AbsoluteConfig() (string, error) {
	if r.Used == "" {
		return "", nil
	}
	return filepath.Abs(r.Used)
}

// ErrNoList says that no list is named, and there is no exchange file that names one.
var ErrNoList = errors.New("no listing, and no exchange file that names one")

// Load reads the exchange file and the lists: those of the command line, or the
// exchange's own. What is wrong with any of them is in the result's diagnostics,
// all at once; an error is something else.
func (r *Reader) Load(ctx context.Context, names []string) (*Input, error) {
	return r.LoadOr(ctx, names, nil)
}

// LoadOr is Load, with what was last good of each file in place of one that is broken.
func (r *Reader) LoadOr(ctx context.Context, names []string, good *LastGood) (*Input, error) {
	in := &Input{Exchange: exchange.Default(), Good: good}
	conf, found := r.FindConfig()
	if found {
		r.Note("exchange file %s", conf)
		r.Used = conf
		in.readExchange(r.Files, conf)
	}
	if len(names) == 0 && !found {
		return nil, ErrNoList
	}
	treatments := map[string]string{}
	if len(names) > 0 {
		for _, name := range names {
			if l := in.readListing(r.Files, name); l != nil && in.Exchange != nil {
				if source, found := in.findSource(filepath.Dir(conf), name); found {
					in.followSource(l, source, treatments)
				}
			}
		}
	} else if in.Exchange != nil {
		if err := r.loadExchangeLists(ctx, in, filepath.Dir(conf), treatments); err != nil {
			return nil, err
		}
		in.warnOfUnusedExceptions()
		in.warnOfUnusedChoices()
	}
	in.Treatments = treatments
	in.Compile(r.Now, in.Exchange)
	return in, ctx.Err()
}

// At returns a reader that reads the same files again, at another moment, without notes.
func (r *Reader) At(ctx context.Context, now time.Time) *Reader {
	again := *r
	again.Files, again.Now, again.Note = NewFiles(ctx, nil), now, func(string, ...any) {}
	again.Files.Trust = r.Files.Trust
	return &again
}

// FindConfig returns the exchange file: the one named, or the first that is there. One
// that cannot be reached, or is a link to nothing, is there: without it, protected
// space would be lost in silence.
func (r *Reader) FindConfig() (string, bool) {
	if r.Config != "" || r.fixed {
		return r.Config, r.Config != ""
	}
	candidates := []string{"depeer.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(dir, "depeer", "depeer.yaml"))
	}
	for _, name := range append(candidates, "/etc/depeer/depeer.yaml") {
		if _, err := os.Lstat(name); err == nil || errors.Is(err, fs.ErrPermission) {
			return name, true
		}
	}
	return "", false
}

// ReadExchange reads the exchange file alone; nil: there is none, or it is invalid, and the
// diagnostics say why.
func (r *Reader) ReadExchange() (*exchange.Exchange, diag.List) {
	in := &Input{}
	if conf, found := r.FindConfig(); found {
		r.Used = conf
		in.readExchange(r.Files, conf)
	}
	return in.Exchange, in.Read
}

func (in *Input) readExchange(files *Files, name string) {
	before := len(in.Read)
	in.Exchange = nil
	data, ok := files.Open(name, trust.Exchange, &in.Read)
	if ok {
		x, diags := exchange.Read(name, data)
		in.Read = append(in.Read, diags...)
		in.Exchange = x
	}
	switch {
	case in.Good == nil:
	case in.Exchange != nil:
		sum := sha256.Sum256(data)
		in.Good.Exchange, in.Good.Digest = in.Exchange, hex.EncodeToString(sum[:])
	case in.Good.Exchange != nil:
		in.Exchange = in.Good.Exchange
		in.setAside(before)
	}
}
