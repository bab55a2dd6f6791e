package strict

import (
	"regexp"

	"gopkg.in/yaml.v3"
)

// cutComment matches a comment that was hardly meant as one: people do not write #4711 or "# 4711"
// to explain a value.
var cutComment = regexp.MustCompile(`^#(\S| ?[0-9])`)

// warnOfCut warns of a text without quotes that ends at a # with more behind it. YAML reads that as
// a comment; its writer often meant it as part of the text.
func (n Node) warnOfCut() {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if n.yaml.Style&quoted == 0 && cutComment.MatchString(n.yaml.LineComment) {
		n.Warnf("comment-cuts", "put the text in quotes; or write a comment as # and a space",
			"the text ends before %q, which is a comment", n.yaml.LineComment)
	}
}
