package operate

import (
	"errors"
	"strings"
	"testing"

	"depeer/policies/plan"
)

// TestObstaclesHaveFailures holds that each code of an obstacle has a failure, and that its hint names the
// target where it has to.
func TestObstaclesHaveFailures(t *testing.T) {
	for code := plan.NotAnchored; code <= plan.Rejecting; code++ {
		var failure *Error
		err := checkObstacles([]plan.Obstacle{{Code: code, Object: "depeer", Why: "why"}}, "rs1.example.net:50051")
		if !errors.As(err, &failure) || failure.Name == "unfit" || failure.Hint == "" {
			t.Errorf("obstacle %d: %v", code, err)
		} else if strings.Contains(failure.Hint, "TARGET") {
			t.Errorf("obstacle %d: hint %q", code, failure.Hint)
		}
	}
	if n := len(obstacleFailures); n != int(plan.Rejecting)+1 {
		t.Errorf("%d failures of %d codes", n, plan.Rejecting+1)
	}
}
