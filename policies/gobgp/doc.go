// Package gobgp speaks to a running gobgpd of GoBGP 3 over gRPC: it reads a
// plan.State, makes the writing calls of package plan, and streams routes. It is
// the only package that knows GoBGP's API, and it measures up to apply.Daemon.
//
// The calls that write stand in one table (requests.go), one API call for each
// plan.Verb. All others are left alone for what gobgpd 3.37.0 does with them:
//
//	SetPolicies             wipes the policy of everybody, assignments included
//	AddDefinedSet, replace  running statements keep the old set, unseen
//	AddPolicyAssignment     appends, behind an operator's accept
//	DeletePolicyAssignment  with "all" the default becomes none: all is refused
//	DeletePolicy, all       succeeds on a policy in use, which goes on filtering;
//	                        only the policy of a lock, which nobody uses, is deleted so
//	ShutdownPeer            the session comes up again at once
//	ListPath, filtered      writes modified routes into the Adj-RIB-In
//	ListPath, longer        stops routing, for minutes
//
// gobgpd takes any call from anybody: whoever can dial it can do all this.
package gobgp
