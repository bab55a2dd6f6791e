// Package examples holds the example files of depeer, built in: real cases with
// their listings, and an exchange. Each folder has a README with its story.
package examples

import "embed"

// Files are the folders beside this file.
//
//go:embed mccolo-2008 atrivo-2008 mci-2005 exchange ladder choices
var Files embed.FS
