package view

import (
	"io"

	"depeer/filters/diag"
	"depeer/policies/lab/story"
	"depeer/policies/operate"
)

// View shows results. A method that fails says that the output could not be
// written.
type View interface {
	// Note says on stderr what a person wants to know and a program does not.
	Note(format string, args ...any)
	// Progress says on a terminal what is being done; for others it does nothing.
	Progress(what string)
	// Warnings shows on stderr what is said about input that was used all the
	// same, beside a result that goes to stdout as it is.
	Warnings(diag.List)
	// Failure shows on stderr why there is no result.
	Failure(Failure)

	Check(Check) error
	Emit(Emit) error
	Import(Import) error
	Lab(story.Result) error
	LabStands(story.Result) error // where a lab that stays is reached
	Version(Version) error
	Meaning(Meaning) error
	Plan(operate.Draft) error
	Plans(operate.Drafts) error // of several targets
	Impact(operate.Impact) error
	Explain(operate.Explanation) error
	Apply(operate.Result) error
	Applied([]operate.Result) error // to several targets
	Status(Status) error
	History(History) error
	Show(Show) error
}

// SchemaVersion is in every JSON object. Fields are added, never renamed.
const SchemaVersion = 1

// Failure is why a command has no result.
type Failure struct {
	Code        string // stable
	Message     string
	Hint        string
	Detail      string // in several lines, each ending in a newline
	Exit        int
	Diagnostics diag.List
	Targets     []operate.Standing // where each stands, if there are several
}

// Check is the result of check.
type Check struct {
	Diagnostics diag.List
	Lists       int
	Providers   int
	Prefixes    int
	ASNs        int
}

// Emit is the result of emit: a configuration, or where it was written.
type Emit struct {
	Format        string
	Configuration []byte
	File          string // written there; empty: to stdout
	Changed       bool   // whether File differs from what it was
	Diagnostics   diag.List
}

// Import is the result of import: a listing in YAML, or where it was written.
type Import struct {
	Name        string
	Listing     []byte
	File        string // written there; empty: to stdout
	Providers   int
	Prefixes    int
	ASNs        int
	Diagnostics diag.List
}

// Version says what this program is made of.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	// CommitTime is when the commit was made, as in RFC 3339.
	CommitTime string `json:"commit_time,omitempty"`
	Modified   bool   `json:"modified,omitempty"` // built with changes that are not in the commit
	Platform   string `json:"platform"`
	Go         string `json:"go"`
	GoBGP      string `json:"gobgp_api"`
}

// Options say how to show results.
type Options struct {
	JSON     bool
	Color    bool
	Terminal bool // stderr is one
	Screen   Screen
	Out      io.Writer
	Err      io.Writer
	// Source returns line n of a file, for the caret under a diagnostic; its bytes
	// are only looked at.
	Source func(file string, n int) ([]byte, bool)
}

// New returns the view that the options ask for.
func New(o Options) View {
	if o.JSON {
		return &jsonView{o}
	}
	return newTextView(o)
}
