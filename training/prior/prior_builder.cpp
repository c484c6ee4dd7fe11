// SPDX-License-Identifier: MIT
#include "training/prior/prior_builder.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "body/error.h"
#include "body/limits.h"
#include "formats/asf_amc.h"
#include "formats/bvh.h"
#include "formats/retarget.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct InputClip {
    fs::path file;
    std::string name;  ///< relative to the folder it was found in
};

std::string lowerExtension(const fs::path& file) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension;
}

struct Inputs {
    std::vector<InputClip> clips;
    std::vector<fs::path> skeletons;
};

void sortIn(const fs::path& file, const std::string& name, Inputs& inputs) {
    const std::string extension = lowerExtension(file);
    if (extension == ".bvh" || extension == ".amc") inputs.clips.push_back({file, name});
    if (extension == ".asf") inputs.skeletons.push_back(file);
}

Inputs findInputs(const std::vector<fs::path>& paths) {
    Inputs inputs;
    for (const fs::path& path : paths) {
        if (fs::is_directory(path)) {
            for (const auto& entry : fs::recursive_directory_iterator(path))
                if (entry.is_regular_file()) sortIn(entry.path(), fs::relative(entry.path(), path).generic_string(), inputs);
        } else if (fs::exists(path)) {
            const std::string extension = lowerExtension(path);
            if (extension != ".bvh" && extension != ".amc" && extension != ".asf")
                throw Error(path.string() + ": motion capture is read from .bvh and .amc (with .asf) files");
            sortIn(path, path.filename().string(), inputs);
        } else {
            throw Error(path.string() + ": no such file or folder");
        }
    }
    std::sort(inputs.clips.begin(), inputs.clips.end(), [](const InputClip& a, const InputClip& b) { return a.name < b.name; });
    std::sort(inputs.skeletons.begin(), inputs.skeletons.end());
    return inputs;
}

/// The skeleton of an .amc file: one in its folder (the one named like it first), else the given one, else any at hand:
/// those of a set differ in bone lengths only, which rotations do not need.
class SkeletonShelf {
public:
    SkeletonShelf(std::vector<fs::path> files, fs::path fallback) : files_(std::move(files)), fallback_(std::move(fallback)) {}

    const AsfSkeleton& skeletonFor(const fs::path& amc) {
        std::vector<fs::path> beside;
        for (const auto& entry : fs::directory_iterator(amc.has_parent_path() ? amc.parent_path() : fs::path(".")))
            if (lowerExtension(entry.path()) == ".asf") beside.push_back(entry.path());
        std::sort(beside.begin(), beside.end());
        for (const fs::path& file : beside)
            if (amc.stem().string().starts_with(file.stem().string())) return opened(file);
        if (!beside.empty()) return opened(beside.front());
        if (!fallback_.empty()) return opened(fallback_);
        if (!files_.empty()) return opened(files_.front());
        throw Error(amc.string() + ": no skeleton (.asf) beside it; name one with --skeleton");
    }

private:
    const AsfSkeleton& opened(const fs::path& file) {
        const auto found = cache_.find(file);
        return found != cache_.end() ? found->second : cache_.emplace(file, readAsf(file)).first->second;
    }
    std::vector<fs::path> files_;
    fs::path fallback_;
    std::map<fs::path, AsfSkeleton> cache_;
};

RetargetedClip openClip(const InputClip& clip, SkeletonShelf& shelf) {
    if (lowerExtension(clip.file) == ".bvh") return retargeted(readBvh(clip.file), clip.file.string());
    const AsfSkeleton& skeleton = shelf.skeletonFor(clip.file);
    return retargeted(skeleton, readAmc(clip.file, skeleton), clip.file.string());
}

/// Appends the clip's frames that are within limits, thinned.
void addClip(const RetargetedClip& clip, const PriorOptions& options, std::uint32_t clipIndex, ClipReport& clipReport, PriorReport& report,
             std::vector<float>& poses, std::vector<std::uint32_t>& clips) {
    const double rate = clip.frameTime > 0 ? 1 / clip.frameTime : options.amcFramesPerSecond;
    const auto step = static_cast<std::size_t>(std::max(1.0, std::round(rate / options.framesPerSecond)));
    for (std::size_t frame = 0; frame < clip.poses.size(); frame += step) {
        const Points3d& pose = clip.poses[frame];
        const std::vector<int> beyond = jointsBeyondLimits(pose, recordedJointLimits());
        ++clipReport.frames;
        for (const int joint : beyond) ++report.framesBeyondLimit[static_cast<std::size_t>(joint)];
        if (!beyond.empty()) continue;
        ++clipReport.kept;
        for (Eigen::Index i = 0; i < pose.size(); ++i) poses.push_back(static_cast<float>(pose.data()[i]));
        clips.push_back(clipIndex);
    }
    report.frames += clipReport.frames;
    report.kept += clipReport.kept;
}

}  // namespace

PosePrior buildPosePrior(const std::vector<fs::path>& paths, const PriorOptions& options, PriorReport& report) {
    const Inputs inputs = findInputs(paths);
    SkeletonShelf shelf(inputs.skeletons, options.skeleton);
    PosePrior prior;
    std::vector<float> poses;
    for (const InputClip& input : inputs.clips) {
        ClipReport clipReport;
        clipReport.name = input.name;
        try {
            const RetargetedClip clip = openClip(input, shelf);
            clipReport.skeleton = clip.skeleton;
            addClip(clip, options, static_cast<std::uint32_t>(prior.clipNames.size()), clipReport, report, poses, prior.clips);
            if (clipReport.kept > 0) prior.clipNames.push_back(input.name);
        } catch (const Error& error) {
            clipReport.problem = error.what();
        }
        report.clips.push_back(std::move(clipReport));
    }
    if (prior.clips.empty()) throw Error("No pose could be taken from the " + std::to_string(inputs.clips.size()) + " recordings given" +
                                         (report.clips.empty() || report.clips.front().problem.empty() ? "" : ": " + report.clips.front().problem));
    prior.poses = Eigen::Map<const decltype(prior.poses)>(poses.data(), static_cast<Eigen::Index>(prior.clips.size()), kNumSmplJoints * 3);
    return options.count > 0 ? wellSpread(prior, options.count) : prior;
}

}  // namespace hmr
