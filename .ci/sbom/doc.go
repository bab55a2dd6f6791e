// Command sbom prints the bill of materials of a depeer program, as CycloneDX 1.6 in JSON: go run ./.ci/sbom PROGRAM.
//
// It reads what the linker left in the program, so it names the modules that are in it, and no others. The same
// program gives the same bytes.
package main
