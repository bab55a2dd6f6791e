// Package gobgp speaks to a running gobgpd of GoBGP 3 over gRPC: it reads a plan.State, makes the writing
// calls of package plan, and streams routes. Only this package knows GoBGP's API. Client implements
// operate.Daemon.
//
// One table has the calls that write (requests.go), one API call for each plan.Verb. The package makes no
// others, because of what gobgpd 3.37.0 does with them:
//
//	SetPolicies             wipes all policy, assignments included
//	AddDefinedSet, replace  running statements keep the old set, unseen
//	AddPolicyAssignment     appends, behind an operator's accept
//	DeletePolicyAssignment  with "all" the default becomes none: all is refused
//	DeletePolicy, all       succeeds on a policy in use, which goes on filtering;
//	                        only the policy of a lock, which no list names, is deleted so
//	ShutdownPeer            the session comes up again at once
//	ListPath, filtered      writes modified routes into the Adj-RIB-In
//	ListPath, longer        stops routing, for minutes
//
// gobgpd checks no permissions: any process that can connect to it can make all calls.
package gobgp
