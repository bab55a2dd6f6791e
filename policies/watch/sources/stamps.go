package sources

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"depeer/filters/diag"
	"depeer/policies/operate/wanted"
)

// stamp is what tells a file from another one of its name, without reading it. nil:
// there is none.
type stamp struct{ info fs.FileInfo }

func (a stamp) same(b stamp) bool {
	if a.info == nil || b.info == nil {
		return a.info == nil && b.info == nil
	}
	return os.SameFile(a.info, b.info) && a.info.Size() == b.info.Size() && a.info.ModTime().Equal(b.info.ModTime())
}

// sameFiles says whether nothing has changed.
func sameFiles(a, b map[string]stamp) bool { return maps.EqualFunc(a, b, stamp.same) }

// findStamps looks at all files that are read, or would be.
func (s *Sources) findStamps() map[string]stamp {
	out := map[string]stamp{}
	add := func(name string) {
		info, err := os.Stat(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			info = nil // reading it says what is wrong
		}
		out[name] = stamp{info}
	}
	conf, found := s.Reader.FindConfig()
	if found {
		add(conf)
	}
	for _, name := range s.Names {
		add(name)
	}
	if x := s.good.Exchange; x != nil && len(s.Names) == 0 {
		for _, source := range x.Lists {
			if source.URL != "" {
				continue
			}
			for _, name := range wanted.Expand(filepath.Dir(conf), source, new(diag.List)) {
				add(name)
			}
		}
	}
	return out
}
