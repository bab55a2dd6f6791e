//go:build !linux

package persist

import "io/fs"

// keepAttributes knows no extended attributes here.
func keepAttributes(string, string, fs.FileInfo) error { return nil }
