/* Stand in for Open MPI 1.10, for a CNTK that runs in one process.

   CNTK's libraries name libmpi.so.12 and libmpi_cxx.so.1 and cannot be loaded without them, even
   where nothing is distributed. Distributions have later versions, under other names, and since
   Open MPI 5 there is no C++ library at all. For one process the answers are known without any of
   them: this is rank 0 of 1. Every other call ends the program and says which it was, and so does a
   start under mpirun, where each process would take itself for the only one. */

#include <stdio.h>
#include <stdlib.h>

static int initialized;

static int end(const char *what)
{
    fprintf(stderr, "%s: this CNTK was installed for one process, without MPI "
                    "(see requirements/cntk.c).\n", what);
    exit(1);
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    if (getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_SIZE"))
        end("mpirun");
    *provided = required;
    initialized = 1;
    return 0;
}

int MPI_Initialized(int *flag)
{
    *flag = initialized;
    return 0;
}

int MPI_Comm_rank(void *communicator, int *rank)
{
    *rank = 0;
    return 0;
}

int MPI_Comm_size(void *communicator, int *size)
{
    *size = 1;
    return 0;
}

int MPI_Finalize(void)
{
    initialized = 0;
    return 0;
}

/* Predefined handles: only their addresses are used. */
char ompi_mpi_char[512], ompi_mpi_int[512], ompi_mpi_long_long_int[512], ompi_mpi_float[512],
    ompi_mpi_double[512], ompi_mpi_comm_null[512], ompi_mpi_comm_world[512], ompi_mpi_op_sum[512];

/* What CNTK's libraries also name; the last ones are those of the C++ library. */
#define X(name) int name(void) { return end(#name); }
X(MPI_Abort) X(MPI_Accumulate) X(MPI_Allgather) X(MPI_Allgatherv) X(MPI_Allreduce) X(MPI_Alltoall)
X(MPI_Alltoallv) X(MPI_Alltoallw) X(MPI_Barrier) X(MPI_Bcast) X(MPI_Bsend) X(MPI_Bsend_init)
X(MPI_Cancel) X(MPI_Cart_coords) X(MPI_Cart_create) X(MPI_Cart_get) X(MPI_Cart_map) X(MPI_Cart_rank)
X(MPI_Cart_shift) X(MPI_Cart_sub) X(MPI_Cartdim_get) X(MPI_Comm_accept) X(MPI_Comm_connect)
X(MPI_Comm_create) X(MPI_Comm_delete_attr) X(MPI_Comm_disconnect) X(MPI_Comm_dup) X(MPI_Comm_free)
X(MPI_Comm_get_attr) X(MPI_Comm_get_errhandler) X(MPI_Comm_get_name) X(MPI_Comm_group)
X(MPI_Comm_remote_group) X(MPI_Comm_remote_size) X(MPI_Comm_set_attr) X(MPI_Comm_set_errhandler)
X(MPI_Comm_set_name) X(MPI_Comm_spawn) X(MPI_Comm_spawn_multiple) X(MPI_Comm_split)
X(MPI_Comm_test_inter) X(MPI_Errhandler_free) X(MPI_Error_string) X(MPI_Exscan) X(MPI_Gather)
X(MPI_Gatherv) X(MPI_Get) X(MPI_Get_count) X(MPI_Get_elements) X(MPI_Get_processor_name)
X(MPI_Graph_create) X(MPI_Graph_get) X(MPI_Graph_map) X(MPI_Graph_neighbors)
X(MPI_Graph_neighbors_count) X(MPI_Graphdims_get) X(MPI_Grequest_complete) X(MPI_Group_excl)
X(MPI_Group_free) X(MPI_Group_incl) X(MPI_Group_range_excl) X(MPI_Group_range_incl)
X(MPI_Group_rank) X(MPI_Group_size) X(MPI_Iallgather) X(MPI_Iallreduce) X(MPI_Ibsend)
X(MPI_Info_delete) X(MPI_Info_dup) X(MPI_Info_free) X(MPI_Info_get) X(MPI_Info_get_nkeys)
X(MPI_Info_get_nthkey) X(MPI_Info_get_valuelen) X(MPI_Info_set) X(MPI_Intercomm_create)
X(MPI_Intercomm_merge) X(MPI_Iprobe) X(MPI_Irecv) X(MPI_Irsend) X(MPI_Isend) X(MPI_Issend)
X(MPI_Op_commutative) X(MPI_Op_create) X(MPI_Op_free) X(MPI_Pack) X(MPI_Pack_external)
X(MPI_Pack_external_size) X(MPI_Pack_size) X(MPI_Probe) X(MPI_Put) X(MPI_Recv) X(MPI_Recv_init)
X(MPI_Reduce) X(MPI_Reduce_local) X(MPI_Reduce_scatter) X(MPI_Request_free)
X(MPI_Request_get_status) X(MPI_Rsend) X(MPI_Rsend_init) X(MPI_Scan) X(MPI_Scatter) X(MPI_Scatterv)
X(MPI_Send) X(MPI_Send_init) X(MPI_Sendrecv) X(MPI_Sendrecv_replace) X(MPI_Ssend) X(MPI_Ssend_init)
X(MPI_Start) X(MPI_Status_set_cancelled) X(MPI_Status_set_elements) X(MPI_Test)
X(MPI_Test_cancelled) X(MPI_Topo_test) X(MPI_Type_commit) X(MPI_Type_contiguous)
X(MPI_Type_create_darray) X(MPI_Type_create_hindexed) X(MPI_Type_create_hvector)
X(MPI_Type_create_indexed_block) X(MPI_Type_create_resized) X(MPI_Type_create_subarray)
X(MPI_Type_delete_attr) X(MPI_Type_dup) X(MPI_Type_get_attr) X(MPI_Type_get_contents)
X(MPI_Type_get_envelope) X(MPI_Type_get_extent) X(MPI_Type_get_name) X(MPI_Type_get_true_extent)
X(MPI_Type_indexed) X(MPI_Type_set_attr) X(MPI_Type_set_name) X(MPI_Type_size) X(MPI_Type_vector)
X(MPI_Unpack) X(MPI_Unpack_external) X(MPI_Wait) X(MPI_Waitall) X(MPI_Waitany)
X(MPI_Win_call_errhandler) X(MPI_Win_complete) X(MPI_Win_delete_attr) X(MPI_Win_fence)
X(MPI_Win_get_errhandler) X(MPI_Win_get_group) X(MPI_Win_get_name) X(MPI_Win_lock) X(MPI_Win_post)
X(MPI_Win_set_attr) X(MPI_Win_set_errhandler) X(MPI_Win_set_name) X(MPI_Win_start) X(MPI_Win_test)
X(MPI_Win_unlock) X(MPI_Win_wait) X(_ZN3MPI3Win4FreeEv) X(_ZN3MPI4CommC2Ev)
X(_ZN3MPI8Datatype4FreeEv) X(ompi_mpi_cxx_op_intercept) X(ompi_op_set_cxx_callback)
