package cli

import (
	"context"

	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// asked reads the lists that status compares with: those that are named, or those of the
// exchange file, as plan does; nil where there are none.
func (s *session) asked(ctx context.Context, names []string) (*wanted.Input, error) {
	if _, found := s.reader.FindConfig(); len(names) == 0 && !found {
		return nil, nil
	}
	in, err := s.load(ctx, names)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && in.Exchange != nil && len(in.Exchange.Lists) == 0 {
		return nil, nil
	}
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return nil, f
	}
	return in, nil
}
