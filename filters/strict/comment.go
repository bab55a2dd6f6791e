package strict

import (
	"regexp"

	"gopkg.in/yaml.v3"
)

// cutting is a comment that was hardly meant as one: nobody writes #4711 or "# 4711" to
// explain a value.
var cutting = regexp.MustCompile(`^#(\S| ?[0-9])`)

// warnOfCut warns of a text without quotes that ends at a # with more behind it: to YAML
// that is a comment, to its writer often a part of the text.
func (n Node) warnOfCut() {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if n.yaml.Style&quoted == 0 && cutting.MatchString(n.yaml.LineComment) {
		n.Warnf("comment-cuts", "put the text in quotes; or write a comment as # and a space",
			"the text ends before %q, which is a comment", n.yaml.LineComment)
	}
}
