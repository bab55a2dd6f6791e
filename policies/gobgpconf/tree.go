package gobgpconf

import (
	"slices"
)

// table is configuration before it has a format: keys in the order in which
// they are written. A value is a string, a uint32, a list of strings, a table, or
// a list of tables.
type table []pair

type pair struct {
	key   string
	value any
}

// addKey appends a key, unless its value is empty: gobgpd takes an absent key for
// the empty value, and an operator has less to read.
func (t *table) addKey(key string, value any) {
	switch v := value.(type) {
	case []string:
		if len(v) == 0 {
			return
		}
	case table:
		if len(v) == 0 {
			return
		}
	case []table:
		if len(v) == 0 {
			return
		}
	}
	*t = append(*t, pair{key, value})
}

// isFlat says whether t fits on one line: it holds no further table, and no list of
// several strings.
func (t table) isFlat() bool {
	return !slices.ContainsFunc(t, func(p pair) bool {
		switch v := p.value.(type) {
		case table, []table:
			return true
		case []string:
			return len(v) > 1
		default:
			return false
		}
	})
}

// areAllFlat says whether every table of the list fits on one line.
func areAllFlat(list []table) bool {
	return !slices.ContainsFunc(list, func(t table) bool { return !t.isFlat() })
}
