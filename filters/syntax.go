package filters

// SyntaxError says what is wrong with a value that a user wrote. It has no position: the reader of
// the value knows it.
type SyntaxError struct {
	Code    string // stable; readers put the kind of file before it: listing-host-bits
	Message string
	Hint    string // the right form; may be empty
}

func (e *SyntaxError) Error() string { return e.Message }

// Complaint returns the code and the right form, for readers of YAML.
func (e *SyntaxError) Complaint() (code, hint string) { return e.Code, e.Hint }
