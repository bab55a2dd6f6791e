package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"depeer/policies/plan"
)

// Judge starts the process that judges. The zero value cannot.
type Judge struct {
	// Command is how this program is started as the judge: it has to call Serve.
	// Its first element is the program's path.
	Command []string
	// Name is what the process is called, its argument 0; "" for the path.
	Name string
	// Within is how long it may take; 0: Deadline.
	Within time.Duration
}

// Deadline is the time limit for judging a file. 100,000 prefixes take two seconds on an idle
// machine.
const Deadline = 30 * time.Second

// ErrUnjudged says that nothing is known of a file, because the judge failed.
var ErrUnjudged = errors.New("it could not be judged")

// Question is about one file, in TOML.
type Question struct {
	File []byte
	// Loaded is the file that gobgpd loaded last, where that is known. A reload is told
	// from it; without it, from one without policy and without File's mistakes: then, unless
	// IsLive, its outcome has policies by name only.
	Loaded []byte `json:",omitempty"`
	// Live are the neighbors as they run, with the lists that they have, and whether there
	// are such: a reload keeps what came over gRPC. Without them those of Loaded are meant.
	Live   []plan.Client `json:",omitempty"`
	IsLive bool          `json:",omitempty"`
}

// Forecast is what gobgpd would make of the file.
type Forecast struct {
	Start, Reload Outcome
	Warnings      []Problem // words that it takes for others, and what is there twice
	Clients       int       // route-server clients that the file means to have
	Failed        string    `json:",omitempty"` // the process could not judge, and why
}

// Outcome is the state after a start or a reload.
type Outcome struct {
	// Problems are those of the file as a whole first.
	Problems []Problem
	// Ignored: a reload that changes nothing, for gobgpd cannot read the file.
	Ignored bool
	// PolicyIgnored: a reload that changes no policy, for gobgpd cannot load it. This is
	// the file that was loaded from then on, all the same.
	PolicyIgnored bool
	// Wipes: a reload that takes out what came over gRPC, and loads all policy anew.
	Wipes bool
	// State is what gobgpd holds then; nil: it does not run.
	State *plan.State
	// Rejecting are the route-server clients of which every route is rejected.
	Rejecting []string
}

// Problem is what is wrong with one thing in the file.
type Problem struct {
	Kind   Kind
	Object string // for people
	Path   string // of the key in the file, such as neighbors[2].config.peer-as; "" for none
	Why    string // in gobgpd's words, or ours
}

// Kind is a kind of problem. The kinds from Word on are warnings.
type Kind string

// The kinds.
const (
	NoStart   Kind = "no-start"  // gobgpd does not start, or ends
	NoPolicy  Kind = "no-policy" // no policy at all is loaded
	Rejects   Kind = "rejects"   // every route of a client is rejected
	Lost      Kind = "neighbor"  // a neighbor is missing, or another than the file means
	Condition Kind = "condition" // a statement loses a condition
	Action    Kind = "action"    // a statement loses an action
	Word      Kind = "word"      // a word is taken for another
	Twice     Kind = "twice"     // of two only one is used
	Excerpt   Kind = "excerpt"   // it is part of a file
)

// judgeVariable is set for the judging process. It keeps a program that does not call Serve from
// starting others without end.
const judgeVariable = "DEPEER_JUDGE"

// Ask returns what gobgpd would make of a file. Its error wraps ErrUnjudged, or the context's.
func (j Judge) Ask(ctx context.Context, q Question) (*Forecast, error) {
	if len(j.Command) == 0 || os.Getenv(judgeVariable) != "" {
		return nil, fmt.Errorf("%w: no process to judge it", ErrUnjudged)
	}
	within := j.Within
	if within == 0 {
		within = Deadline
	}
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	question, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnjudged, err)
	}
	cmd := exec.CommandContext(bounded, j.Command[0], j.Command[1:]...)
	if j.Name != "" {
		cmd.Args[0] = j.Name
	}
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(question), &out, &errs
	cmd.Env = append(os.Environ(), judgeVariable+"=1")
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case bounded.Err() != nil:
		return nil, fmt.Errorf("%w within %v", ErrUnjudged, within)
	case err != nil: // what it wrote may hold anything of the file, a password too
		return nil, fmt.Errorf("%w: %w%s", ErrUnjudged, err, knownReason(errs.String()))
	}
	var a wireAnswer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		return nil, fmt.Errorf("%w: its answer cannot be read", ErrUnjudged)
	}
	if a.Failed != "" {
		return nil, fmt.Errorf("%w: %s", ErrUnjudged, a.Failed)
	}
	return a.toAnswer(), nil
}

// knownReason returns why the process ended, if the text is our own.
func knownReason(stderr string) string {
	if strings.Contains(stderr, tooMuch) {
		return ": " + tooMuch
	}
	return ""
}
