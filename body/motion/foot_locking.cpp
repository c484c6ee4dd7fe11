// SPDX-License-Identifier: MIT
#include "body/motion/foot_locking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "body/posing.h"
#include "body/rotation.h"

namespace hmr {
namespace {

constexpr int kHeel[2] = {0, 2}, kToes[2] = {1, 3};                              // of left and right foot
constexpr int kHip[2] = {1, 2}, kKnee[2] = {4, 5}, kAnkle[2] = {7, 8}, kFoot[2] = {10, 11};
constexpr double kEaseSeconds = 0.12;       // a lock fades in and out over this long
constexpr double kRootSeconds = 0.1;        // the root's shift is smoothed over this long
constexpr double kReach = 0.999;            // a leg never straightens fully, where its knee would have no plane

using Places = std::array<Eigen::Vector3d, kNumSolePoints>;

/// The lowest vertex in the rest frame of those that mostly follow a joint, of the ones `isWanted`.
template <typename IsWanted>
Eigen::Vector3d lowestVertex(const BodyModel& model, const Points3f& vertices, int joint, IsWanted isWanted, const Eigen::Vector3d& otherwise) {
    Eigen::Vector3d lowest = otherwise;
    double least = std::numeric_limits<double>::max();
    const auto& weights = model.data().skinWeights;
    for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
        float weight = 0;
        for (std::decay_t<decltype(weights)>::InnerIterator entry(weights, v); entry; ++entry)
            if (entry.col() == joint) weight = entry.value();
        const Eigen::Vector3d point = vertices.row(v).transpose().cast<double>();
        if (weight < 0.5F || !isWanted(point) || point.y() >= least) continue;
        least = point.y();
        lowest = point;
    }
    return lowest;
}

/// A track posed once: what contacts and locks look at.
struct PosedTrack {
    std::vector<std::optional<JointFrames>> joints;
    std::vector<std::optional<Places>> soles;
};

PosedTrack posedTrack(const JointChain& chain, const Soles& soles, const Track& track) {
    PosedTrack posed;
    for (const SharedSample& sample : track.samples) {
        posed.joints.push_back(sample ? std::optional(chain.pose(sample->body)) : std::nullopt);
        posed.soles.push_back(sample ? std::optional(solePlaces(soles, *posed.joints.back())) : std::nullopt);
    }
    return posed;
}

Eigen::VectorXd betasOf(const Track& track) {
    for (const SharedSample& sample : track.samples)
        if (sample) return sample->body.betas;
    return {};
}

/// Runs of `value` shorter than `shortest` between others are turned over.
void dropShortRuns(std::vector<bool>& flags, bool value, int shortest) {
    for (std::size_t start = 0; start < flags.size();) {
        std::size_t end = start;
        while (end < flags.size() && flags[end] == flags[start]) ++end;
        const bool isInside = start > 0 && end < flags.size();
        if (flags[start] == value && static_cast<int>(end - start) < shortest && (isInside || value))
            std::fill(flags.begin() + static_cast<std::ptrdiff_t>(start), flags.begin() + static_cast<std::ptrdiff_t>(end), !value);
        start = end;
    }
}

/// Speed of a point at a frame over the frames beside it, metres a second; nothing beside a gap on both sides.
std::optional<double> speedAt(const PosedTrack& posed, std::size_t frame, std::size_t point, double frameRate) {
    const std::size_t last = posed.soles.size() - 1;
    const std::size_t before = frame > 0 && posed.soles[frame - 1] ? frame - 1 : frame;
    const std::size_t after = frame < last && posed.soles[frame + 1] ? frame + 1 : frame;
    if (before == after) return std::nullopt;
    return ((*posed.soles[after])[point] - (*posed.soles[before])[point]).norm() * frameRate / static_cast<double>(after - before);
}

Contacts contactsIn(const PosedTrack& posed, double frameRate, const FloorPlane& floor, const ContactSettings& settings) {
    const int shortest = std::max(2, static_cast<int>(std::lround(settings.shortest * frameRate)));
    Contacts contacts;
    for (std::size_t point = 0; point < kNumSolePoints; ++point) {
        std::vector<bool>& stands = contacts[point];
        stands.assign(posed.soles.size(), false);
        for (std::size_t frame = 0; frame < stands.size(); ++frame) {
            if (!posed.soles[frame]) continue;
            const std::optional<double> speed = speedAt(posed, frame, point, frameRate);
            stands[frame] = speed && *speed < settings.speed && floor.heightOf((*posed.soles[frame])[point]) < settings.height;
        }
        dropShortRuns(stands, false, shortest);
        dropShortRuns(stands, true, shortest);
        for (std::size_t frame = 0; frame < stands.size(); ++frame)
            if (!posed.soles[frame]) stands[frame] = false;
    }
    return contacts;
}

/// Where a point stands during each contact: the median of its places, put on the floor. Weight rises from 0 to 1 in the
/// frames before a contact and falls after it.
struct Lock {
    Eigen::Vector3d place = Eigen::Vector3d::Zero();
    double weight = 0;
};

std::vector<Lock> locksOf(const std::vector<bool>& stands, const PosedTrack& posed, std::size_t point, double frameRate, const FloorPlane& floor) {
    const int ease = std::max(1, static_cast<int>(std::lround(kEaseSeconds * frameRate)));
    const int count = static_cast<int>(stands.size());
    std::vector<Lock> locks(stands.size());
    for (int start = 0; start < count;) {
        if (!stands[static_cast<std::size_t>(start)]) {
            ++start;
            continue;
        }
        int end = start;
        std::array<std::vector<double>, 3> places;
        for (; end < count && stands[static_cast<std::size_t>(end)]; ++end)
            for (std::size_t axis = 0; axis < 3; ++axis)
                places[axis].push_back((*posed.soles[static_cast<std::size_t>(end)])[point][static_cast<Eigen::Index>(axis)]);
        Eigen::Vector3d place;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            std::nth_element(places[axis].begin(), places[axis].begin() + static_cast<std::ptrdiff_t>(places[axis].size() / 2), places[axis].end());
            place[static_cast<Eigen::Index>(axis)] = places[axis][places[axis].size() / 2];
        }
        place -= floor.heightOf(place) * floor.normal;
        for (int frame = std::max(0, start - ease); frame < std::min(count, end + ease); ++frame) {
            const int outside = frame < start ? start - frame : frame >= end ? frame - end + 1 : 0;
            const double t = 1 - static_cast<double>(outside) / (ease + 1), weight = t * t * (3 - 2 * t);
            Lock& lock = locks[static_cast<std::size_t>(frame)];
            if (weight > lock.weight) lock = {place, weight};
        }
        start = end;
    }
    return locks;
}

/// The shift of the root that standing points ask for, smooth over time: where nothing stands, what lies between.
std::vector<Eigen::Vector3d> rootShifts(const std::array<std::vector<Lock>, kNumSolePoints>& locks, const PosedTrack& posed, double frameRate) {
    const std::size_t count = posed.soles.size();
    const double deviation = std::max(kRootSeconds * frameRate, 0.5);
    const int half = static_cast<int>(std::ceil(3 * deviation));
    std::vector<Eigen::Vector3d> wanted(count, Eigen::Vector3d::Zero()), shifts(count, Eigen::Vector3d::Zero());
    std::vector<double> weights(count, 0);
    for (std::size_t frame = 0; frame < count; ++frame) {
        if (!posed.soles[frame]) continue;
        for (std::size_t point = 0; point < kNumSolePoints; ++point) {
            const Lock& lock = locks[point][frame];
            wanted[frame] += lock.weight * (lock.place - (*posed.soles[frame])[point]);
            weights[frame] += lock.weight;
        }
    }
    for (std::size_t frame = 0; frame < count; ++frame) {
        Eigen::Vector3d sum = Eigen::Vector3d::Zero();
        double total = 0;
        for (int reach = half; total < 1e-6 && reach < static_cast<int>(2 * count) + half; reach *= 2) {
            sum.setZero();
            total = 0;
            const double width = deviation * reach / half;
            for (int step = -reach; step <= reach; ++step) {
                const auto other = static_cast<std::ptrdiff_t>(frame) + step;
                if (other < 0 || other >= static_cast<std::ptrdiff_t>(count)) continue;
                const double weight = std::exp(-0.5 * step * step / (width * width));
                sum += weight * wanted[static_cast<std::size_t>(other)];
                total += weight * weights[static_cast<std::size_t>(other)];
            }
        }
        if (total > 1e-6) shifts[frame] = sum / total;
    }
    return shifts;
}

/// Moves one foot of a frame onto its locks.
void lockFoot(const JointChain& chain, const Soles& soles, BodyParameters& body, std::size_t side, const Lock& heel, const Lock& toes) {
    const double weight = std::max(heel.weight, toes.weight);
    if (weight <= 0) return;
    const JointFrames joints = chain.pose(body);
    const Places places = solePlaces(soles, joints);
    const Eigen::Vector3d heelNow = places[static_cast<std::size_t>(kHeel[side])], toesNow = places[static_cast<std::size_t>(kToes[side])];
    const Eigen::Vector3d ankle = joints.positions.row(kAnkle[side]).transpose();
    // Heel and toes both standing: the foot turns so that it points from one place to the other.
    const double both = std::min(heel.weight, toes.weight);
    const Eigen::Quaterniond full = both > 0 ? Eigen::Quaterniond::FromTwoVectors(toesNow - heelNow, toes.place - heel.place) : Eigen::Quaterniond::Identity();
    const Eigen::Quaterniond turn = Eigen::Quaterniond::Identity().slerp(both, full);
    const auto turned = [&](const Eigen::Vector3d& point) -> Eigen::Vector3d { return ankle + turn * (point - ankle); };
    const Eigen::Vector3d shift = (heel.weight * (heel.place - turned(heelNow)) + toes.weight * (toes.place - turned(toesNow))) / (heel.weight + toes.weight);
    placeAnkle(chain, body, kHip[side], kKnee[side], kAnkle[side], ankle + weight * shift,
               turn.toRotationMatrix() * joints.rotations[static_cast<std::size_t>(kAnkle[side])]);
}

}  // namespace

Soles solesOf(const BodyModel& model, const Eigen::VectorXd& betas) {
    const Points3f vertices = shapeBody(model, betas);
    const Points3d joints = shapedJoints(model, betas);
    Soles soles;
    for (std::size_t side = 0; side < 2; ++side) {
        const Eigen::Vector3d ankle = joints.row(kAnkle[side]).transpose(), foot = joints.row(kFoot[side]).transpose();
        const Eigen::Vector3d heel = lowestVertex(model, vertices, kAnkle[side], [&](const Eigen::Vector3d& p) { return p.z() <= ankle.z(); }, ankle);
        const Eigen::Vector3d toes = lowestVertex(model, vertices, kFoot[side], [](const Eigen::Vector3d&) { return true; }, foot);
        soles[static_cast<std::size_t>(kHeel[side])] = {kAnkle[side], heel - ankle};
        soles[static_cast<std::size_t>(kToes[side])] = {kFoot[side], toes - foot};
    }
    return soles;
}

Places solePlaces(const Soles& soles, const JointFrames& joints) {
    Places places;
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = joints.positions.row(soles[i].joint).transpose() + joints.rotations[static_cast<std::size_t>(soles[i].joint)] * soles[i].offset;
    return places;
}

Contacts contactsOf(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor, const ContactSettings& settings) {
    const Eigen::VectorXd betas = betasOf(track);
    return contactsIn(posedTrack(JointChain(model, betas), solesOf(model, betas), track), frameRate, floor, settings);
}

FloorPlane foundFloor(const BodyModel& model, const Take& take, const Eigen::Vector3d& up) {
    FloorPlane floor{up.normalized(), 0, false};
    std::vector<double> resting, any;
    for (const Track& track : take.tracks) {
        const Eigen::VectorXd betas = betasOf(track);
        const PosedTrack posed = posedTrack(JointChain(model, betas), solesOf(model, betas), track);
        for (std::size_t frame = 0; frame < posed.soles.size(); ++frame) {
            if (!posed.soles[frame]) continue;
            std::size_t lowest = 0;
            const auto height = [&](std::size_t point) { return floor.normal.dot((*posed.soles[frame])[point]); };
            for (std::size_t point = 1; point < kNumSolePoints; ++point)
                if (height(point) < height(lowest)) lowest = point;
            any.push_back(height(lowest));
            const std::optional<double> speed = speedAt(posed, frame, lowest, take.frameRate);
            if (speed && *speed < 2 * ContactSettings{}.speed) resting.push_back(height(lowest));
        }
    }
    std::vector<double>& heights = resting.size() >= 5 ? resting : any;
    if (heights.empty()) return floor;
    const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
    std::nth_element(heights.begin(), middle, heights.end());
    return {floor.normal, *middle, true};
}

void placeAnkle(const JointChain& chain, BodyParameters& body, int hip, int knee, int ankle, const Eigen::Vector3d& place, const Eigen::Matrix3d& ankleRotation) {
    const JointFrames joints = chain.pose(body);
    const auto at = [&](int joint) -> Eigen::Vector3d { return joints.positions.row(joint).transpose(); };
    const auto rotation = [&](int joint) -> const Eigen::Matrix3d& { return joints.rotations[static_cast<std::size_t>(joint)]; };
    const double thigh = (at(knee) - at(hip)).norm(), shin = (at(ankle) - at(knee)).norm();
    const Eigen::Vector3d wanted = place - at(hip);
    const double reach = std::clamp(wanted.norm(), std::abs(thigh - shin) + 1e-6, kReach * (thigh + shin));
    const Eigen::Vector3d along = wanted.norm() > 1e-9 ? Eigen::Vector3d(wanted.normalized()) : Eigen::Vector3d::UnitY();
    // The knee keeps its side of the line from hip to ankle; a straight leg bends the way the body faces.
    const Eigen::Vector3d now = (at(ankle) - at(hip)).normalized();
    Eigen::Vector3d side = at(knee) - at(hip);
    side -= side.dot(now) * now;
    if (side.norm() < 1e-4 * thigh) side = rotation(hip) * Eigen::Vector3d::UnitZ();
    side = Eigen::Quaterniond::FromTwoVectors(now, along) * side;
    side = (side - side.dot(along) * along).normalized();
    const double cosine = std::clamp((thigh * thigh + reach * reach - shin * shin) / (2 * thigh * reach), -1.0, 1.0);
    const Eigen::Vector3d kneePlace = at(hip) + thigh * (cosine * along + std::sqrt(1 - cosine * cosine) * side);
    const Eigen::Vector3d anklePlace = at(hip) + reach * along;

    const Eigen::Matrix3d hipTurn = Eigen::Quaterniond::FromTwoVectors(at(knee) - at(hip), kneePlace - at(hip)).toRotationMatrix();
    const Eigen::Matrix3d hipRotation = hipTurn * rotation(hip);
    const Eigen::Matrix3d kneeNow = hipTurn * rotation(knee);
    const Eigen::Matrix3d kneeTurn = Eigen::Quaterniond::FromTwoVectors(hipTurn * (at(ankle) - at(knee)), anklePlace - kneePlace).toRotationMatrix();
    const Eigen::Matrix3d kneeRotation = kneeTurn * kneeNow;
    const Eigen::Matrix3d& above = rotation(chain.parents()[static_cast<std::size_t>(hip)]);
    const auto set = [&](int joint, const Eigen::Matrix3d& local) { body.pose.row(joint) = axisAngleFromRotation(local).transpose(); };
    set(hip, above.transpose() * hipRotation);
    set(knee, hipRotation.transpose() * kneeRotation);
    set(ankle, kneeRotation.transpose() * ankleRotation);
}

Track withLockedFeet(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor, const ContactSettings& settings) {
    const Eigen::VectorXd betas = betasOf(track);
    const JointChain chain(model, betas);
    const Soles soles = solesOf(model, betas);
    const PosedTrack posed = posedTrack(chain, soles, track);
    const Contacts contacts = contactsIn(posed, frameRate, floor, settings);
    std::array<std::vector<Lock>, kNumSolePoints> locks;
    for (std::size_t point = 0; point < kNumSolePoints; ++point) locks[point] = locksOf(contacts[point], posed, point, frameRate, floor);
    const std::vector<Eigen::Vector3d> shifts = rootShifts(locks, posed, frameRate);
    Track result = track;
    for (std::size_t frame = 0; frame < track.samples.size(); ++frame) {
        if (!track.samples[frame]) continue;
        auto sample = std::make_shared<MotionSample>(*track.samples[frame]);
        sample->body.translation += shifts[frame];
        for (std::size_t side = 0; side < 2; ++side)
            lockFoot(chain, soles, sample->body, side, locks[static_cast<std::size_t>(kHeel[side])][frame], locks[static_cast<std::size_t>(kToes[side])][frame]);
        result.samples[frame] = std::move(sample);
    }
    return result;
}

}  // namespace hmr
