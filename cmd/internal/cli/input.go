package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/exchange"
	"depeer/policies/plan"
)

// input is what a command works on: the exchange, its lists, and what they
// match today.
type input struct {
	exchange *exchange.Exchange
	lists    []*filters.Listing
	compiled *filters.Compiled // nil where anything is invalid
	diags    diag.List         // all that is said about the files, sorted

	read       diag.List         // what reading alone said
	treatments map[string]string // what the exchange file says of each of its lists

	// good serves where what is there now is no good; nil: nothing does. What is wrong
	// then is in broken, and not in diags.
	good   *lastGood
	broken diag.List
}

// lastGood is what was last good of each file and feed: an exchange file, and
// listings, by where they come from.
type lastGood struct {
	exchange *exchange.Exchange
	digest   string // of its file
	lists    map[string]*filters.Listing
}

// load reads the exchange file and the lists: those of the command line, or the
// exchange's own. What is wrong with any of them is in the result's diagnostics,
// all at once; an error is something else.
func (s *session) load(ctx context.Context, names []string) (*input, error) {
	return s.loadOr(ctx, names, nil)
}

// loadOr is load, with what was last good of each file in place of one that is broken.
func (s *session) loadOr(ctx context.Context, names []string, good *lastGood) (*input, error) {
	in := &input{exchange: exchange.Default(), good: good}
	conf, found := s.findConfig()
	if found {
		s.view.Note("exchange file %s", conf)
		s.confUsed = conf
		in.readExchange(s.files, conf)
	}
	if len(names) == 0 && !found {
		return nil, usage("depeer check LISTING.yaml", "no listing, and no exchange file that names one")
	}
	treatments := map[string]string{}
	if len(names) > 0 {
		for _, name := range names {
			if l := in.readListing(s.files, name); l != nil && in.exchange != nil {
				if treatment := in.exchangeSays(filepath.Dir(conf), name); treatment != "" {
					treatments[l.Name] = treatment
				}
			}
		}
	} else if in.exchange != nil {
		if err := s.loadOwn(ctx, in, filepath.Dir(conf), treatments); err != nil {
			return nil, err
		}
		in.unusedExceptions()
		in.unusedChoices()
	}
	in.treatments = treatments
	in.compile(s.now, in.exchange)
	return in, ctx.Err()
}

// compile finds out what the lists match at a moment, and asks the guards. x is
// the exchange, with the target's ASN where it has none of its own.
func (in *input) compile(at time.Time, x *exchange.Exchange) {
	in.compiled = nil
	in.diags = slices.Clip(in.read)
	if in.diags.Worst() != diag.Error {
		rules := x.Rules(at)
		rules.Lists = in.treatments
		compiled, diags := filters.Compile(in.lists, rules)
		in.diags = append(in.diags, diags...)
		if diags.Worst() != diag.Error {
			in.exchange, in.compiled = x, compiled
			in.diags = append(in.diags, x.Guard(in.lists, compiled)...)
		}
	}
	in.diags.Sort()
}

// policy is what the lists ask of a route server, members' choices among it.
func (in *input) policy() *policies.RoutingPolicy {
	x := in.exchange
	return build.PolicyWithChoices(in.compiled, x.Treatments, x.ASN, x.Choices(in.compiled))
}

// findConfig returns the exchange file: the one named, or the first that is there. One
// that cannot be reached, or is a link to nothing, is there: without it, protected
// space would be lost in silence.
func (s *session) findConfig() (string, bool) {
	if s.conf != "" {
		return s.conf, true
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

func (in *input) readExchange(files *files, name string) {
	before := len(in.read)
	in.exchange = nil
	data, ok := in.open(files, name)
	if ok {
		x, diags := exchange.Read(name, data)
		in.read = append(in.read, diags...)
		in.exchange = x
	}
	switch {
	case in.good == nil:
	case in.exchange != nil:
		sum := sha256.Sum256(data)
		in.good.exchange, in.good.digest = in.exchange, hex.EncodeToString(sum[:])
	case in.good.exchange != nil:
		in.exchange = in.good.exchange
		in.setAside(before)
	}
}

// setAside takes what was said since out of what is said of the input: something
// else serves.
func (in *input) setAside(before int) {
	in.broken = append(in.broken, in.read[before:]...)
	in.read = slices.Clip(in.read[:before])
}

func (in *input) readListing(files *files, name string) *filters.Listing {
	before := len(in.read)
	data, ok := in.open(files, name)
	if !ok {
		return in.orKept(name, nil, before)
	}
	l, diags := listing.Read(name, data)
	in.read = append(in.read, diags...)
	return in.orKept(name, l, before)
}

// orKept adds a listing, or the last one that was good of the same file or feed. What
// was said of it since before is set aside then.
func (in *input) orKept(name string, l *filters.Listing, before int) *filters.Listing {
	switch {
	case in.good == nil:
	case l != nil:
		in.good.lists[name] = l
	case in.good.lists[name] != nil:
		l = in.good.lists[name]
		in.setAside(before)
	}
	return in.add(l, nil)
}

// add keeps a listing, if it is valid, and what is said about it.
func (in *input) add(l *filters.Listing, diags diag.List) *filters.Listing {
	in.read = append(in.read, diags...)
	if l != nil {
		in.lists = append(in.lists, l)
	}
	return l
}

// open returns the bytes of a file; that there are none is a diagnostic like
// any other, so that it does not hide the rest.
func (in *input) open(files *files, name string) ([]byte, bool) {
	data, err := files.get(name)
	if err != nil {
		in.read.Errorf(diag.Position{File: name}, "input-unreadable", "", "%v", err)
		return nil, false
	}
	return data, true
}

// loadOwn reads the lists that the exchange file names, and notes in treatments
// what it says about each.
func (s *session) loadOwn(ctx context.Context, in *input, dir string, treatments map[string]string) error {
	for _, source := range in.exchange.Lists {
		var loaded []*filters.Listing
		if source.URL != "" {
			l, err := s.loadFeed(ctx, in, source)
			if err != nil {
				return err
			}
			loaded = append(loaded, l)
		} else {
			for _, name := range in.expand(dir, source) {
				loaded = append(loaded, in.readListing(s.files, name))
			}
		}
		for _, l := range loaded {
			if l != nil && source.Treatment != "" {
				treatments[l.Name] = source.Treatment
			}
		}
	}
	return nil
}

// unusedExceptions warns of exceptions from a list that none of the exchange's own
// is: somebody believes to have spared a provider.
func (in *input) unusedExceptions() {
	if in.read.Worst() == diag.Error {
		return // the list may be one that could not be read
	}
	names := make([]string, len(in.lists))
	for i, l := range in.lists {
		names[i] = l.Name
	}
	for _, e := range in.exchange.Except {
		if !slices.Contains(names, e.List) {
			in.read.Warnf(e.Source, "exchange-exception-unused", diag.Nearest(e.List, names),
				"no list is called %q: %s is not excepted", e.List, e.Provider)
		}
	}
}

// unusedChoices warns, likewise, of choices about a list that is not there.
func (in *input) unusedChoices() {
	if in.read.Worst() == diag.Error {
		return
	}
	names := make([]string, len(in.lists))
	for i, l := range in.lists {
		names[i] = l.Name
	}
	for _, m := range in.exchange.Members {
		for _, c := range m.Choices {
			if !slices.Contains(names, c.List) {
				in.read.Warnf(c.Source, "exchange-choice-unused", diag.Nearest(c.List, names),
					"no list is called %q: AS%s has chosen about nothing", c.List, m.ASN)
			}
		}
	}
}

// exchangeSays returns the treatment that the exchange file gives to a file that
// is named on the command line, if it is one of its lists: that is over all that
// the list says, wherever the list is named.
func (in *input) exchangeSays(dir, name string) string {
	named, err := os.Stat(name)
	if err != nil {
		return ""
	}
	for _, source := range in.exchange.Lists {
		if source.URL != "" || source.Treatment == "" {
			continue
		}
		pattern := source.File
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		files := []string{pattern}
		if isPattern(pattern) {
			files, _ = globFiles(pattern) // what is wrong is said where the lists are loaded
		}
		for _, file := range files {
			if info, err := os.Stat(file); err == nil && os.SameFile(info, named) {
				return source.Treatment
			}
		}
	}
	return ""
}

// expand returns the files of a list's path or glob, in order. None at all is
// an error: an exchange that believes it filters must not be wrong about it.
func (in *input) expand(dir string, source exchange.List) []string {
	pattern := source.File
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(dir, pattern)
	}
	if !isPattern(pattern) {
		return []string{pattern}
	}
	names, err := globFiles(pattern)
	switch {
	case err != nil:
		in.read.Errorf(source.Source, "exchange-list-file", "", "%s: %v", source.File, err)
	case len(names) == 0:
		in.read.Errorf(source.Source, "exchange-list-file", "", "no file is called %s", pattern)
	}
	return names
}

// size counts what the lists hold, as they say it.
func (in *input) size() (providers, prefixes, asns int) {
	for _, l := range in.lists {
		providers += len(l.Providers)
		for i := range l.Providers {
			prefixes += len(l.Providers[i].Prefixes)
			asns += len(l.Providers[i].ASNs)
		}
	}
	return providers, prefixes, asns
}

// describe says in a line what a list is, for the head of a configuration.
func describe(l *filters.Listing) string { return describeRef(plan.Refs([]*filters.Listing{l})[0]) }

func describeRef(l plan.ListRef) string {
	return fmt.Sprintf("%s, %s, %s, sha256 %.12s", l.Name, cmp.Or(l.Updated, "not dated"),
		count(l.Providers, "provider"), l.Digest)
}
