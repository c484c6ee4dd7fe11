// SPDX-License-Identifier: MIT
#include "body/motion/motion_figures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "body/rotation.h"

namespace hmr {
namespace {

/// Joints and sole points of a track's frames; nothing in gaps. Chains are made anew only where the shape changes.
struct Posed {
    std::vector<std::optional<JointFrames>> joints;
    std::vector<std::array<Eigen::Vector3d, kNumSolePoints>> soles;
    Eigen::MatrixXd boneLengths;  ///< [samples, J−1]
};

Posed posedOf(const BodyModel& model, const Track& track) {
    Posed posed;
    std::optional<JointChain> chain;
    Soles soles;
    Eigen::VectorXd betas;
    std::vector<Eigen::VectorXd> lengths;
    for (const SharedSample& sample : track.samples) {
        posed.soles.emplace_back();
        if (!sample) {
            posed.joints.emplace_back();
            continue;
        }
        if (!chain || betas.size() != sample->body.betas.size() || betas != sample->body.betas) {
            const bool isFirst = !chain;
            betas = sample->body.betas;
            chain.emplace(model, betas);
            if (isFirst) soles = solesOf(model, betas);  // the whole surface: too slow for a shape a frame
        }
        posed.joints.push_back(chain->pose(sample->body));
        posed.soles.back() = solePlaces(soles, *posed.joints.back());
        Eigen::VectorXd row(chain->rest().rows() - 1);
        for (Eigen::Index joint = 1; joint < chain->rest().rows(); ++joint)
            row[joint - 1] = (chain->rest().row(joint) - chain->rest().row(chain->parents()[static_cast<std::size_t>(joint)])).norm();
        lengths.push_back(std::move(row));
    }
    if (!lengths.empty()) posed.boneLengths.resize(static_cast<Eigen::Index>(lengths.size()), lengths.front().size());
    for (std::size_t i = 0; i < lengths.size(); ++i) posed.boneLengths.row(static_cast<Eigen::Index>(i)) = lengths[i].transpose();
    return posed;
}

double meanAcceleration(const Posed& posed, double frameRate) {
    double sum = 0;
    Eigen::Index count = 0;
    for (std::size_t i = 1; i + 1 < posed.joints.size(); ++i) {
        if (!posed.joints[i - 1] || !posed.joints[i] || !posed.joints[i + 1]) continue;
        const Points3d change = posed.joints[i + 1]->positions - 2 * posed.joints[i]->positions + posed.joints[i - 1]->positions;
        sum += change.rowwise().norm().sum();
        count += change.rows();
    }
    return count > 0 ? sum * frameRate * frameRate / static_cast<double>(count) : 0;
}

/// Degrees between the headings of two samples' roots.
double rootTurn(const MotionSample& a, const MotionSample& b) {
    const Eigen::Matrix3d between = rotationFromAxisAngle(a.body.pose.row(0)).transpose() * rotationFromAxisAngle(b.body.pose.row(0));
    return Eigen::AngleAxisd(between).angle() * 180 / std::numbers::pi;
}

}  // namespace

MotionFigures figuresOf(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor, const Contacts& contacts) {
    const Posed posed = posedOf(model, track);
    MotionFigures figures;
    figures.numFrames = track.numSamples();
    figures.numGapFrames = static_cast<int>(track.samples.size()) - figures.numFrames;
    figures.acceleration = meanAcceleration(posed, frameRate);
    double way = 0;
    for (std::size_t point = 0; point < contacts.size(); ++point) {
        for (std::size_t i = 1; i < std::min(contacts[point].size(), posed.soles.size()); ++i) {
            if (!contacts[point][i - 1] || !contacts[point][i] || !posed.joints[i - 1] || !posed.joints[i]) continue;
            const Eigen::Vector3d step = posed.soles[i][point] - posed.soles[i - 1][point];
            way += (step - floor.normal.dot(step) * floor.normal).norm();
            ++figures.numContacts;
        }
    }
    if (figures.numContacts > 0) figures.footSlide = 1000 * way / figures.numContacts;
    if (posed.boneLengths.rows() > 0) {
        const Eigen::MatrixXd centred = posed.boneLengths.rowwise() - posed.boneLengths.colwise().mean();
        figures.boneLengthSpread = 1000 * std::sqrt(centred.colwise().squaredNorm().maxCoeff() / static_cast<double>(centred.rows()));
    }
    return figures;
}

std::vector<int> flippedFrames(const Track& track, int longest) {
    constexpr double kFlipped = 90, kBack = 45;
    std::vector<int> flipped;
    for (int frame = track.firstFrame + 1; frame < track.endFrame(); ++frame) {
        const MotionSample* before = track.at(frame - 1);
        int end = frame;
        while (before && end <= frame + longest && track.at(end) && rootTurn(*before, *track.at(end)) > (end == frame ? kFlipped : kBack)) ++end;
        if (end == frame || end > frame + longest || !before || !track.at(end)) continue;
        while (frame < end) flipped.push_back(frame++);
    }
    return flipped;
}

}  // namespace hmr
