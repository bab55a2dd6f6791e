// Package lab is a small internet exchange on loopback: a GoBGP route server and
// its members, all embedded in this process, with real BGP sessions between
// them. It is for the first run of depeer and for tests.
//
// The route server is anchored: policies depeer and depeer-export are defined and first in each
// client's lists, with the default accept. It listens for BGP and for its API on free ports of
// 127.0.0.1, so the gobgp tool and every command that takes a target can talk to it. Members dial
// it from addresses of their own in 127.0.0.0/8. No root is needed. If only 127.0.0.1 exists
// (macOS), Start says which address is missing.
//
// It is at the end of the way of the data: it starts with the anchor that gobgpconf writes, a policy
// arrives over the API, and Holds reads the result from the members' own tables.
//
// Limits of GoBGP 3.37: each embedded server leaves one idle goroutine behind (BgpServer.Serve has
// no end), and starting one writes package variables that all servers of the process read. Labs of
// several processes do not affect each other. Start those of one process one after another: the
// race detector reports a start while another lab works.
package lab
