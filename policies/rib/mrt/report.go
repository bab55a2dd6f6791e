package mrt

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report says what was in a dump, and what of it is not readable. It counts records
// from 1, in the order of the file.
type Report struct {
	Records int       // begun
	Paths   int       // yielded
	Taken   time.Time // of the first record that is read, UTC: when the table was dumped

	// Damaged counts records that are not readable in part: an entry, the rest, or
	// all of it. FirstDamaged is the number of the first one, 0 if there is none, and
	// FirstDamage says what is wrong with it.
	Damaged      int
	FirstDamaged int
	FirstDamage  string

	// Older counts the snapshots before the one that was read.
	Older int

	// Unread counts whole records of a kind that holds no unicast routes, or that is
	// not known. Kinds are the first 16 kinds of them, in the order of the file.
	Unread int
	Kinds  []KindCount
}

// KindCount is the number of records of a kind.
type KindCount struct {
	Kind  Kind
	Count int
}

// maxKinds bounds Report.Kinds: a file of random octets has any number.
const maxKinds = 16

func (r *Report) cloneReport() Report {
	c := *r
	c.Kinds = slices.Clone(r.Kinds)
	return c
}

// noteDamaged notes what is wrong with the record that is being read.
func (r *Report) noteDamaged(why damage) {
	if r.FirstDamaged == 0 {
		r.FirstDamaged, r.FirstDamage = r.Records, string(why)
	}
	r.Damaged++
}

// noteUnread notes that the record is of a kind that is not read.
func (r *Report) noteUnread(k Kind) {
	r.Unread++
	i := slices.IndexFunc(r.Kinds, func(c KindCount) bool { return c.Kind == k })
	switch {
	case i >= 0:
		r.Kinds[i].Count++
	case len(r.Kinds) < maxKinds:
		r.Kinds = append(r.Kinds, KindCount{k, 1})
	}
}

// isForeign says whether no record of the file is MRT, even if the file is whole.
func (r *Report) isForeign() bool {
	return r.Unread == r.Records && !slices.ContainsFunc(r.Kinds, func(c KindCount) bool { return c.Kind.isAssigned() })
}

// noRouteError returns ErrNoRoute with what the file holds instead; err ended the read.
func (r *Report) noRouteError(err error) error {
	said := r.String()
	switch {
	case r.Records == 0 && err == nil:
		said = "there is nothing in the file"
	case r.isForeign():
		said = "this is no MRT file"
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrNoRoute, said, err)
	}
	return fmt.Errorf("%w: %s", ErrNoRoute, said)
}

// String returns one line: 3 records, 1 path, 1 damaged (record 3: ...), 1 not
// read (1 of type 16 subtype 1).
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", countOf(r.Records, "record"), countOf(r.Paths, "path"))
	if r.Damaged > 0 {
		fmt.Fprintf(&b, ", %d damaged (first record %d: %s)", r.Damaged, r.FirstDamaged, r.FirstDamage)
	}
	if r.Older > 0 {
		fmt.Fprintf(&b, ", of the last of %d tables, taken %s", r.Older+1, r.Taken.Format(time.RFC3339))
	}
	if r.Unread > 0 {
		fmt.Fprintf(&b, ", %d not read (", r.Unread)
		named := 0
		for i, k := range r.Kinds {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%d of %v", k.Count, k.Kind)
			named += k.Count
		}
		if named < r.Unread {
			fmt.Fprintf(&b, ", %d of others", r.Unread-named)
		}
		b.WriteString(")")
	}
	return b.String()
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
