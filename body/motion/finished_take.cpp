// SPDX-License-Identifier: MIT
#include "body/motion/finished_take.h"

#include <algorithm>

#include "body/motion/track_editing.h"

namespace hmr {
namespace {

/// The keys that make the motion within a range, by the track's own frames.
KeyLayer keysWithin(const Track& track, const KeyLayer& layer, FrameRange range) {
    KeyLayer inside = layer;
    if (!inside.keys.empty() && inside.keys.begin()->first < range.first) inside = splitKeys(track, inside, range.first).after;
    if (!inside.keys.empty() && inside.keys.rbegin()->first >= range.end) inside = splitKeys(track, inside, range.end).before;
    return inside;
}

}  // namespace

void overrideShape(BodyParameters& body, const ShapeEdit& edit) {
    for (const auto& [index, value] : edit)
        if (index >= 0 && index < body.betas.size()) body.betas[index] = value;
}

Take finishedTake(Take take, const std::map<int, KeyLayer>& keys, const std::map<int, ShapeEdit>& shapes) {
    for (Track& track : take.tracks) {
        if (const auto layer = keys.find(track.id); layer != keys.end()) track = keyedTrack(track, layer->second);
        const auto edit = shapes.find(track.id);
        if (edit == shapes.end() || edit->second.empty()) continue;
        for (SharedSample& sample : track.samples) {
            if (!sample) continue;
            auto edited = std::make_shared<MotionSample>(*sample);
            overrideShape(edited->body, edit->second);
            sample = std::move(edited);
        }
    }
    return take;
}

void trimTake(Take& take, std::map<int, KeyLayer>& keys, FrameRange range) {
    const Take whole = take;
    trimTake(take, range);
    const int first = take.firstSourceFrame - whole.firstSourceFrame;
    std::map<int, KeyLayer> kept;
    for (const auto& [id, layer] : keys) {
        if (!take.find(id)) continue;
        const KeyLayer inside = keysWithin(*whole.find(id), layer, {first, first + take.numFrames});
        if (inside.keys.empty()) continue;
        KeyLayer& moved = kept[id] = {{}, inside.blend, inside.fadeFrames};
        for (const auto& [frame, key] : inside.keys) moved.keys[frame - first] = key;
    }
    keys = std::move(kept);
}

Take seenFromACamera(Take take) {
    constexpr int kWidth = 1280, kHeight = 720;
    if (take.width > 0 && take.height > 0) return take;
    take.width = kWidth;
    take.height = kHeight;
    take.focalLength = defaultFocalLength(kWidth, kHeight);
    const Track* first = take.tracks.empty() ? nullptr : &take.tracks.front();
    if (!first || first->samples.empty()) return take;
    // Far enough that everybody's way stays before the camera.
    const Eigen::Vector3d start = first->samples.front()->body.translation;
    double nearest = 0;
    for (const Track& track : take.tracks)
        for (const SharedSample& sample : track.samples)
            if (sample) nearest = std::min(nearest, sample->body.translation.z() - start.z());
    const Eigen::Vector3d shift = Eigen::Vector3d(0, 0.1, 4.5 - nearest) - start;
    for (Track& track : take.tracks) {
        for (SharedSample& sample : track.samples) {
            if (!sample) continue;
            auto moved = std::make_shared<MotionSample>(*sample);
            Eigen::Vector3d& place = moved->body.translation;
            place += shift;
            const double pixels = take.focalLength / place.z();
            moved->crop = {pixels * place.head<2>() + Eigen::Vector2d(kWidth, kHeight) / 2, 2.2 * pixels};
            moved->box = {moved->crop.center.x() - 0.5 * pixels, moved->crop.center.y() - pixels, pixels, 2 * pixels};
            sample = std::move(moved);
        }
    }
    take.floor.offset += take.floor.normal.dot(shift);
    return take;
}

}  // namespace hmr
