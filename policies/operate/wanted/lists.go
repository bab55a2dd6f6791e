package wanted

import (
	"context"
	"os"
	"path/filepath"

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
			if l != nil && source.Treatment != "" {
				treatments[l.Name] = source.Treatment
			}
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

// findExchangeTreatment returns the treatment that the exchange file gives to a file that
// is named on the command line, if it is one of its lists: that is over all that
// the list says, wherever the list is named.
func (in *Input) findExchangeTreatment(dir, name string) string {
	named, err := os.Stat(name)
	if err != nil {
		return ""
	}
	for _, source := range in.Exchange.Lists {
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
