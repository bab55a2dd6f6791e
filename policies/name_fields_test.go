package policies_test

import (
	"fmt"
	"reflect"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// A field that the name of a statement does not depend on makes two different policies
// look the same. These tests go through the fields by reflection, so that a new field
// cannot be forgotten.

func TestEveryActionChangesTheText(t *testing.T) {
	for i, field := range fieldsOf[policies.Actions]() {
		var a policies.Actions
		fillValue(t, reflect.ValueOf(&a).Elem().Field(i), field.Name)
		if textOfActions(a) == textOfActions(policies.Actions{}) {
			t.Errorf("Actions.%s does not change the text that statements are named by", field.Name)
		}
	}
}

func TestEveryConditionChangesTheText(t *testing.T) {
	for i, field := range fieldsOf[policies.Conditions]() {
		var refers, inverted policies.Conditions
		reflect.ValueOf(&refers).Elem().Field(i).Set(reflect.ValueOf(policies.Condition{Set: "depeer/x"}))
		reflect.ValueOf(&inverted).Elem().Field(i).Set(reflect.ValueOf(policies.Condition{Set: "depeer/x",
			Invert: true}))
		seen := map[string]string{textOfConditions(policies.Conditions{}): "no condition"}
		for name, c := range map[string]policies.Conditions{"a condition": refers, "an inverted condition": inverted} {
			if other, same := seen[textOfConditions(c)]; same {
				t.Errorf("Conditions.%s: %s and %s have the same text", field.Name, name, other)
			}
			seen[textOfConditions(c)] = name
		}
	}
	for i, field := range fieldsOf[policies.Condition]() {
		c := policies.Condition{Set: "depeer/x"}
		fillValue(t, reflect.ValueOf(&c).Elem().Field(i), field.Name)
		if textOfConditions(policies.Conditions{PrefixSet: c}) ==
			textOfConditions(policies.Conditions{PrefixSet: policies.Condition{Set: "depeer/x"}}) {
			t.Errorf("Condition.%s does not change the text that statements are named by", field.Name)
		}
	}
}

// unnamed are the fields of Treatment that leave the statements of build.Policy as they are.
var unnamed = map[string]string{
	"Session": "sessions are no statements: RoutingPolicy.Sessions holds them, and its own comparison covers them",
	"Ask":     "the text of a shutdown communication, which Session carries",
	"Reason":  "one of LargeCommunities: TestReasonChangesTheScrub",
}

func TestEveryFieldOfATreatmentChangesTheNames(t *testing.T) {
	base := policies.Treatment{Name: "deprefer", LocalPref: 60}
	before := namesOf(t, base)
	for i, field := range fieldsOf[policies.Treatment]() {
		if _, excused := unnamed[field.Name]; excused {
			continue
		}
		other := base
		fillValue(t, reflect.ValueOf(&other).Elem().Field(i), field.Name)
		if namesOf(t, other) == before {
			t.Errorf("Treatment.%s changes no name: say in unnamed why, or let it", field.Name)
		}
	}
	for name := range unnamed {
		if _, there := reflect.TypeFor[policies.Treatment]().FieldByName(name); !there {
			t.Errorf("unnamed has %s, which Treatment has not", name)
		}
	}
}

// A reason is added beside the other large communities, and members' own are scrubbed.
func TestReasonChangesTheScrub(t *testing.T) {
	base := policies.Treatment{Name: "deprefer", LocalPref: 60}
	told := base.Telling(policies.LargeCommunity{Global: 64500, Local1: 66700, Local2: 1})
	if namesOf(t, base) == namesOf(t, told) {
		t.Error("a reason changes no name")
	}
}

// namesOf returns the names of all statements of a policy that gives t to a prefix and
// to an ASN.
func namesOf(t *testing.T, treatment policies.Treatment) string {
	t.Helper()
	c := &filters.Compiled{Filters: []filters.Filter{{Treatment: treatment.Name,
		ASNs: []filters.ASMatch{{ASN: 64999, Where: filters.Origin}}}}}
	return fmt.Sprint(func() (names []string) {
		for _, s := range build.Policy(c, []policies.Treatment{treatment}, 64500).Import {
			names = append(names, s.Name)
		}
		return names
	}())
}

func textOfActions(a policies.Actions) string { return policies.Statement{Actions: a}.Text() }

func textOfConditions(c policies.Conditions) string { return policies.Statement{Conditions: c}.Text() }

func fieldsOf[T any]() []reflect.StructField {
	return reflect.VisibleFields(reflect.TypeFor[T]())
}

// fillValue sets v to something that is neither zero nor the value that it has.
func fillValue(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(t, v.Elem(), name)
	case reflect.Slice:
		element := reflect.New(v.Type().Elem()).Elem()
		fillValue(t, element, name)
		v.Set(reflect.Append(v, element))
	case reflect.Array, reflect.Struct:
		if v.Kind() == reflect.Array {
			fillValue(t, v.Index(0), name)
			return
		}
		fillValue(t, v.Field(0), name)
	default:
		t.Fatalf("%s: fillValue knows no %s", name, v.Kind())
	}
}
