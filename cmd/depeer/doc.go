// Command depeer turns lists of hosting providers into GoBGP routing policy.
//
// main gives the program its context, which package interrupt ends, and leaves the rest to package cli.
// The tests of this folder hold the plan of the house and what CONTRIBUTING says of it.
package main
