// Package view is what users read: View has a method for each result, and two
// implementations, text for people and JSON for programs.
//
// stdout carries the result and nothing else; everything else goes to stderr.
package view
