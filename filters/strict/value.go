package strict

import "errors"

// Value reads a scalar with parse. An error of parse must have the method Complaint; it is reported
// at the position of the value.
func Value[T any](n Node, parse func(string) (T, error)) (T, bool) {
	var none T
	s, ok := n.Scalar()
	if !ok {
		return none, false
	}
	v, err := parse(s)
	if err == nil {
		return v, true
	}
	var c interface{ Complaint() (code, hint string) }
	if !errors.As(err, &c) {
		panic("strict: a parser's error has no code: " + err.Error())
	}
	code, hint := c.Complaint()
	n.Errorf(code, hint, "%s", err)
	return none, false
}
