// Package story tells on an embedded exchange what a listing does: it plans and applies the listing of an
// example as on any route server, reads from the members' own tables what they hold before and after,
// and takes it back.
package story
