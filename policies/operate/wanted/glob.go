package wanted

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// globFiles returns the files that a pattern names, in order: * within a folder, ** through
// folders. Hidden ones, such as what an editor (.#a.yaml) or an archive (._a.yaml) leaves,
// are no lists; a pattern gets them by naming them with their dot. What cannot be looked
// into is an error: a list that is passed over in silence is a filter that is missing.
func globFiles(pattern string) ([]string, error) {
	names, err := doublestar.FilepathGlob(pattern, doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, err
	}
	elements := strings.Split(filepath.ToSlash(pattern), "/")
	names = slices.DeleteFunc(names, func(name string) bool {
		return isHidden(name, elements) || strings.Contains(pattern, "**") && isFolder(name)
	})
	slices.Sort(names)
	return names, nil
}

// isPattern says whether a path of the exchange file is a pattern.
func isPattern(path string) bool { return strings.ContainsAny(path, "*?[") }

// isHidden says whether a name has an element with a dot that no element of the pattern asks for.
func isHidden(name string, pattern []string) bool {
	return slices.ContainsFunc(strings.Split(filepath.ToSlash(name), "/"), func(element string) bool {
		if !strings.HasPrefix(element, ".") || element == "." || element == ".." {
			return false
		}
		return !slices.ContainsFunc(pattern, func(p string) bool {
			matches, err := doublestar.Match(p, element)
			return strings.HasPrefix(p, ".") && matches && err == nil
		})
	})
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
