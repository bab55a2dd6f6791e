package trust

import (
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
)

const (
	groupWrite  fs.FileMode = 0o020
	othersRead  fs.FileMode = 0o004
	othersWrite fs.FileMode = 0o002
)

// judge returns an error unless the file that is open is regular and trusted.
func (r Rule) judge(name string, info fs.FileInfo, kind Kind) error {
	if !info.Mode().IsRegular() {
		return notRegular(info)
	}
	if kind == Any || r.All {
		return nil
	}
	if kind == Secret && info.Mode().Perm()&othersRead != 0 {
		return &Error{name, "others may read it"}
	}
	return r.judgeOwnerAndWriters(name, info, kind)
}

// judgeOwnerAndWriters judges a file or a directory.
func (r Rule) judgeOwnerAndWriters(name string, info fs.FileInfo, kind Kind) error {
	if r.All {
		return nil
	}
	uid, gid, known := ownerOf(info)
	mode := info.Mode().Perm()
	switch {
	case known && !isTrusted(uid):
		return &Error{name, fmt.Sprintf("it belongs to %s, neither to root nor to the caller", nameUser(uid))}
	case mode&othersWrite != 0:
		return &Error{name, "others may write it"}
	case mode&groupWrite == 0 || kind == List:
		return nil
	case known && isPrivateGroup(uid, gid) && !hasACL(name):
		return nil
	default:
		return &Error{name, "its group may write it"}
	}
}

// isPrivateGroup says whether a group is that of one user alone, by its name or its number.
func isPrivateGroup(uid, gid uint32) bool {
	if uid == gid {
		return true
	}
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return false
	}
	g, err := user.LookupGroupId(strconv.FormatUint(uint64(gid), 10))
	return err == nil && g.Name == u.Username
}

// nameUser names a user for people.
func nameUser(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(number); err == nil {
		return strconv.Quote(u.Username)
	}
	return "user " + number
}
