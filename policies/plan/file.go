package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"depeer/policies"
	"depeer/policies/guard"
)

// A plan file is JSON: the version of the format, a SHA-256 over the bytes of the plan, and the plan. The
// digest detects damage by editors and transfers. It does not protect against a person who can write
// plans: checkOurs limits what a plan can touch. The file has the elements of sets once, in the new policy.

// maxFile is the most bytes that Decode reads. A plan of 300,000 entries has a tenth of that.
const maxFile = 256 << 20

// ErrAltered says that a plan file has changed since it was written.
var ErrAltered = errors.New("the plan file was altered after it was written")

// The three parts around the version and the digest, which are of fixed lengths.
const (
	opening = `{"depeer_plan":`
	middle  = `,"sha256":"`
	last    = `","plan":`
	closing = "}\n"
)

// Encode writes p as a plan file. A plan of a long list takes tens of megabytes: it is
// made twice, for the digest and for w, rather than kept.
func Encode(w io.Writer, p *Plan) error {
	if err := p.checkAllowed(); err != nil {
		return err // Decode would not read it
	}
	slim := *p
	slim.Change.Prepare = withElements(p.Change.Prepare, nil)
	slim.Change.Finish = withElements(p.Change.Finish, nil)
	stored := slim.store()
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(stored); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s%d%s%x%s", opening, FormatVersion, middle, sum.Sum(nil), last); err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(stored); err != nil {
		return err
	}
	_, err := io.WriteString(w, closing)
	return err
}

// readers are the readers of the plan in a file, by the version that the file says.
var readers = map[int]func([]byte) (*Plan, error){1: decodeV1}

// Decode reads what Encode has written, of all versions that are in readers. A file that was
// altered is ErrAltered.
func Decode(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("over %d bytes: not a plan file", maxFile)
	}
	version, body, err := readUndamaged(data)
	if err != nil {
		return nil, err
	}
	p, err := readers[version](body)
	if err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	if err := errors.Join(p.Change.checkOurs(), p.checkPutBack()); err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	if err := p.checkAllowed(); err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	return p, nil
}

func decodeV1(body []byte) (*Plan, error) {
	p, err := readPlan(body)
	if err != nil {
		return nil, err
	}
	if p.Change.Old == nil || p.Change.New == nil {
		return nil, errors.New("without the policy before or after")
	}
	p.Change.Prepare = withElements(p.Change.Prepare, p.Change.New)
	p.Change.Finish = withElements(p.Change.Finish, p.Change.New)
	return p, nil
}

// checkAllowed returns an error if p shuts more sessions than it is allowed to.
func (p *Plan) checkAllowed() error {
	if g := JudgeSessions(&p.Change, p.Overrides.For(guard.Sessions), p.Members); !g.OK {
		return fmt.Errorf("it shuts %d %s, and that is not allowed in it", g.Value, pluralOf(g.Value, "session"))
	}
	return nil
}

// readUndamaged returns the version of a file, which readers has, and the bytes of the plan in it.
// It does not copy them.
func readUndamaged(data []byte) (version int, body []byte, err error) {
	rest, ours := bytes.CutPrefix(data, []byte(opening))
	number, rest, found := bytes.Cut(rest, []byte(middle))
	version, err = strconv.Atoi(string(number))
	if !ours || !found || err != nil {
		return 0, nil, errors.New("not a plan file")
	}
	if readers[version] == nil {
		return 0, nil, fmt.Errorf("plan file of version %d, and this depeer reads version %d: plan again", version,
			FormatVersion)
	}
	digest, rest, found := bytes.Cut(rest, []byte(last))
	body, whole := bytes.CutSuffix(rest, []byte(closing))
	if sum := sha256.Sum256(body); !found || !whole || string(digest) != hex.EncodeToString(sum[:]) {
		return 0, nil, ErrAltered
	}
	return version, body, nil
}

// withElements returns the calls with the elements that p has for their sets;
// nil takes all elements off.
func withElements(calls []Call, p *policies.RoutingPolicy) []Call {
	elements := make(map[Object]policies.Elements)
	if p != nil {
		for _, set := range p.Sets {
			elements[ObjectOf(set)] = set.Elements
		}
	}
	out := make([]Call, len(calls))
	for i, c := range calls {
		if c.Verb == AddSet {
			c.Elements = elements[Object{c.Kind, c.Name}]
		}
		out[i] = c
	}
	return out
}
