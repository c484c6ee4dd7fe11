// SPDX-License-Identifier: MIT
#include "body/fitting/fit_objective.h"

#include <cmath>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/pose_terms.h"
#include "body/limits.h"

namespace hmr {
namespace {

constexpr double kLimitMargin = 0.03, kLimitDeviation = 0.01;  ///< radians
constexpr double kCameraDeviation = 0.4;                       ///< of log scale, and of crop coordinates

/// The margin of addLimits keeps nearly all joints inside; what little is left over is cut here.
void cutToLimits(const std::vector<int>& lockedJoints, const Points3d& start, Points3d& pose) {
    pose = withinLimits(pose);
    for (const int joint : lockedJoints) pose.row(joint) = start.row(joint);
}

}  // namespace

CropProjection projectedToCrop(const Eigen::Vector3d& point, const WeakPerspectiveCamera& camera, double focalLength) {
    const double perDepth = camera.scale * kCropResolution / (2 * focalLength), depth = 1 + perDepth * point.z();
    const double magnification = camera.scale / depth;
    CropProjection projection;
    projection.position = magnification * (point.head<2>() + camera.translation);
    projection.byPoint << magnification, 0, -projection.position.x() * perDepth / depth,
                          0, magnification, -projection.position.y() * perDepth / depth;
    projection.byCamera << projection.position / depth, magnification * Eigen::Matrix2d::Identity();
    return projection;
}

void expectUsable(const BodyParameters& start, const WeakPerspectiveCamera& camera, std::span<const JointTarget> targets) {
    const bool isFinite = start.pose.allFinite() && start.betas.allFinite() && start.translation.allFinite() &&
                          camera.translation.allFinite() && std::isfinite(camera.scale) && camera.scale > 0;
    if (!isFinite) throw Error("The body to fit has values that are not finite, or a camera of no size. Recover it anew.");
    for (const JointTarget& target : targets) {
        if (target.keypoint < 0 || target.keypoint >= kNumKeypoints) {
            throw Error("There is no keypoint " + std::to_string(target.keypoint) + " to fit: expected 0 to " +
                        std::to_string(kNumKeypoints - 1) + ".");
        }
        if (!target.position.allFinite() || !std::isfinite(target.deviation) || target.deviation <= 0) {
            throw Error("The target of keypoint " + std::to_string(target.keypoint) +
                        " needs a finite position and a deviation above zero.");
        }
    }
}

FitObjective::FitObjective(const KeypointModel& model, FitState start, std::span<const JointTarget> targets, const FitOptions& options)
    : model_(model), start_(std::move(start)), targets_(targets.begin(), targets.end()), options_(options) {
    start_.body.betas.conservativeResizeLike(Eigen::VectorXd::Zero(std::max<Eigen::Index>(start_.body.betas.size(), model.numFreeBetas())));
    poseDeviations_.fill(options.poseDeviation);
    poseDeviations_[0] = options.rootDeviation;
    for (const int end : {10, 11, 20, 21, 22, 23}) poseDeviations_[end] /= 3;
    isHeld_.assign(static_cast<std::size_t>(numUnknowns()), false);
    for (const int joint : options.lockedJoints) std::fill_n(isHeld_.begin() + 3 * joint, 3, true);
    if (!options.changesShape) std::fill_n(isHeld_.begin() + 3 * kNumSmplJoints, model.numFreeBetas(), true);
    if (!options.changesCamera) std::fill_n(isHeld_.end() - 3, 3, true);
}

void FitObjective::holdLimbs(bool holds) { holdsLimbs_ = holds; }

double FitObjective::cost(const FitState& state, NormalEquations* equations) const {
    const KeypointPlaces keypoints = model_.evaluate(state.body, equations != nullptr);
    double cost = 0;
    for (const JointTarget& target : targets_) cost += addTarget(target, keypoints, state.camera, equations);
    cost += addStartPull(state.body.rotations, start_.body.rotations, poseDeviations_, equations);
    if (options_.keepsLimits) cost += addLimits(state.body.rotations, kLimitMargin, kLimitDeviation, equations);
    if (options_.prior) cost += addPosePrior(state.body.rotations, *options_.prior, options_.priorWeight, equations);
    cost += addShape(state.body.betas, equations);
    cost += addCamera(state.camera, equations);
    if (equations) {
        for (int unknown = 0; unknown < numUnknowns(); ++unknown) {
            const bool isOfLimbs = unknown >= 3 && unknown < numUnknowns() - 3;
            if (isHeld_[static_cast<std::size_t>(unknown)] || (holdsLimbs_ && isOfLimbs)) equations->hold(unknown);
        }
    }
    return cost;
}

double FitObjective::addTarget(const JointTarget& target, const KeypointPlaces& keypoints, const WeakPerspectiveCamera& camera,
                               NormalEquations* equations) const {
    const CropProjection projection = projectedToCrop(keypoints.points.row(target.keypoint).transpose(), camera, options_.focalLength);
    const Eigen::Vector2d off = projection.position - target.position;
    const double square = options_.robustScale * options_.robustScale;
    const double trust = target.isTrusted ? 1 : square / (square + off.squaredNorm());
    if (equations) {
        const int numOfBody = 3 * kNumSmplJoints + model_.numFreeBetas();
        Eigen::MatrixXd jacobian(2, numUnknowns());
        jacobian.leftCols(numOfBody) = projection.byPoint * keypoints.jacobian.middleRows<3>(3 * target.keypoint);
        jacobian.rightCols<3>() = projection.byCamera;
        // The cost's slope by the squared distance is trust²/deviation².
        const double weight = trust / target.deviation;
        equations->add(0, weight * jacobian, weight * off);
    }
    return 0.5 * trust * off.squaredNorm() / (target.deviation * target.deviation);
}

double FitObjective::addShape(const Eigen::VectorXd& betas, NormalEquations* equations) const {
    const int numFree = model_.numFreeBetas();
    const Eigen::VectorXd free = betas.head(numFree), fromStart = free - start_.body.betas.head(numFree);
    const double pull = 1 / (options_.betaDeviation * options_.betaDeviation);
    if (equations) {
        equations->curvature.diagonal().segment(3 * kNumSmplJoints, numFree).array() += 1 + pull;
        equations->gradient.segment(3 * kNumSmplJoints, numFree) += free + pull * fromStart;
    }
    return 0.5 * free.squaredNorm() + 0.5 * pull * fromStart.squaredNorm();
}

double FitObjective::addCamera(const WeakPerspectiveCamera& camera, NormalEquations* equations) const {
    const double shift = start_.camera.scale;
    Eigen::Vector3d residual;
    residual << std::log(camera.scale / start_.camera.scale), shift * (camera.translation - start_.camera.translation);
    residual /= kCameraDeviation;
    if (equations) {
        const Eigen::Matrix3d jacobian = Eigen::Vector3d(1, shift, shift).asDiagonal() * (1 / kCameraDeviation);
        equations->add(numUnknowns() - 3, jacobian, residual);
    }
    return 0.5 * residual.squaredNorm();
}

FitState FitObjective::moved(const FitState& state, const Eigen::VectorXd& step) const {
    FitState next = state;
    next.body.rotations = turned(state.body.rotations, step);
    const int numFree = model_.numFreeBetas();
    const Eigen::Index numBetas = std::max<Eigen::Index>(state.body.betas.size(), numFree);
    next.body.betas.conservativeResizeLike(Eigen::VectorXd::Zero(numBetas));
    next.body.betas.head(numFree) += step.segment(3 * kNumSmplJoints, numFree);
    // A step cannot make the body vanish or grow beyond all bounds.
    next.camera.scale *= std::exp(std::clamp(step[step.size() - 3], -1.0, 1.0));
    next.camera.translation += step.tail<2>();
    return next;
}

std::vector<double> FitObjective::errors(const FitState& state) const {
    const KeypointPlaces keypoints = model_.evaluate(state.body, false);
    std::vector<double> errors;
    for (const JointTarget& target : targets_) {
        const Eigen::Vector3d point = keypoints.points.row(target.keypoint).transpose();
        errors.push_back((projectedToCrop(point, state.camera, options_.focalLength).position - target.position).norm());
    }
    return errors;
}

FitResult FitObjective::resultFor(const FitState& state, const BodyParameters& start) const {
    FitResult result;
    result.errorsBefore = errors(start_);
    result.parameters = parametersOf(state.body, start);
    if (options_.keepsLimits) cutToLimits(options_.lockedJoints, start.pose, result.parameters.pose);
    result.camera = state.camera;
    result.errors = errors({articulated(result.parameters), state.camera});
    return result;
}

}  // namespace hmr
