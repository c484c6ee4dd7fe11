// SPDX-License-Identifier: MIT
#include "body/motion/take.h"

#include <algorithm>

namespace hmr {

const MotionSample* Track::at(int frame) const {
    if (frame < firstFrame || frame >= endFrame()) return nullptr;
    return samples[static_cast<std::size_t>(frame - firstFrame)].get();
}

void Track::set(int frame, SharedSample sample) {
    if (samples.empty()) firstFrame = frame;
    if (sample && frame < firstFrame) {
        samples.insert(samples.begin(), static_cast<std::size_t>(firstFrame - frame), nullptr);
        firstFrame = frame;
    }
    if (sample && frame >= endFrame()) samples.resize(static_cast<std::size_t>(frame - firstFrame) + 1);
    if (frame >= firstFrame && frame < endFrame()) samples[static_cast<std::size_t>(frame - firstFrame)] = std::move(sample);
    while (!samples.empty() && !samples.back()) samples.pop_back();
    const auto begin = std::find_if(samples.begin(), samples.end(), [](const SharedSample& s) { return s != nullptr; });
    firstFrame += static_cast<int>(begin - samples.begin());
    samples.erase(samples.begin(), begin);
}

int Track::numSamples() const {
    return static_cast<int>(std::count_if(samples.begin(), samples.end(), [](const SharedSample& s) { return s != nullptr; }));
}

std::vector<FrameRange> gapsOf(const Track& track) {
    std::vector<FrameRange> gaps;
    for (int frame = track.firstFrame; frame < track.endFrame(); ++frame) {
        if (track.at(frame)) continue;
        if (!gaps.empty() && gaps.back().end == frame) ++gaps.back().end;
        else gaps.push_back({frame, frame + 1});
    }
    return gaps;
}

Track* Take::find(int id) {
    const auto found = std::find_if(tracks.begin(), tracks.end(), [id](const Track& track) { return track.id == id; });
    return found == tracks.end() ? nullptr : &*found;
}

const Track* Take::find(int id) const { return const_cast<Take*>(this)->find(id); }

PinholeCamera cameraOf(const Take& take, const MotionSample& sample) {
    return {take.focalLength, Eigen::Vector2d(take.width, take.height) / 2, sample.body.translation};
}

PersonEstimate estimateOf(const Take& take, const Track& track, const MotionSample& sample) {
    PersonEstimate person;
    person.id = track.id;
    person.box = sample.box;
    person.crop = sample.crop;
    person.camera = cropCamera(cameraOf(take, sample), sample.crop);
    person.parameters = sample.body;
    person.parameters.translation.setZero();
    person.confidence = sample.confidence;
    return person;
}

MotionSample sampleOf(const Take& take, const PersonEstimate& person) {
    MotionSample sample{person.parameters, person.box, person.crop, person.confidence, false};
    sample.body.translation +=
        frameTranslation(person.camera, person.crop, take.width, take.height, take.focalLength);
    return sample;
}

TakeRecorder::TakeRecorder(std::string source, int width, int height, double frameRate) {
    take_.source = std::move(source);
    take_.width = width;
    take_.height = height;
    take_.focalLength = defaultFocalLength(width, height);
    if (frameRate > 0) take_.frameRate = frameRate;
}

void TakeRecorder::add(int frame, const std::vector<PersonEstimate>& people) {
    take_.numFrames = std::max(take_.numFrames, frame + 1);
    for (Track& track : take_.tracks) {
        if (track.at(frame)) track.set(frame, nullptr);
    }
    for (const PersonEstimate& person : people) {
        if (!(person.camera.scale > 0)) continue;  // such a body would stand behind the camera
        Track* track = take_.find(person.id);
        if (!track) track = &take_.tracks.emplace_back(Track{person.id, "person_" + std::to_string(person.id + 1), frame, {}});
        track->set(frame, std::make_shared<const MotionSample>(sampleOf(take_, person)));
    }
}

}  // namespace hmr
