package judge

import (
	"context"
	"io"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/server"
	"google.golang.org/grpc"
)

// inProcess answers the reading calls of gobgpd's API from a server in this process, so
// that one reader (package gobgp) reads both. Its other methods are nil.
type inProcess struct {
	api.GobgpApiClient
	bgp *server.BgpServer
}

// answers is a stream of answers that are all there.
type answers[T any] struct {
	grpc.ClientStream
	left []*T
}

func (s *answers[T]) Recv() (*T, error) {
	if len(s.left) == 0 {
		return nil, io.EOF
	}
	next := s.left[0]
	s.left = s.left[1:]
	return next, nil
}

func (s *answers[T]) add(v *T) { s.left = append(s.left, v) }

func (p inProcess) GetBgp(ctx context.Context, r *api.GetBgpRequest, _ ...grpc.CallOption) (*api.GetBgpResponse,
	error) {
	return p.bgp.GetBgp(ctx, r)
}

func (p inProcess) ListPeer(ctx context.Context, r *api.ListPeerRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPeerClient, error) {
	s := &answers[api.ListPeerResponse]{}
	return s, p.bgp.ListPeer(ctx, r, func(v *api.Peer) { s.add(&api.ListPeerResponse{Peer: v}) })
}

func (p inProcess) ListPeerGroup(ctx context.Context, r *api.ListPeerGroupRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPeerGroupClient, error) {
	s := &answers[api.ListPeerGroupResponse]{}
	return s, p.bgp.ListPeerGroup(ctx, r, func(v *api.PeerGroup) { s.add(&api.ListPeerGroupResponse{PeerGroup: v}) })
}

func (p inProcess) ListDynamicNeighbor(ctx context.Context, r *api.ListDynamicNeighborRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListDynamicNeighborClient, error) {
	s := &answers[api.ListDynamicNeighborResponse]{}
	return s, p.bgp.ListDynamicNeighbor(ctx, r,
		func(v *api.DynamicNeighbor) { s.add(&api.ListDynamicNeighborResponse{DynamicNeighbor: v}) })
}

func (p inProcess) ListPolicyAssignment(ctx context.Context, r *api.ListPolicyAssignmentRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPolicyAssignmentClient, error) {
	s := &answers[api.ListPolicyAssignmentResponse]{}
	return s, p.bgp.ListPolicyAssignment(ctx, r,
		func(v *api.PolicyAssignment) { s.add(&api.ListPolicyAssignmentResponse{Assignment: v}) })
}

func (p inProcess) ListDefinedSet(ctx context.Context, r *api.ListDefinedSetRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListDefinedSetClient, error) {
	s := &answers[api.ListDefinedSetResponse]{}
	return s, p.bgp.ListDefinedSet(ctx, r,
		func(v *api.DefinedSet) { s.add(&api.ListDefinedSetResponse{DefinedSet: v}) })
}

func (p inProcess) ListPolicy(ctx context.Context, r *api.ListPolicyRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPolicyClient, error) {
	s := &answers[api.ListPolicyResponse]{}
	return s, p.bgp.ListPolicy(ctx, r, func(v *api.Policy) { s.add(&api.ListPolicyResponse{Policy: v}) })
}

func (p inProcess) ListStatement(ctx context.Context, r *api.ListStatementRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListStatementClient, error) {
	s := &answers[api.ListStatementResponse]{}
	return s, p.bgp.ListStatement(ctx, r, func(v *api.Statement) { s.add(&api.ListStatementResponse{Statement: v}) })
}
