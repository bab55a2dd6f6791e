//go:build !linux

package cli_test

const peakVariable = "DEPEER_TEST_PEAK"

func notePeak() {}

// peakMemory is not told elsewhere.
func peakMemory(string) (bytes int64, known bool) { return 0, false }
