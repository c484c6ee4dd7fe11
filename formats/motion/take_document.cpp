// SPDX-License-Identifier: MIT
#include "formats/motion/take_document.h"

#include "body/error.h"

namespace hmr {

Take takeOf(const EstimateDocument& document) {
    constexpr int kMostFrames = 5'000'000;  // two days of video; a wrong number must not fill the memory
    TakeRecorder recorder(document.source, document.width, document.height, document.frameRate);
    for (const FrameRecord& frame : document.frames) {
        if (frame.index < 0 || frame.index > kMostFrames)
            throw Error(document.source + ": there cannot be a frame number " + std::to_string(frame.index) + "; the file is damaged.");
        recorder.add(frame.index, frame.people);
    }
    return recorder.take();
}

EstimateDocument documentOf(const BodyModel& model, const Take& take) {
    EstimateDocument document{take.source, take.width, take.height, take.frameRate, {}};
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
        if (!record.people.empty()) document.frames.push_back(std::move(record));
    }
    return document;
}

}  // namespace hmr
