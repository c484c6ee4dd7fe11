// SPDX-License-Identifier: MIT
#include "training/checkpoint.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "formats/safetensors.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
constexpr const char* kRandomState = "random.cpu";

NdArray arrayOf(const torch::Tensor& tensor) {
    const torch::Tensor host = tensor.detach().to(torch::kCPU).contiguous();
    NdArray array;
    array.type = host.scalar_type() == torch::kUInt8 ? ElementType::UInt8 : ElementType::Float32;
    array.itemSize = host.element_size();
    array.shape.assign(host.sizes().begin(), host.sizes().end());
    array.bytes.resize(host.nbytes());
    std::memcpy(array.bytes.data(), host.data_ptr(), host.nbytes());
    return array;
}

torch::Tensor tensorOf(const TensorView& view) {
    const std::vector<std::int64_t> shape(view.shape.begin(), view.shape.end());
    const auto type = view.type == ElementType::UInt8 ? torch::kUInt8 : torch::kFloat32;
    torch::Tensor tensor = torch::empty(shape, type);
    std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor;
}

const TensorView& viewFor(const SafetensorsFile& file, const std::string& name, const torch::Tensor& like, const fs::path& path) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end())
        throw CheckpointMismatch(path.string() + " is a checkpoint of another network or kind of run: it lacks \"" + name +
                                 "\". Resume with the configuration the run was started with");
    const bool typeFits = found->second.type == (like.scalar_type() == torch::kUInt8 ? ElementType::UInt8 : ElementType::Float32);
    const std::vector<std::size_t> shape(like.sizes().begin(), like.sizes().end());
    if (!typeFits || found->second.shape != shape)
        throw CheckpointMismatch(path.string() + " is a checkpoint of another network: \"" + name + "\" has " +
                                 std::to_string(found->second.bytes.size()) + " bytes, expected " + std::to_string(like.nbytes()) +
                                 ". Resume with the configuration the run was started with");
    return found->second;
}

const std::string& textOf(const SafetensorsFile& checkpoint, const char* key, const fs::path& path) {
    const auto found = checkpoint.metadata().find(key);
    if (found == checkpoint.metadata().end()) throw Error(path.string() + " is no training checkpoint");
    return found->second;
}

void requireSameRun(const SafetensorsFile& checkpoint, const TrainingConfig& config, const fs::path& path) {
    const std::string key = firstOtherKey(parseTrainingConfig(textOf(checkpoint, "config", path), {}), config);
    if (!key.empty())
        throw CheckpointMismatch(path.string() + " is a checkpoint of another run: \"" + key + "\" is not what it was. Resume with the " +
                                 "configuration the run was started with, or start another run in a folder of its own");
}

}  // namespace

void saveCheckpoint(const fs::path& file, Learner& learner, const RunCounters& counters, const TrainingConfig& config) {
    std::map<std::string, NdArray> tensors;
    for (const auto& [name, tensor] : learner.state()) tensors[name] = arrayOf(tensor);
    tensors[kRandomState] = arrayOf(at::detail::getDefaultCPUGenerator().get_state());
    Json learnerCounters = Json::array();
    for (const std::int64_t* counter : learner.counters()) learnerCounters.push_back(*counter);
    const Json state = {{"step", counters.step},           {"pictures", counters.pictures}, {"minutes", counters.minutes},
                        {"bestScore", counters.bestScore}, {"learner", learnerCounters}};
    writeSafetensors(file, tensors, {{"format", "hmr-checkpoint-1"}, {"state", state.dump()}, {"config", trainingConfigText(config)}});
}

RunCounters loadCheckpoint(const fs::path& file, Learner& learner, const TrainingConfig& config) {
    const SafetensorsFile checkpoint(file);
    const std::string& stateText = textOf(checkpoint, "state", file);
    requireSameRun(checkpoint, config, file);
    RunCounters counters;
    std::vector<std::int64_t> learnerCounters;
    try {
        const Json state = Json::parse(stateText);
        counters = {state.at("step"), state.at("pictures"), state.at("minutes"), state.at("bestScore")};
        learnerCounters = state.at("learner").get<std::vector<std::int64_t>>();
    } catch (const Json::exception& error) {
        throw Error(file.string() + ": damaged state: " + error.what());
    }
    auto generator = at::detail::getDefaultCPUGenerator();
    const auto tensors = learner.state();
    for (const auto& [name, tensor] : tensors) viewFor(checkpoint, name, tensor, file);
    const TensorView& random = viewFor(checkpoint, kRandomState, generator.get_state(), file);
    const auto places = learner.counters();
    if (learnerCounters.size() != places.size()) throw CheckpointMismatch(file.string() + " is a checkpoint of another kind of run");
    const torch::NoGradGuard noGradient;
    for (auto [name, tensor] : tensors) tensor.copy_(tensorOf(checkpoint.tensors().at(name)));
    generator.set_state(tensorOf(random));
    for (std::size_t i = 0; i < places.size(); ++i) *places[i] = learnerCounters[i];
    return counters;
}

fs::path checkpointName(std::int64_t step) {
    char name[64];
    std::snprintf(name, sizeof name, "step-%08lld.safetensors", static_cast<long long>(step));
    return name;
}

std::vector<fs::path> checkpointsIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("step-") && name.size() == checkpointName(0).string().size() && entry.path().extension() == ".safetensors")
            files.push_back(entry.path());
    }
    std::ranges::sort(files, std::greater{});
    return files;
}

void pruneCheckpoints(const fs::path& folder, int keep) {
    const std::vector<fs::path> files = checkpointsIn(folder);
    for (std::size_t i = static_cast<std::size_t>(keep); i < files.size(); ++i) {
        std::error_code ignored;
        fs::remove(files[i], ignored);
    }
}

}  // namespace hmr
