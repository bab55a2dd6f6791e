// Package faults holds tests alone. They drive the built program against a real gobgpd with real
// members, and judge it by the routes that these members hold, and by what the daemon says that it has.
// Each test names its row of FAULTS.md.
package faults
