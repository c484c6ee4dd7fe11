// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <memory>
#include <string>

namespace hmr {

/// The processes of one run, on one machine or many. A run of one process has none.
class ProcessGroup {
public:
    virtual ~ProcessGroup() = default;
    /// Replaces a float tensor by its mean over the processes; all of them must call it. Throws Error when one is lost;
    /// NCCL's watchdog may end the process instead.
    virtual void average(torch::Tensor& tensor) = 0;
    virtual int rank() const = 0;
    virtual int size() const = 0;
    /// What the processes talk through: "Gloo" or "NCCL".
    virtual std::string backend() const = 0;
};

/// Where a process stands in its run.
struct ProcessPlace {
    int size = 1, rank = 0;
    std::string host = "localhost";
    int port = 29500;
    std::string agentPrefix = {};  ///< torchrun's agent listens there in place of process 0: what keys of this start begin with; empty: no agent
};

/// From arguments (size and rank of at least 0, "HOST:PORT"), else from the environment as torchrun and Slurm's launch lines set it:
/// WORLD_SIZE, RANK, MASTER_ADDR, MASTER_PORT, and TORCHELASTIC_USE_AGENT_STORE where torchrun listens itself. Throws Error for numbers
/// that make no sense.
ProcessPlace processPlace(int size, int rank, const std::string& master);

/// The GPU that a process takes of those it sees: its number on its machine, which torchrun (LOCAL_RANK) or else Slurm (SLURM_LOCALID)
/// tells; 0 where neither does, or where the launcher shows each process but one. Throws Error for no number, or one beyond them.
int gpuIndex(const std::string& localRank, const std::string& slurmLocalId, int numGpus);
/// The same from the environment.
int gpuIndex(int numGpus);

/// Joins the run through LibTorch's own c10d: NCCL where `device`, on which this process trains, is a GPU and LibTorch was built with it,
/// else Gloo in the host's memory. Waits until all processes are there (NCCL: at the first average); null for one process.
/// Throws Error when they are not in time.
std::unique_ptr<ProcessGroup> joinProcessGroup(const ProcessPlace& place, torch::Device device = torch::kCPU);

}  // namespace hmr
