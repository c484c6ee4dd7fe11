// SPDX-License-Identifier: MIT
#include "body/motion/keyframes.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "body/rotation.h"

namespace hmr {
namespace {

/// The keys on either side of a frame that set something, and how far the frame is between them.
template <typename Value>
struct Between {
    struct Side {
        int frame = 0;
        Value value;
    };
    std::optional<Side> before, after;
    double share = 0;  ///< 0 at the key before
};

template <typename Value, typename Get>
Between<Value> keysAround(const KeyLayer& layer, int frame, Get get) {
    Between<Value> result;
    auto key = layer.keys.upper_bound(frame);
    for (auto later = key; later != layer.keys.end() && !result.after; ++later) {
        if (const std::optional<Value> value = get(later->second)) result.after = {later->first, *value};
    }
    while (key != layer.keys.begin() && !result.before) {
        --key;
        if (const std::optional<Value> value = get(key->second)) result.before = {key->first, *value};
    }
    if (result.before && result.after)
        result.share = static_cast<double>(frame - result.before->frame) / (result.after->frame - result.before->frame);
    return result;
}

/// What is left of a key's change so many frames beyond the outermost key: smooth at both ends.
double shareLeft(int distance, int fadeFrames) {
    const double t = fadeFrames > 0 ? std::min(1.0, static_cast<double>(distance) / fadeFrames) : (distance == 0 ? 0.0 : 1.0);
    return 1 - t * t * (3 - 2 * t);
}

/// Value at a frame: keys either replace what was recorded between them, or change it by a blend of their changes.
/// Recorded(frame) gives the recorded value there (the nearest one in a gap).
template <typename Value, typename Recorded, typename Mix, typename Change, typename Apply>
std::optional<Value> blended(const Between<Value>& keys, const KeyLayer& layer, int frame, Recorded recorded, Mix mix,
                             Change change, Apply apply) {
    if (!keys.before && !keys.after) return std::nullopt;
    if (layer.blend == KeyBlend::Replace) {
        if (keys.before && keys.before->frame == frame) return keys.before->value;
        if (!keys.before || !keys.after) return std::nullopt;
        return mix(keys.before->value, keys.after->value, keys.share);
    }
    const auto changeAt = [&](const auto& side) { return change(recorded(side.frame), side.value); };
    if (!keys.after || !keys.before) {
        const auto& side = keys.before ? *keys.before : *keys.after;
        const Value there = recorded(frame), moved = apply(there, changeAt(side));
        return layer.blend == KeyBlend::Local ? mix(there, moved, shareLeft(std::abs(frame - side.frame), layer.fadeFrames)) : moved;
    }
    return apply(recorded(frame), mix(changeAt(*keys.before), changeAt(*keys.after), keys.share));
}

/// The sample at a frame, or the nearest there is.
const MotionSample* nearestSample(const Track& track, int frame) {
    for (int distance = 0; distance <= static_cast<int>(track.samples.size()); ++distance) {
        const int inside = std::clamp(frame, track.firstFrame, track.endFrame() - 1);
        if (const MotionSample* sample = track.at(inside - distance)) return sample;
        if (const MotionSample* sample = track.at(inside + distance)) return sample;
    }
    return nullptr;
}

Eigen::VectorXd padded(Eigen::VectorXd betas, Eigen::Index count) {
    if (betas.size() < count) betas.conservativeResizeLike(Eigen::VectorXd::Zero(count));
    return betas;
}

}  // namespace

bool Keyframe::operator==(const Keyframe& other) const {
    return rotations == other.rotations && betas.has_value() == other.betas.has_value() &&
           (!betas || (betas->size() == other.betas->size() && *betas == *other.betas)) &&
           translation.has_value() == other.translation.has_value() && (!translation || *translation == *other.translation);
}

std::optional<MotionSample> keyedSample(const Track& track, const KeyLayer& layer, int frame) {
    const MotionSample* present = track.at(frame);
    const bool isBridged = layer.blend == KeyBlend::Replace && !layer.keys.empty() && frame >= layer.keys.begin()->first && frame <= layer.keys.rbegin()->first;
    const MotionSample* base = present || !isBridged ? present : nearestSample(track, frame);
    if (!base) return std::nullopt;
    if (layer.keys.empty()) return *base;
    MotionSample result = *base;
    if (!present) result.isMade = true;

    const auto nearest = [&](int at) -> const BodyParameters& { return nearestSample(track, at)->body; };
    std::set<int> joints;
    for (const auto& [at, key] : layer.keys) {
        for (const auto& [joint, rotation] : key.rotations) joints.insert(joint);
    }
    const auto mixTurns = [](const Eigen::Matrix3d& a, const Eigen::Matrix3d& b, double t) { return interpolate(a, b, t); };
    for (const int joint : joints) {
        if (joint < 0 || joint >= result.body.pose.rows()) continue;
        const auto keys = keysAround<Eigen::Matrix3d>(layer, frame, [joint](const Keyframe& key) -> std::optional<Eigen::Matrix3d> {
            const auto found = key.rotations.find(joint);
            if (found == key.rotations.end()) return std::nullopt;
            return rotationFromAxisAngle(found->second);
        });
        const auto recorded = [&](int at) { return rotationFromAxisAngle(nearest(at).pose.row(joint).transpose()); };
        const auto change = [](const Eigen::Matrix3d& from, const Eigen::Matrix3d& to) -> Eigen::Matrix3d { return from.transpose() * to; };
        const auto apply = [](const Eigen::Matrix3d& from, const Eigen::Matrix3d& by) -> Eigen::Matrix3d { return from * by; };
        if (const auto turn = blended(keys, layer, frame, recorded, mixTurns, change, apply))
            result.body.pose.row(joint) = axisAngleFromRotation(*turn).transpose();
    }
    const auto mix = [](const auto& a, const auto& b, double t) -> std::decay_t<decltype(a)> { return a + t * (b - a); };
    const auto change = [](const auto& from, const auto& to) -> std::decay_t<decltype(from)> { return to - from; };
    const auto apply = [](const auto& from, const auto& by) -> std::decay_t<decltype(from)> { return from + by; };
    const auto places = keysAround<Eigen::Vector3d>(layer, frame, [](const Keyframe& key) { return key.translation; });
    const auto recordedPlace = [&](int at) { return nearest(at).translation; };
    if (const auto place = blended(places, layer, frame, recordedPlace, mix, change, apply)) result.body.translation = *place;

    const Eigen::Index numBetas = result.body.betas.size();
    const auto shapes = keysAround<Eigen::VectorXd>(layer, frame, [numBetas](const Keyframe& key) -> std::optional<Eigen::VectorXd> {
        if (!key.betas) return std::nullopt;
        return padded(*key.betas, numBetas).head(numBetas);
    });
    const auto recordedShape = [&](int at) -> Eigen::VectorXd { return padded(nearest(at).betas, numBetas).head(numBetas); };
    if (const auto shape = blended(shapes, layer, frame, recordedShape, mix, change, apply)) result.body.betas = *shape;
    return result;
}

Track keyedTrack(const Track& track, const KeyLayer& layer) {
    if (layer.keys.empty() || track.samples.empty()) return track;
    Track result{track.id, track.name, track.firstFrame, {}};
    const int first = std::min(track.firstFrame, layer.keys.begin()->first);
    const int end = std::max(track.endFrame(), layer.keys.rbegin()->first + 1);
    result.firstFrame = first;
    for (int frame = first; frame < end; ++frame) {
        std::optional<MotionSample> sample = keyedSample(track, layer, frame);
        result.samples.push_back(sample ? std::make_shared<const MotionSample>(std::move(*sample)) : nullptr);
    }
    while (!result.samples.empty() && !result.samples.back()) result.samples.pop_back();
    while (!result.samples.empty() && !result.samples.front()) {
        result.samples.erase(result.samples.begin());
        ++result.firstFrame;
    }
    return result;
}

SplitKeys splitKeys(const Track& track, const KeyLayer& layer, int frame) {
    SplitKeys parts{{{}, layer.blend, layer.fadeFrames}, {{}, layer.blend, layer.fadeFrames}};
    Keyframe all;  // what any key sets
    for (const auto& [at, key] : layer.keys) {
        (at < frame ? parts.before : parts.after).keys[at] = key;
        all.rotations.insert(key.rotations.begin(), key.rotations.end());
        if (key.betas) all.betas = key.betas;
        if (key.translation) all.translation = key.translation;
    }
    const auto keyAtCut = [&](KeyLayer& part, int at) {
        const std::optional<MotionSample> sample = keyedSample(track, layer, at);
        if (!sample) return;
        Keyframe& key = part.keys[at];
        for (const auto& [joint, rotation] : all.rotations) key.rotations.try_emplace(joint, sample->body.pose.row(joint).transpose());
        if (all.betas && !key.betas) key.betas = sample->body.betas;
        if (all.translation && !key.translation) key.translation = sample->body.translation;
    };
    if (layer.keys.empty()) return parts;
    const bool isBetween = layer.keys.begin()->first < frame && layer.keys.rbegin()->first >= frame;
    const int distance = std::min(std::abs(layer.keys.begin()->first - frame), std::abs(layer.keys.rbegin()->first - frame));
    // Beyond the outermost keys nothing is replaced, and nothing is left of a change that has faded.
    if (isBetween || layer.blend == KeyBlend::Correct || (layer.blend == KeyBlend::Local && distance < layer.fadeFrames)) {
        keyAtCut(parts.before, frame - 1);
        keyAtCut(parts.after, frame);
    }
    return parts;
}

}  // namespace hmr
