package judge

import (
	"context"
	"io"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/server"
	"google.golang.org/grpc"
)

// inProcess answers the reading calls of gobgpd's API from a server in this process, so that the
// same reader (package gobgp) reads both. Its other methods are nil.
type inProcess struct {
	api.GobgpApiClient
	bgp *server.BgpServer
}

// listStream is a stream of items that are already there.
type listStream[T any] struct {
	grpc.ClientStream
	left []*T
}

func (s *listStream[T]) Recv() (*T, error) {
	if len(s.left) == 0 {
		return nil, io.EOF
	}
	next := s.left[0]
	s.left = s.left[1:]
	return next, nil
}

func (s *listStream[T]) addItem(v *T) { s.left = append(s.left, v) }

func (p inProcess) GetBgp(ctx context.Context, r *api.GetBgpRequest, _ ...grpc.CallOption) (*api.GetBgpResponse,
	error) {
	return p.bgp.GetBgp(ctx, r)
}

func (p inProcess) ListPeer(ctx context.Context, r *api.ListPeerRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPeerClient, error) {
	s := &listStream[api.ListPeerResponse]{}
	return s, p.bgp.ListPeer(ctx, r, func(v *api.Peer) { s.addItem(&api.ListPeerResponse{Peer: v}) })
}

func (p inProcess) ListPeerGroup(ctx context.Context, r *api.ListPeerGroupRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPeerGroupClient, error) {
	s := &listStream[api.ListPeerGroupResponse]{}
	return s, p.bgp.ListPeerGroup(ctx, r,
		func(v *api.PeerGroup) { s.addItem(&api.ListPeerGroupResponse{PeerGroup: v}) })
}

func (p inProcess) ListDynamicNeighbor(ctx context.Context, r *api.ListDynamicNeighborRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListDynamicNeighborClient, error) {
	s := &listStream[api.ListDynamicNeighborResponse]{}
	return s, p.bgp.ListDynamicNeighbor(ctx, r,
		func(v *api.DynamicNeighbor) { s.addItem(&api.ListDynamicNeighborResponse{DynamicNeighbor: v}) })
}

func (p inProcess) ListPolicyAssignment(ctx context.Context, r *api.ListPolicyAssignmentRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPolicyAssignmentClient, error) {
	s := &listStream[api.ListPolicyAssignmentResponse]{}
	return s, p.bgp.ListPolicyAssignment(ctx, r,
		func(v *api.PolicyAssignment) { s.addItem(&api.ListPolicyAssignmentResponse{Assignment: v}) })
}

func (p inProcess) ListDefinedSet(ctx context.Context, r *api.ListDefinedSetRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListDefinedSetClient, error) {
	s := &listStream[api.ListDefinedSetResponse]{}
	return s, p.bgp.ListDefinedSet(ctx, r,
		func(v *api.DefinedSet) { s.addItem(&api.ListDefinedSetResponse{DefinedSet: v}) })
}

func (p inProcess) ListPolicy(ctx context.Context, r *api.ListPolicyRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListPolicyClient, error) {
	s := &listStream[api.ListPolicyResponse]{}
	return s, p.bgp.ListPolicy(ctx, r, func(v *api.Policy) { s.addItem(&api.ListPolicyResponse{Policy: v}) })
}

func (p inProcess) ListStatement(ctx context.Context, r *api.ListStatementRequest,
	_ ...grpc.CallOption) (api.GobgpApi_ListStatementClient, error) {
	s := &listStream[api.ListStatementResponse]{}
	return s, p.bgp.ListStatement(ctx, r,
		func(v *api.Statement) { s.addItem(&api.ListStatementResponse{Statement: v}) })
}
