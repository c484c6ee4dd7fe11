// SPDX-License-Identifier: MIT
#include "body/motion/take_cleanup.h"

#include <algorithm>
#include <cmath>

#include "body/error.h"

namespace hmr {
namespace {

/// A track cut down to what the filters may change, and put back afterwards.
Track joined(const Track& original, Track changed, FrameRange range) {
    for (int frame = original.firstFrame; frame < original.endFrame(); ++frame) {
        if (!range.contains(frame)) {
            const auto i = static_cast<std::size_t>(frame - original.firstFrame);
            changed.samples[i] = original.samples[i];
        }
    }
    return changed;
}

}  // namespace

CleanupResult cleaned(const BodyModel& model, const Take& take, const CleanupSettings& settings, const std::function<bool(double)>& onProgress) {
    constexpr double kStages = 5;
    CleanupResult result{take, {}};
    double done = 0;
    std::size_t numChosen = 0;
    const auto isChosen = [&](int id) {
        return settings.people.empty() || std::find(settings.people.begin(), settings.people.end(), id) != settings.people.end();
    };
    for (const Track& track : take.tracks) numChosen += isChosen(track.id);
    const auto advance = [&] {
        done += 1 / (kStages * static_cast<double>(std::max<std::size_t>(numChosen, 1)));
        if (onProgress && !onProgress(std::min(done, 1.0))) throw Error("The clean-up was stopped; the take is as it was.");
    };
    for (Track& track : result.take.tracks) {
        if (!isChosen(track.id)) continue;
        CleanupResult::Person& person = result.people[track.id];
        const Track original = track;
        if (settings.repairsOutliers) {
            RepairedTrack repaired = repairedOutliers(track, settings.range);
            person.numRepaired = static_cast<int>(repaired.frames.size());
            track = std::move(repaired.track);
        }
        advance();
        if (settings.fillsGaps) {
            track = filledGaps(track, settings.range, static_cast<int>(std::lround(settings.longestGap * take.frameRate)));
            person.numFilled = track.numSamples() - original.numSamples();
        }
        advance();
        if (settings.shape) track = withShape(track, model, shapeOf(track, *settings.shape));
        advance();
        const Track shaped = track;
        if (settings.smooths) track = joined(shaped, smoothed(track, settings.range, take.frameRate, settings.smoothing), settings.range);
        advance();
    }
    if (settings.locksFeet || !result.take.floor.isKnown) result.take.floor = foundFloor(model, result.take, take.floor.normal);
    const FloorPlane& floor = result.take.floor;
    for (Track& track : result.take.tracks) {
        if (!isChosen(track.id)) continue;
        const Contacts contacts = contactsOf(model, track, take.frameRate, floor, settings.contacts);
        if (settings.locksFeet) track = joined(track, withLockedFeet(model, track, take.frameRate, floor, settings.contacts), settings.range);
        CleanupResult::Person& person = result.people[track.id];
        person.before = figuresOf(model, *take.find(track.id), take.frameRate, floor, contacts);
        person.after = figuresOf(model, track, take.frameRate, floor, contacts);
        advance();
    }
    return result;
}

}  // namespace hmr
