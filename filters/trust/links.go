package trust

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLinks is how many links the kernel follows (path_resolution(7)).
const maxLinks = 40

// CheckLinks returns an *Error where a link on the way to name belongs to another user. That user
// could have it lead to any file of the owner's. It judges nothing that is missing.
func (r Rule) CheckLinks(name string) error {
	if r.All {
		return nil
	}
	at, rest := "", filepath.Clean(name)
	if filepath.IsAbs(rest) {
		at, rest = string(filepath.Separator), strings.TrimLeft(rest, string(filepath.Separator))
	}
	for links := 0; rest != ""; {
		element, after, _ := strings.Cut(rest, string(filepath.Separator))
		here := filepath.Join(at, element)
		info, err := os.Lstat(here)
		if err != nil {
			return nil // what opens it says why
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at, rest = here, after
			continue
		}
		if uid, _, known := ownerOf(info); known && !isTrusted(uid) {
			return &Error{name, fmt.Sprintf("%s is a link of %s, neither of root nor of the caller", here, nameUser(uid))}
		}
		target, err := os.Readlink(here)
		if links++; err != nil || links > maxLinks {
			return nil
		}
		if filepath.IsAbs(target) {
			at = string(filepath.Separator)
		}
		rest = strings.TrimLeft(filepath.Join(target, after), string(filepath.Separator))
	}
	return nil
}
