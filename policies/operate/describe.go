package operate

import (
	"cmp"
	"fmt"

	"depeer/filters"
	"depeer/policies/plan"
)

// DescribeList says in a line what a list is, for the head of a configuration.
func DescribeList(l *filters.Listing) string { return describeRef(plan.Refs([]*filters.Listing{l})[0]) }

// describeRef is DescribeList, of what a plan says of a list.
func describeRef(l plan.ListRef) string {
	return fmt.Sprintf("%s, %s, %s, sha256 %.12s", l.Name, cmp.Or(l.Updated, "not dated"),
		Count(l.Providers, "provider"), l.Digest)
}
