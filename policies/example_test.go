package policies_test

import (
	"fmt"

	"depeer/policies"
)

// What do the built-in treatments do at an exchange with AS 64500, and how many bytes do they add to a route?
func ExampleBuiltin() {
	for _, t := range policies.Builtin(64500) {
		switch {
		case t.Reject:
			fmt.Println(t.Name, "refuses")
		case t.LocalPref > 0:
			fmt.Printf("%s sets LOCAL_PREF %d, %d bytes at most\n", t.Name, t.LocalPref, t.AddedBytes())
		default:
			fmt.Printf("%s adds %v, %d bytes at most\n", t.Name, t.Communities, t.AddedBytes())
		}
	}
	// Output:
	// depeer refuses
	// deprefer sets LOCAL_PREF 50, 7 bytes at most
	// tag adds [64500:64661], 7 bytes at most
}

// Which large communities does the route server of AS 64500 keep for itself, so that members must not send them?
func ExampleMarks() {
	fmt.Println(policies.Marks(64500))
	fmt.Println(policies.TagSpace(64500))
	// Output:
	// ^64500:66600:[0-9]+$
	// ^64500:66601:[0-9]+$
}
