// SPDX-License-Identifier: MIT
#include "body/motion/cleanup.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "body/error.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr double kWindowDeviations = 3;  // beyond, a Gaussian weight is nothing

FrameRange inside(const Track& track, FrameRange range) {
    return {std::max(range.first, track.firstFrame), std::min(range.end, track.endFrame())};
}

Eigen::Vector3d logarithm(const Eigen::Quaterniond& turn) {
    const double sign = turn.w() < 0 ? -1 : 1, sine = turn.vec().norm();
    if (sine < 1e-12) return 2 * sign * turn.vec();
    return turn.vec() * (2 * sign * std::atan2(sine, sign * turn.w()) / sine);
}

Eigen::Quaterniond exponential(const Eigen::Vector3d& axisAngle) {
    return Eigen::Quaterniond(rotationFromAxisAngle(axisAngle));
}

Eigen::Quaterniond turnOf(const MotionSample& sample, Eigen::Index joint) {
    return exponential(sample.body.pose.row(joint).transpose());
}

/// Value at 0 of the weighted straight-line fit to values at times.
class LineFit {
public:
    void add(double weight, double time, const Eigen::Vector3d& value) {
        s0_ += weight;
        s1_ += weight * time;
        s2_ += weight * time * time;
        v0_ += weight * value;
        v1_ += weight * time * value;
    }
    Eigen::Vector3d atZero() const {
        const double determinant = s0_ * s2_ - s1_ * s1_;
        if (determinant < 1e-9 * s0_ * s0_) return v0_ / s0_;  // one time only
        return (s2_ * v0_ - s1_ * v1_) / determinant;
    }

private:
    double s0_ = 0, s1_ = 0, s2_ = 0;
    Eigen::Vector3d v0_ = Eigen::Vector3d::Zero(), v1_ = Eigen::Vector3d::Zero();
};

/// Frames around one that have a sample, with their Gaussian weights.
template <typename Use>
void forWindow(const Track& track, int frame, double deviationInFrames, Use use) {
    const int half = static_cast<int>(std::ceil(kWindowDeviations * deviationInFrames));
    for (int step = -half; step <= half; ++step) {
        const MotionSample* sample = track.at(frame + step);
        if (sample) use(frame + step, step, std::exp(-0.5 * step * step / (deviationInFrames * deviationInFrames)));
    }
}

/// A track's samples of a range as copies that may change, put back at the end.
class TrackEdit {
public:
    explicit TrackEdit(const Track& track) : original_(track), edited_(track) { changed_.resize(track.samples.size()); }
    MotionSample& sample(int frame) {
        const auto i = static_cast<std::size_t>(frame - original_.firstFrame);
        if (!changed_[i]) changed_[i] = std::make_shared<MotionSample>(*original_.samples[i]);
        return *changed_[i];
    }
    Track finish() {
        for (std::size_t i = 0; i < changed_.size(); ++i) {
            if (changed_[i]) edited_.samples[i] = std::move(changed_[i]);
        }
        return std::move(edited_);
    }

private:
    const Track& original_;
    Track edited_;
    std::vector<std::shared_ptr<MotionSample>> changed_;
};

/// All rotations of one joint by frame of the track (identity in gaps).
std::vector<Eigen::Quaterniond> turnsOf(const Track& track, Eigen::Index joint) {
    std::vector<Eigen::Quaterniond> turns;
    turns.reserve(track.samples.size());
    for (const SharedSample& sample : track.samples)
        turns.push_back(sample ? turnOf(*sample, joint) : Eigen::Quaterniond::Identity());
    return turns;
}

Eigen::Index numJointsOf(const Track& track) {
    for (const SharedSample& sample : track.samples)
        if (sample) return sample->body.pose.rows();
    return 0;
}

double medianOf(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The given rotation of least summed angle to the others (their medoid).
Eigen::Quaterniond medianTurn(const std::vector<Eigen::Quaterniond>& turns, const std::vector<std::size_t>& which) {
    Eigen::Quaterniond middle = turns[which.front()];
    double least = std::numeric_limits<double>::max();
    for (const std::size_t candidate : which) {
        double sum = 0;
        for (const std::size_t other : which) sum += turns[candidate].angularDistance(turns[other]);
        if (sum < least) {
            least = sum;
            middle = turns[candidate];
        }
    }
    return middle;
}

/// Frames whose value is far from the median around it: value distances to the median are compared with their own median.
std::vector<bool> farFromMedian(const Track& track, FrameRange range, const std::vector<double>& distances, double deviations, double least) {
    std::vector<double> seen;
    for (int frame = range.first; frame < range.end; ++frame)
        if (track.at(frame)) seen.push_back(distances[static_cast<std::size_t>(frame - track.firstFrame)]);
    std::vector<bool> isFar(track.samples.size(), false);
    if (seen.empty()) return isFar;
    const double limit = std::max(least, deviations * 1.4826 * medianOf(seen));
    for (int frame = range.first; frame < range.end; ++frame) {
        const auto i = static_cast<std::size_t>(frame - track.firstFrame);
        isFar[i] = track.at(frame) && distances[i] > limit;
    }
    return isFar;
}

/// The samples of the window around a frame, in pairs before and behind it: one side alone would call every fast move at the
/// end of a track an outlier.
std::vector<std::size_t> windowAround(const Track& track, int frame, int half) {
    std::vector<std::size_t> which = {static_cast<std::size_t>(frame - track.firstFrame)};
    for (int step = 1; step <= half; ++step) {
        if (!track.at(frame - step) || !track.at(frame + step)) continue;
        which.push_back(static_cast<std::size_t>(frame - step - track.firstFrame));
        which.push_back(static_cast<std::size_t>(frame + step - track.firstFrame));
    }
    return which;
}

/// The nearest good frames before and after each bad one; nothing where there are none.
struct Neighbours {
    std::optional<int> before, after;
};
Neighbours neighboursOf(const Track& track, const std::vector<bool>& isFar, int frame) {
    Neighbours found;
    const auto isGood = [&](int at) { return track.at(at) && !isFar[static_cast<std::size_t>(at - track.firstFrame)]; };
    for (int at = frame - 1; at >= track.firstFrame && !found.before; --at)
        if (isGood(at)) found.before = at;
    for (int at = frame + 1; at < track.endFrame() && !found.after; ++at)
        if (isGood(at)) found.after = at;
    return found;
}

double shareOf(const Neighbours& n, int frame) { return static_cast<double>(frame - *n.before) / (*n.after - *n.before); }

void repairJoint(const Track& track, FrameRange range, Eigen::Index joint, const OutlierSettings& settings, TrackEdit& edit, std::vector<bool>& isRepaired) {
    const std::vector<Eigen::Quaterniond> turns = turnsOf(track, joint);
    std::vector<double> distances(turns.size(), 0);
    for (int frame = range.first; frame < range.end; ++frame) {
        if (!track.at(frame)) continue;
        const auto i = static_cast<std::size_t>(frame - track.firstFrame);
        distances[i] = medianTurn(turns, windowAround(track, frame, settings.halfWindow)).angularDistance(turns[i]);
    }
    const std::vector<bool> isFar = farFromMedian(track, range, distances, settings.deviations, settings.leastAngle);
    for (int frame = range.first; frame < range.end; ++frame) {
        const auto i = static_cast<std::size_t>(frame - track.firstFrame);
        if (!isFar[i]) continue;
        const Neighbours n = neighboursOf(track, isFar, frame);
        const auto at = [&](int other) { return turns[static_cast<std::size_t>(other - track.firstFrame)]; };
        if (!n.before && !n.after) continue;
        const Eigen::Quaterniond turn = !n.before ? at(*n.after) : !n.after ? at(*n.before) : at(*n.before).slerp(shareOf(n, frame), at(*n.after));
        edit.sample(frame).body.pose.row(joint) = axisAngleFromRotation(turn.toRotationMatrix()).transpose();
        isRepaired[i] = true;
    }
}

void repairPlace(const Track& track, FrameRange range, const OutlierSettings& settings, TrackEdit& edit, std::vector<bool>& isRepaired) {
    std::vector<double> distances(track.samples.size(), 0);
    for (int frame = range.first; frame < range.end; ++frame) {
        if (!track.at(frame)) continue;
        const std::vector<std::size_t> which = windowAround(track, frame, settings.halfWindow);
        Eigen::Vector3d middle;
        for (int axis = 0; axis < 3; ++axis) {
            std::vector<double> values;
            for (const std::size_t i : which) values.push_back(track.samples[i]->body.translation[axis]);
            middle[axis] = medianOf(std::move(values));
        }
        distances[static_cast<std::size_t>(frame - track.firstFrame)] = (track.at(frame)->body.translation - middle).norm();
    }
    const std::vector<bool> isFar = farFromMedian(track, range, distances, settings.deviations, settings.leastDistance);
    for (int frame = range.first; frame < range.end; ++frame) {
        const auto i = static_cast<std::size_t>(frame - track.firstFrame);
        if (!isFar[i]) continue;
        const Neighbours n = neighboursOf(track, isFar, frame);
        if (!n.before && !n.after) continue;
        const auto at = [&](int other) { return track.at(other)->body.translation; };
        const double t = n.before && n.after ? shareOf(n, frame) : 0;
        edit.sample(frame).body.translation = !n.before ? at(*n.after) : !n.after ? at(*n.before) : Eigen::Vector3d((1 - t) * at(*n.before) + t * at(*n.after));
        isRepaired[i] = true;
    }
}

/// Turn per frame at the edge of a gap, from the frame beyond it; zero where there is none.
Eigen::Vector3d edgeSpeed(const MotionSample* outer, const MotionSample& edge, Eigen::Index joint) {
    if (!outer) return Eigen::Vector3d::Zero();
    return logarithm(turnOf(*outer, joint).conjugate() * turnOf(edge, joint));
}

/// A sample of a gap: both edges go on at their speeds and hand over to each other, so that neither joins with a jerk;
/// across long gaps the straight path between the edges.
MotionSample between(const Track& track, FrameRange gap, int frame) {
    constexpr int kLongestWithSpeed = 20;  // frames; a speed tells nothing of the far side of a longer gap
    const MotionSample &before = *track.at(gap.first - 1), &after = *track.at(gap.end);
    const int length = gap.end - gap.first + 1, step = frame - gap.first + 1;
    const double share = static_cast<double>(step) / length, ease = share * share * (3 - 2 * share);
    const bool hasSpeed = length <= kLongestWithSpeed;
    MotionSample made = before;
    made.isMade = true;
    made.confidence = std::min(before.confidence, after.confidence);
    for (Eigen::Index joint = 0; joint < made.body.pose.rows(); ++joint) {
        Eigen::Quaterniond from = turnOf(before, joint), to = turnOf(after, joint);
        if (hasSpeed) {
            from = from * exponential(step * edgeSpeed(track.at(gap.first - 2), before, joint));
            to = to * exponential((length - step) * edgeSpeed(track.at(gap.end + 1), after, joint));
        }
        made.body.pose.row(joint) = axisAngleFromRotation(from.slerp(hasSpeed ? ease : share, to).toRotationMatrix()).transpose();
    }
    const auto mixed = [&](const auto& a, const auto& b) { return ((1 - share) * a + share * b).eval(); };
    made.body.translation = mixed(before.body.translation, after.body.translation);
    if (before.body.betas.size() == after.body.betas.size()) made.body.betas = mixed(before.body.betas, after.body.betas);
    made.crop = {mixed(before.crop.center, after.crop.center), (1 - share) * before.crop.side + share * after.crop.side, before.crop.relativeFocalLength};
    const auto mixedSide = [&](double PixelBox::*side) { made.box.*side = (1 - share) * before.box.*side + share * after.box.*side; };
    for (const auto side : {&PixelBox::x, &PixelBox::y, &PixelBox::width, &PixelBox::height}) mixedSide(side);
    return made;
}

}  // namespace

void setStrength(SmoothingSettings& settings, std::string_view jointName, double strength) {
    const auto found = std::find(kSmplJointNames.begin(), kSmplJointNames.end(), jointName);
    if (found == kSmplJointNames.end()) {
        std::string known;
        for (const std::string_view name : kSmplJointNames) known += (known.empty() ? "" : ", ") + std::string(name);
        throw Error("There is no joint \"" + std::string(jointName) + "\" to smooth; the joints are " + known + ".");
    }
    if (!(strength >= 0 && strength <= kMostSmoothingStrength))
        throw Error("The strength of " + std::string(jointName) + "'s smoothing is no number from 0 to " + std::to_string(static_cast<int>(kMostSmoothingStrength)) + ".");
    if (settings.jointStrength.size() < kSmplJointNames.size()) settings.jointStrength.resize(kSmplJointNames.size(), 1);
    settings.jointStrength[static_cast<std::size_t>(found - kSmplJointNames.begin())] = strength;
}

Track smoothed(const Track& track, FrameRange range, double frameRate, const SmoothingSettings& settings) {
    range = inside(track, range);
    TrackEdit edit(track);
    for (Eigen::Index joint = 0; joint < numJointsOf(track); ++joint) {
        const auto j = static_cast<std::size_t>(joint);
        const double strength = j < settings.jointStrength.size() ? settings.jointStrength[j] : 1;
        const double deviation = settings.seconds * strength * frameRate;
        if (!(deviation > 1e-3)) continue;
        const std::vector<Eigen::Quaterniond> turns = turnsOf(track, joint);
        for (int frame = range.first; frame < range.end; ++frame) {
            if (!track.at(frame)) continue;
            const Eigen::Quaterniond& here = turns[static_cast<std::size_t>(frame - track.firstFrame)];
            LineFit fit;
            forWindow(track, frame, deviation, [&](int other, int step, double weight) {
                fit.add(weight, step, logarithm(here.conjugate() * turns[static_cast<std::size_t>(other - track.firstFrame)]));
            });
            edit.sample(frame).body.pose.row(joint) = axisAngleFromRotation((here * exponential(fit.atZero())).toRotationMatrix()).transpose();
        }
    }
    const double deviation = settings.seconds * settings.rootStrength * frameRate;
    for (int frame = range.first; frame < range.end && deviation > 1e-3; ++frame) {
        if (!track.at(frame)) continue;
        LineFit fit;
        forWindow(track, frame, deviation, [&](int other, int step, double weight) { fit.add(weight, step, track.at(other)->body.translation); });
        edit.sample(frame).body.translation = fit.atZero();
    }
    return edit.finish();
}

RepairedTrack repairedOutliers(const Track& track, FrameRange range, const OutlierSettings& settings) {
    range = inside(track, range);
    TrackEdit edit(track);
    std::vector<bool> isRepaired(track.samples.size(), false);
    for (Eigen::Index joint = 0; joint < numJointsOf(track); ++joint) repairJoint(track, range, joint, settings, edit, isRepaired);
    repairPlace(track, range, settings, edit, isRepaired);
    RepairedTrack result{edit.finish(), {}};
    for (std::size_t i = 0; i < isRepaired.size(); ++i)
        if (isRepaired[i]) result.frames.push_back(track.firstFrame + static_cast<int>(i));
    return result;
}

Track filledGaps(const Track& track, FrameRange range, int longest) {
    Track filled = track;
    for (const FrameRange& gap : gapsOf(track)) {
        if (gap.end - gap.first > longest || gap.first < range.first || gap.end > range.end) continue;
        for (int frame = gap.first; frame < gap.end; ++frame)
            filled.samples[static_cast<std::size_t>(frame - track.firstFrame)] = std::make_shared<const MotionSample>(between(track, gap, frame));
    }
    return filled;
}

Eigen::VectorXd shapeOf(const Track& track, ShapeChoice choice) {
    Eigen::Index count = 0;
    for (const SharedSample& sample : track.samples)
        if (sample) count = std::max(count, sample->body.betas.size());
    Eigen::VectorXd shape = Eigen::VectorXd::Zero(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        std::vector<double> values;
        double sum = 0, weights = 0;
        for (const SharedSample& sample : track.samples) {
            if (!sample || sample->isMade) continue;
            const double value = i < sample->body.betas.size() ? sample->body.betas[i] : 0, weight = std::max(sample->confidence, 1e-3);
            values.push_back(value);
            sum += weight * value;
            weights += weight;
        }
        if (!values.empty()) shape[i] = choice == ShapeChoice::Median ? medianOf(std::move(values)) : sum / weights;
    }
    return shape;
}

Track withShape(const Track& track, const BodyModel& model, const Eigen::VectorXd& betas) {
    const Eigen::Vector3d pelvis = shapedJoints(model, betas).row(0).transpose();
    Track result = track;
    for (SharedSample& sample : result.samples) {
        if (!sample) continue;
        auto shaped = std::make_shared<MotionSample>(*sample);
        shaped->body.translation += shapedJoints(model, sample->body.betas).row(0).transpose() - pelvis;
        shaped->body.betas = betas;
        sample = std::move(shaped);
    }
    return result;
}

}  // namespace hmr
