package wanted

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/listing"
	"depeer/filters/trust"
	"depeer/policies/exchange"
)

// loadExchangeLists reads the lists that the exchange file names, and notes in treatments
// what it says about each.
func (r *Reader) loadExchangeLists(ctx context.Context, in *Input, dir string, treatments map[string]string) error {
	for _, source := range in.Exchange.Lists {
		var loaded []*filters.Listing
		if source.URL != "" {
			l, err := r.loadFeed(ctx, in, source)
			if err != nil {
				return err
			}
			loaded = append(loaded, l)
		} else {
			for _, name := range Expand(dir, source, &in.Read) {
				loaded = append(loaded, in.readListing(r.Files, name))
			}
		}
		for _, l := range loaded {
			in.followSource(l, source, treatments)
		}
	}
	return nil
}

func (in *Input) readListing(files *Files, name string) *filters.Listing {
	before := len(in.Read)
	data, ok := files.Open(name, trust.List, &in.Read)
	if !ok {
		return in.addListingOrLastGood(name, nil, before)
	}
	l, diags := listing.Read(name, data)
	in.Read = append(in.Read, diags...)
	return in.addListingOrLastGood(name, l, before)
}

// followSource has a listing, if there is one, follow what the exchange file says of its source: the
// treatment is over all that the list says, and of two greatest ages the shorter counts.
func (in *Input) followSource(l *filters.Listing, source exchange.List, treatments map[string]string) {
	if l == nil {
		return
	}
	if source.Treatment != "" {
		treatments[l.Name] = source.Treatment
	}
	if source.MaxAge > 0 && (l.MaxAge == 0 || source.MaxAge < l.MaxAge) {
		bounded := *l // the last good one is kept as it was read
		bounded.MaxAge = source.MaxAge
		in.Lists[slices.Index(in.Lists, l)] = &bounded
	}
}

// findSource returns the list of the exchange file that a file named on the command line is one of:
// what the exchange file says of it holds wherever the list is named.
func (in *Input) findSource(dir, name string) (exchange.List, bool) {
	named, err := os.Stat(name)
	if err != nil {
		return exchange.List{}, false
	}
	for _, source := range in.Exchange.Lists {
		if source.URL != "" {
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
				return source, true
			}
		}
	}
	return exchange.List{}, false
}

// Expand returns the files of a list's path or glob, in order; dir is the exchange file's. None at
// all is an error: an exchange that believes it filters must not be wrong about it.
func Expand(dir string, source exchange.List, diags *diag.List) []string {
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
		diags.Errorf(source.Source, "exchange-list-file", "", "%s: %v", source.File, err)
	case len(names) == 0:
		diags.Errorf(source.Source, "exchange-list-file", "", "no file is called %s", pattern)
	}
	return names
}
