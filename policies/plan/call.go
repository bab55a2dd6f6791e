package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// Call is one writing call to a route server. depeer makes no others. Package gobgp says what each is in
// gobgpd's API, and why no other is allowed. Only the fields that the verb uses are set.
type Call struct {
	Verb Verb `json:"verb"`
	// Name is of the set, the gate or the statement.
	Name string `json:"name,omitempty"`
	Kind Kind   `json:"kind,omitempty"` // of a set

	// Elements are those of an AddSet, of its Kind. Call's JSON has a key for each kind.
	Elements policies.Elements `json:"-"`

	Policy   string         `json:"policy,omitempty"`   // AddStatements, TakeStatements
	Add      []Statement    `json:"add,omitempty"`      // AddStatements
	Take     []string       `json:"take,omitempty"`     // TakeStatements
	Gate     Gate           `json:"gate,omitzero"`      // Hold, Release
	Client   netip.Addr     `json:"client,omitzero"`    // Assign, Reset, ResetOut, ShutSession, OpenSession; never the zero address
	Import   bool           `json:"import,omitempty"`   // Assign: the direction
	Policies []string       `json:"policies,omitempty"` // Assign: the whole list
	Default  Disposition    `json:"default,omitempty"`  // Assign: the default; None leaves it as it is
	Mark     string         `json:"mark,omitempty"`     // Mark, Unmark: of an applied plan
	Holder   string         `json:"holder,omitempty"`   // Lock, Unlock
	Message  string         `json:"message,omitempty"`  // ShutSession: what the member is told
	Notes    []session.Note `json:"notes,omitempty"`    // NoteSessions, ForgetSessions
}

// Verb says what a Call does.
type Verb uint8

const (
	AddSet          Verb = iota // a set that is not there
	DeleteSet                   // a set that nothing refers to
	AddGate                     // a closed gate
	OpenGate                    // the live call
	CloseGate                   // its reverse
	DeleteGate                  //
	Hold                        // puts a statement in force behind a gate, with INVERT
	Release                     // removes the condition on the gate from a statement
	AddStatements               // to the end of a policy that is defined: of import each behind a gate, of export on new tags
	TakeStatements              // out of a policy; they stay registered
	DeleteStatement             // one that no policy lists
	Assign                      // a client's whole list of policies in one direction
	Reset                       // makes a soft reset in of one client
	Mark                        // notes that a plan was applied
	Unmark                      //
	Lock                        // fails if any process holds it
	Unlock                      //
	NoteSessions                // adds notes
	ForgetSessions              // removes notes, each as it was written
	ShutSession                 // returns when the session is down, and keeps it down; repeating it changes nothing
	OpenSession                 // lets it come up
	ResetOut                    // makes a soft reset out of one client: it is sent what it lacked
)

var verbNames = [...]string{
	"add set", "delete set", "add gate", "open gate", "close gate", "delete gate", "hold statement",
	"release statement",
	"add statements", "take statements", "delete statement", "assign policies", "soft reset in", "mark", "unmark",
	"lock", "unlock",
	"note sessions", "forget sessions", "shut session", "open session", "soft reset out",
}

// String returns what the verb does, in words.
func (v Verb) String() string {
	if int(v) >= len(verbNames) {
		panic(fmt.Sprintf("plan: no verb %d", uint8(v)))
	}
	return verbNames[v]
}

// MarshalText writes the words of String: plans and journals outlive the numbers.
func (v Verb) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (v *Verb) UnmarshalText(text []byte) error {
	i := slices.Index(verbNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no verb %q", text)
	}
	*v = Verb(i)
	return nil
}

// String describes the call in a line, for the journal, the log and errors.
func (c Call) String() string {
	switch c.Verb {
	case AddSet, DeleteSet:
		return fmt.Sprintf("%s %s %s", c.Verb, c.Kind, c.Name)
	case AddStatements:
		return fmt.Sprintf("%s: %d to policy %s", c.Verb, max(len(c.Add), len(c.Take)),
			c.Policy) // a journal has the names
	case TakeStatements:
		return fmt.Sprintf("%s: %d out of policy %s", c.Verb, len(c.Take), c.Policy)
	case Assign:
		text := fmt.Sprintf("%s: %s of %s: %v", c.Verb, directionOf(c.Import), c.Client, c.Policies)
		if c.Default != None {
			text += ", default " + c.Default.String()
		}
		return text
	case Reset, ResetOut, ShutSession, OpenSession:
		return fmt.Sprintf("%s %s", c.Verb, c.Client)
	case NoteSessions, ForgetSessions:
		var words []string
		for _, n := range c.Notes {
			words = append(words, fmt.Sprintf("%s %s", n.Member, n.Kind))
		}
		return fmt.Sprintf("%s: %s", c.Verb, strings.Join(words, ", "))
	case Mark, Unmark:
		return fmt.Sprintf("%s %s", c.Verb, c.Mark)
	case Lock, Unlock:
		return fmt.Sprintf("%s for %s", c.Verb, c.Holder)
	default:
		return fmt.Sprintf("%s %s", c.Verb, c.Name)
	}
}
