// Package sources reads what watch keeps a route server by: the exchange file, lists and feeds.
//
// It looks at files each second: by name, so that it notices whatever takes the place of one, and it
// reads them once it has seen the same twice, so that it reads no file that is just being written.
// It fetches each feed at its own pace, and reads the copy that is on disk.
package sources
