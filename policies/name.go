package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Names of sets carry what they are for, their kind and a digest of their
// contents; names of statements carry the digest of their whole policy, its
// generation. What differs never has the same name, and what is the same always
// has: the file that is emitted and what is put in over gRPC are the same objects.

// digestLength is in hexadecimal digits. Sets are told apart within one
// treatment and kind only, so 48 bits are plenty.
const digestLength = 12

// shortDigest returns the short hash of what is written.
func shortDigest(write func(w io.Writer)) string {
	h := sha256.New()
	write(h)
	return hex.EncodeToString(h.Sum(nil))[:digestLength]
}

// DigestLines returns the short hash of lines.
func DigestLines(lines []string) string { return digestLines(slices.Values(lines)) }

func digestLines(lines iter.Seq[string]) string {
	return shortDigest(func(w io.Writer) {
		for line := range lines {
			fmt.Fprintln(w, line)
		}
	})
}

// NameStatements gives statements, which have only their labels yet, the names
// of their generation: depeer/<generation>/<number>-<label>. The sets need not be
// looked into, their names tell their contents.
func NameStatements(statements []Statement) {
	generation := shortDigest(func(w io.Writer) {
		for _, s := range statements {
			fmt.Fprintln(w, s.Text())
		}
	})
	for i := range statements {
		statements[i].Name = fmt.Sprintf("%s%s/%03d-%s", Prefix, generation, i+1, statements[i].Name)
	}
}

// Treatment returns the name of the treatment that an import statement of build.Policy's is of:
// its sets are named for it. Empty for one that looks into none.
func (s Statement) Treatment() string {
	set := s.Conditions.ASPathSet.Set
	if set == "" && !s.Conditions.PrefixSet.Invert {
		set = s.Conditions.PrefixSet.Set
	}
	owner, _, _ := strings.Cut(strings.TrimPrefix(set, Prefix), "/")
	return owner
}

// Text returns all of s in one canonical line: two statements with the same text are the
// same, and no others are.
func (s Statement) Text() string {
	return s.Name + " " + s.Conditions.canonicalText() + " " + s.Actions.canonicalText()
}

// canonicalText returns all conditions in one canonical line.
func (c Conditions) canonicalText() string {
	text := fmt.Sprintf("prefix %q %t as-path %q %t large %q %t",
		c.PrefixSet.Set, c.PrefixSet.Invert, c.ASPathSet.Set, c.ASPathSet.Invert, c.LargeCommunitySet.Set,
		c.LargeCommunitySet.Invert)
	if c.NeighborSet.Set != "" { // most statements have none, and keep the names that they have had
		text += fmt.Sprintf(" neighbor %q %t", c.NeighborSet.Set, c.NeighborSet.Invert)
	}
	return text
}

// canonicalText returns all actions in one canonical line.
func (a Actions) canonicalText() string {
	med := "none"
	if a.MED != nil {
		med = fmt.Sprint(*a.MED)
	}
	text := fmt.Sprintf("reject %t pref %d med %s prepend %d communities %s large %s drop %s",
		a.Reject, a.LocalPref, med, a.Prepend, joinStrings(a.Communities), joinStrings(a.AddLargeCommunities),
		joinStrings(a.DropLargeCommunities))
	if len(a.DropCommunities) != 0 { // most statements have none, and keep the names that they have had
		text += " drop-communities " + joinStrings(a.DropCommunities)
	}
	return text
}

func joinStrings[S fmt.Stringer](list []S) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = s.String()
	}
	return "[" + strings.Join(words, " ") + "]"
}
