package judge

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/osrg/gobgp/v3/pkg/config/oc"
)

// validator is implemented by every enumerated type of GoBGP's configuration.
type validator interface{ Validate() error }

// takenFor says, by the type of the key, what gobgpd reads instead of a word that it does not know.
var takenFor = map[string]string{
	"RouteDisposition":              "none: the route goes on",
	"DefaultPolicyType":             "accept-route",
	"MatchSetOptionsType":           "any",
	"MatchSetOptionsRestrictedType": "any",
	"BgpSetCommunityOptionType":     "add",
}

// unknownWords returns the words of a file that gobgpd does not know and replaces by others.
func unknownWords(c *oc.BgpConfigSet) []Problem {
	var out []Problem
	walkWords(reflect.ValueOf(c).Elem(), "", "global", &out)
	return out
}

// walkWords checks every word that comes from the file. It skips State, which gobgpd computes.
func walkWords(v reflect.Value, path, object string, out *[]Problem) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			key, _, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
			if !f.IsExported() || key == "" || key == "state" {
				continue
			}
			at := strings.TrimPrefix(path+"."+key, ".")
			// of communities: a plain string in 3.37
			if f.Name == "Options" && v.Field(i).Type() == reflect.TypeFor[string]() {
				checkWord(oc.BgpSetCommunityOptionType(v.Field(i).String()), at, object, out)
				continue
			}
			walkWords(v.Field(i), at, object, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkWords(v.Index(i), fmt.Sprintf("%s[%d]", path, i), objectOf(v.Index(i), object), out)
		}
	case reflect.String:
		if word, ok := v.Interface().(validator); ok {
			checkWord(word, path, object, out)
		}
	}
}

// objectOf returns what people call an element of a list, or what it is part of if it has no name.
func objectOf(v reflect.Value, within string) string {
	switch e := v.Interface().(type) {
	case oc.Neighbor:
		return "neighbor " + addressOf(e)
	case oc.PeerGroup:
		return nameObject("peer group", e.Config.PeerGroupName)
	case oc.PolicyDefinition:
		return nameObject("policy", e.Name)
	case oc.Statement:
		return nameObject("statement", e.Name)
	default:
		return within
	}
}

func checkWord(word validator, path, object string, out *[]Problem) {
	v := reflect.ValueOf(word)
	if v.String() == "" || word.Validate() == nil {
		return
	}
	why := fmt.Sprintf("gobgpd does not know %q as its %s", v.String(), path[strings.LastIndexByte(path, '.')+1:])
	if other, ok := takenFor[v.Type().Name()]; ok {
		why += ", and takes it for " + other
	}
	*out = append(*out, Problem{Kind: Word, Object: object, Path: path, Why: why})
}
