package examples

import "embed"

// Files are the folders beside this file.
//
//go:embed mccolo-2008 atrivo-2008 mci-2005 exchange ladder choices
var Files embed.FS
