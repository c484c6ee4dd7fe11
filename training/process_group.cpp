// SPDX-License-Identifier: MIT
#include "training/process_group.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "body/error.h"
#ifdef HMR_WITH_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

namespace hmr {
namespace {

int numberOf(const std::string& text, const std::string& name) {
    int value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc{} || end != text.data() + text.size()) throw Error(name + " must be a whole number, found \"" + text + "\"");
    return value;
}

std::string environmentText(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// Keys under which torchrun's agent wants this start's; it keeps those of earlier starts, whose processes are gone.
std::string agentPrefix() {
    return environmentText("TORCHELASTIC_USE_AGENT_STORE") == "True" ? "/worker/attempt_" + environmentText("TORCHELASTIC_RESTART_COUNT") : "";
}

#ifdef HMR_WITH_GLOO
/// Where the processes find each other.
c10::intrusive_ptr<c10d::Store> meetingPlace(const ProcessPlace& place) {
    const bool hasAgent = !place.agentPrefix.empty();
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(place.port);
    options.isServer = place.rank == 0 && !hasAgent;
    options.numWorkers = static_cast<std::size_t>(place.size);
    const auto store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
    if (!hasAgent) return store;
    return c10::make_intrusive<c10d::PrefixStore>(place.agentPrefix, store);
}

/// c10d's Gloo group.
class GlooGroup : public ProcessGroup {
public:
    explicit GlooGroup(const ProcessPlace& place) : place_(place) {
        auto options = c10d::ProcessGroupGloo::Options::create();
        options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
        group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(meetingPlace(place), place.rank, place.size, options);
    }
    ~GlooGroup() override = default;

    void average(torch::Tensor& tensor) override {
        try {
            // Gloo works on dense memory of the host
            std::vector<torch::Tensor> tensors = {tensor.to(torch::kCPU).contiguous()};
            group_->allreduce(tensors)->wait();
            tensor.copy_(tensors.front() / place_.size);
        } catch (const std::exception& error) {
            throw Error(std::string("a process of this run was lost: ") + error.what());
        }
    }
    int rank() const override { return place_.rank; }
    int size() const override { return place_.size; }

private:
    ProcessPlace place_;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
};
#endif

}  // namespace

ProcessPlace processPlace(int size, int rank, const std::string& master) {
    ProcessPlace place;
    const std::string worldSize = environmentText("WORLD_SIZE"), ownRank = environmentText("RANK");
    if (size > 0)
        place.size = size;
    else if (!worldSize.empty())
        place.size = numberOf(worldSize, "WORLD_SIZE");
    if (rank >= 0)
        place.rank = rank;
    else if (!ownRank.empty())
        place.rank = numberOf(ownRank, "RANK");
    std::string host = environmentText("MASTER_ADDR"), port = environmentText("MASTER_PORT");
    if (master.empty()) {
        place.agentPrefix = agentPrefix();
    } else {
        const std::size_t colon = master.rfind(':');
        host = master.substr(0, colon);
        port = colon == std::string::npos ? "" : master.substr(colon + 1);
    }
    if (!host.empty()) place.host = host;
    if (!port.empty()) place.port = numberOf(port, "the master's port");
    if (place.size < 1 || place.rank < 0 || place.rank >= place.size)
        throw Error("process " + std::to_string(place.rank) + " of " + std::to_string(place.size) + " does not exist; ranks go from 0 to nodes - 1");
    if (place.port < 1 || place.port > 65535) throw Error("the master's port must be 1 to 65535, found " + std::to_string(place.port));
    return place;
}

int gpuIndex(const std::string& localRank, const std::string& slurmLocalId, int numGpus) {
    if (numGpus == 1) return 0;
    int index = 0;
    if (!localRank.empty())
        index = numberOf(localRank, "LOCAL_RANK");
    else if (!slurmLocalId.empty())
        index = numberOf(slurmLocalId, "SLURM_LOCALID");
    if (index < 0 || index >= numGpus)
        throw Error("process " + std::to_string(index) + " of this machine has no GPU of its own, there are " + std::to_string(numGpus) +
                    "; start at most so many processes on each machine");
    return index;
}

int gpuIndex(int numGpus) { return gpuIndex(environmentText("LOCAL_RANK"), environmentText("SLURM_LOCALID"), numGpus); }

std::unique_ptr<ProcessGroup> joinProcessGroup(const ProcessPlace& place) {
    if (place.size == 1) return nullptr;
#ifdef HMR_WITH_GLOO
    try {
        return std::make_unique<GlooGroup>(place);
    } catch (const std::exception& error) {
        throw Error("cannot join the run of " + std::to_string(place.size) + " processes at " + place.host + ":" +
                    std::to_string(place.port) + ": " + error.what());
    }
#else
    throw Error("this build trains in one process: the headers of Gloo were missing (Debian: libgloo-dev); install them and build again");
#endif
}

}  // namespace hmr
