package run_test

import (
	"testing"

	"depeer/policies/operate"
	"depeer/policies/watch/run"
)

// The keeper knows what each kind of error means.
func TestEveryKindOfErrorHasAnOutcome(t *testing.T) {
	for _, kind := range operate.Kinds() {
		if _, known := run.Outcomes[kind]; !known {
			t.Errorf("%s has no outcome", kind)
		}
	}
}
