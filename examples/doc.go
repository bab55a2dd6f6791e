// Package examples holds the example files of depeer, built in: real cases with
// their listings, and an exchange. Each folder has a README with its story.
package examples
