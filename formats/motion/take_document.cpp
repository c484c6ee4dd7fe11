// SPDX-License-Identifier: MIT
#include "formats/motion/take_document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "body/error.h"
#include "body/motion/track_editing.h"

namespace hmr {
namespace {

EstimateDocument headOf(const Take& take) { return {take.source, take.width, take.height, take.frameRate, {}}; }

/// Hands over every frame that somebody is in, with joints computed.
void forRecords(const BodyModel& model, const Take& take, const ShareReport& report, const std::function<void(FrameRecord)>& use) {
    constexpr int kReportEvery = 16;
    for (int frame = 0; frame < take.numFrames; ++frame) {
        FrameRecord record{frame, frame / take.frameRate, {}};
        for (const Track& track : take.tracks) {
            const MotionSample* sample = track.at(frame);
            if (!sample) continue;
            if (!(sample->body.translation.z() > 0) || take.width <= 0)
                throw Error("\"" + track.name + "\" has no place before a camera, which parameters need; export another format.");
            PersonEstimate person = estimateOf(take, track, *sample);
            updateJoints(model, person);
            record.people.push_back(std::move(person));
        }
        if (!record.people.empty()) use(std::move(record));
        if (report && frame % kReportEvery == 0) report(static_cast<double>(frame) / take.numFrames);
    }
}

}  // namespace

Take takeOf(const EstimateDocument& document) {
    TakeRecorder recorder(document.source, document.width, document.height, document.frameRate);
    for (const FrameRecord& frame : document.frames) {
        if (frame.index < 0 || frame.index > kMostFrames)
            throw Error(document.source + ": there cannot be a frame number " + std::to_string(frame.index) + "; the file is damaged.");
        recorder.add(frame.index, frame.people);
    }
    Take take = recorder.take();
    dropGhosts(take);
    return take;
}

bool isMotionFile(const std::filesystem::path& file) {
    constexpr std::array<std::string_view, 4> kExtensions = {".bvh", ".json", ".npz", ".pkl"};
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

EstimateDocument documentOf(const BodyModel& model, const Take& take, const ShareReport& report) {
    EstimateDocument document = headOf(take);
    forRecords(model, take, report, [&](FrameRecord record) { document.frames.push_back(std::move(record)); });
    return document;
}

void writeTakeParametersJson(const std::filesystem::path& file, const BodyModel& model, const Take& take, const ShareReport& report) {
    ParametersJsonFile written(file, headOf(take));
    forRecords(model, take, report, [&](const FrameRecord& record) { written.add(record); });
    written.finish();
}

}  // namespace hmr
