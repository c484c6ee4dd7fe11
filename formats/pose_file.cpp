// SPDX-License-Identifier: MIT
#include "formats/pose_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "body/skeleton.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

constexpr int kPoseVersion = 1;
constexpr std::size_t kBeginning = 4096;  ///< bytes that tell what a file is
constexpr std::size_t kLargestPose = 1 << 16;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
    throw Error("Cannot read the pose " + file.string() + ": " + what + ". Choose a pose that HMR Studio saved.");
}

}  // namespace

NamedPose readPoseFile(const std::filesystem::path& file) {
    const auto document = nlohmann::json::parse(readWholeFile(file, kLargestPose), nullptr, false);
    if (!document.is_object()) refuse(file, "it is no JSON object");
    const int version = document.contains("version") && document["version"].is_number_integer() ? document["version"].get<int>() : 0;
    if (version != kPoseVersion) refuse(file, "it is of version " + std::to_string(version) + "; version 1 was expected");
    if (!document.contains("name") || !document["name"].is_string()) refuse(file, "it has no name");
    if (!document.contains("pose") || !document["pose"].is_array() || document["pose"].size() != 3 * kNumSmplJoints) {
        refuse(file, "its pose is not a list of 72 numbers");
    }
    NamedPose pose{document["name"].get<std::string>(), Points3d(kNumSmplJoints, 3)};
    for (int i = 0; i < 3 * kNumSmplJoints; ++i) {
        const auto& angle = document["pose"][static_cast<std::size_t>(i)];
        if (!angle.is_number() || !(std::abs(angle.get<double>()) < 100)) refuse(file, "number " + std::to_string(i + 1) + " of its pose is no angle");
        pose.pose(i / 3, i % 3) = angle.get<double>();
    }
    return pose;
}

bool looksLikePose(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error("Cannot open " + file.string() + ". Check that it is there and may be read.");
    std::string text(kBeginning, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto has = [&](const char* key) { return text.find(key) != std::string::npos; };
    return has("\"pose\"") && has("\"name\"") && !has("\"frames\"");
}

void writePoseFile(const std::filesystem::path& file, const NamedPose& pose) {
    const nlohmann::ordered_json document = {
        {"version", kPoseVersion}, {"name", pose.name}, {"pose", std::vector<double>(pose.pose.data(), pose.pose.data() + pose.pose.size())}};
    writeWholeFile(file, document.dump() + "\n");
}

}  // namespace hmr
