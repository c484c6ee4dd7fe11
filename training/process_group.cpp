// SPDX-License-Identifier: MIT
#include "training/process_group.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "body/error.h"
#if defined(HMR_WITH_GLOO) || defined(HMR_WITH_NCCL)
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif
#ifdef HMR_WITH_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef HMR_WITH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace hmr {
namespace {

int numberOf(const std::string& text, const std::string& name) {
    int value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc{} || end != text.data() + text.size()) throw Error(name + " must be a whole number, found \"" + text + "\"");
    return value;
}

/// What a person can use of a message that may carry a C++ stack trace.
std::string firstLine(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

std::string environmentText(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// Keys under which torchrun's agent wants this start's; it keeps those of earlier starts, whose processes are gone.
std::string agentPrefix() {
    return environmentText("TORCHELASTIC_USE_AGENT_STORE") == "True" ? "/worker/attempt_" + environmentText("TORCHELASTIC_RESTART_COUNT") : "";
}

#if defined(HMR_WITH_GLOO) || defined(HMR_WITH_NCCL)
/// LibTorch's later versions listen through libuv unless told otherwise, which not every build of them has.
void avoidLibuv(auto& options) {
    if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

/// Where the processes find each other.
c10::intrusive_ptr<c10d::Store> meetingPlace(const ProcessPlace& place) {
    const bool hasAgent = !place.agentPrefix.empty();
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(place.port);
    options.isServer = place.rank == 0 && !hasAgent;
    options.numWorkers = static_cast<std::size_t>(place.size);
    avoidLibuv(options);
    const auto store = c10::make_intrusive<c10d::TCPStore>(place.host, options);
    if (!hasAgent) return store;
    return c10::make_intrusive<c10d::PrefixStore>(place.agentPrefix, store);
}

/// A group of c10d that works on dense memory of one device.
template <class Group>
class C10dGroup : public ProcessGroup {
public:
    C10dGroup(c10::intrusive_ptr<Group> group, std::string backend, torch::Device device)
        : group_(std::move(group)), backend_(std::move(backend)), device_(device) {}

    void average(torch::Tensor& tensor) override {
        try {
            std::vector<torch::Tensor> tensors = {tensor.to(device_).contiguous()};
            group_->allreduce(tensors)->wait();
            tensor.copy_(tensors.front() / size());
        } catch (const std::exception& error) {
            throw Error(std::string("the processes could not average, one of them may be lost: ") + firstLine(error));
        }
    }
    int rank() const override { return group_->getRank(); }
    int size() const override { return group_->getSize(); }
    std::string backend() const override { return backend_; }

private:
    c10::intrusive_ptr<Group> group_;
    std::string backend_;
    torch::Device device_;
};
#endif

#ifdef HMR_WITH_GLOO
std::unique_ptr<ProcessGroup> glooGroup(const ProcessPlace& place) {
    auto options = c10d::ProcessGroupGloo::Options::create();
    options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
    auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(meetingPlace(place), place.rank, place.size, options);
    return std::make_unique<C10dGroup<c10d::ProcessGroupGloo>>(std::move(group), "Gloo", torch::kCPU);
}
#endif

#ifdef HMR_WITH_NCCL
std::unique_ptr<ProcessGroup> ncclGroup(const ProcessPlace& place, torch::Device device) {
    auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(meetingPlace(place), place.rank, place.size);
    return std::make_unique<C10dGroup<c10d::ProcessGroupNCCL>>(std::move(group), "NCCL", device);
}
#endif

/// NCCL between GPUs where this build has it, else Gloo.
std::unique_ptr<ProcessGroup> groupFor([[maybe_unused]] const ProcessPlace& place, [[maybe_unused]] torch::Device device) {
#ifdef HMR_WITH_NCCL
    if (device.is_cuda()) return ncclGroup(place, device);
#endif
#ifdef HMR_WITH_GLOO
    return glooGroup(place);
#else
    throw Error("this build has no Gloo: its headers were missing (Debian: libgloo-dev); install them and build again, or train in one process");
#endif
}

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

std::unique_ptr<ProcessGroup> joinProcessGroup(const ProcessPlace& place, torch::Device device) {
    if (place.size == 1) return nullptr;
    try {
        return groupFor(place, device);
    } catch (const std::exception& error) {
        throw Error("cannot join the run of " + std::to_string(place.size) + " processes at " + place.host + ":" +
                    std::to_string(place.port) + ": " + firstLine(error));
    }
}

}  // namespace hmr
