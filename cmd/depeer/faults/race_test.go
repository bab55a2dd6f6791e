//go:build race

package faults_test

// buildFlags have the program's own races found, too.
var buildFlags = []string{"-race"}
